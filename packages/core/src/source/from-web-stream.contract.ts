import type { Contract } from "../spec/contract.js";

export const fromWebStreamContract: Contract = {
  name: "fromWebStream",
  does: "sends the chunks of a ReadableStream",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "the stream's; the lock is released" },
  cancel: { says: "the stream, and releases its lock" },
};
