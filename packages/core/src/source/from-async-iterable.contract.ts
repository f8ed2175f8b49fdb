import type { Contract } from "../spec/contract.js";

export const fromAsyncIterableContract: Contract = {
  name: "fromAsyncIterable",
  does: "sends the items of an async iterable",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "what the iterable throws or rejects with" },
  cancel: { says: "closes the iterator" },
};
