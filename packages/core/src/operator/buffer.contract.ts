import type { Contract } from "../spec/contract.js";
import { addDemand } from "../spec/demand.js";

export const bufferContract: Contract<{ readonly size: number }> = {
  name: "buffer",
  does: "gathers items into arrays of `size`",
  demand: {
    says: "n x `size`",
    asked: ({ requested }, { size }) => {
      const items = addDemand(requested * size, 0);
      return { atLeast: items, atMost: items };
    },
  },
  holds: { says: "`size` - 1 items", atMost: ({ size }) => size - 1 },
  errors: { says: "passed on at once; drops the array that is not full", upstreamFails: "at once" },
  cancel: { says: "upstream; drops the array that is not full" },
};
