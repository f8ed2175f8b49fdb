import type { Contract } from "../spec/contract.js";

export const yieldEveryContract: Contract<{
  readonly items: number | undefined;
  readonly ms: number | undefined;
}> = {
  name: "yieldEvery",
  does: "gives the turn back to the event loop after some items or milliseconds",
  demand: {
    says: "n, but at most `items` in a turn; with `ms` one at a time",
    asked: ({ requested, emitted }, { items = 1, ms }) => {
      const total = Math.min(requested, emitted + (ms === undefined ? items : 1));
      return { atLeast: total, atMost: total };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer" },
};
