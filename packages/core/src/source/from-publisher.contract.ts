import type { Contract } from "../spec/contract.js";

export const fromPublisherContract: Contract = {
  name: "fromPublisher",
  does: "makes a flow of any publisher",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; a broken rule becomes one that names it", upstreamFails: "at once" },
  cancel: { says: "the publisher" },
};
