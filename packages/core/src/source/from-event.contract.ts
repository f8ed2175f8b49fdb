import type { Contract } from "../spec/contract.js";

export const fromEventContract: Contract<{ readonly capacity: number }> = {
  name: "fromEvent",
  does: "sends the events of a target",
  holds: { says: "what its policy holds", atMost: ({ capacity }) => capacity },
  errors: { says: "what the target throws when it is listened to, and the policy's" },
  cancel: { says: "the listener is removed" },
};
