import type { Contract } from "../spec/contract.js";

export const bufferTimeContract: Contract<{ readonly size: number }> = {
  name: "bufferTime",
  does: "gathers items into arrays of `size`, or of what came within `ms`",
  demand: {
    says: "`size` at first, then as many as each array held",
    // Each array held from 1 item to `size`, and at most `size` of those received are not sent yet.
    asked: ({ received, emitted }, { size }) => ({
      atLeast: size + Math.max(emitted, received - size),
      atMost: size + Math.min(received, emitted * size),
    }),
  },
  holds: { says: "`size` items", atMost: ({ size }) => size },
  errors: { says: "passed on at once; drops the array that is not sent", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer; drops the array that is not sent" },
};
