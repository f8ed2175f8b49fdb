import type { Contract } from "../spec/contract.js";

export const takeUntilContract: Contract = {
  name: "takeUntil",
  does: "sends items until another source sends one, then ends",
  demand: {
    says: "n; 1 of the notifier",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "of either: passed on, and cancels the other", upstreamFails: "at once" },
  cancel: { says: "upstream and the notifier" },
};
