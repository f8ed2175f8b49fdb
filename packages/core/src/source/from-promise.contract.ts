import type { Contract } from "../spec/contract.js";

export const fromPromiseContract: Contract = {
  name: "fromPromise",
  does: "sends the value of a promise",
  holds: { says: "1 item", atMost: () => 1 },
  errors: { says: "what the promise rejects with" },
  cancel: { says: "forgets the subscriber; a promise cannot be stopped" },
};
