import type { Contract } from "../spec/contract.js";

export const fromIterableContract: Contract = {
  name: "fromIterable",
  does: "sends the items of an iterable",
  holds: { says: "nothing but a place in it", atMost: () => 0 },
  errors: { says: "what the iterable throws" },
  cancel: { says: "closes the iterator" },
};
