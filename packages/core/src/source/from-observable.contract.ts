import type { Contract } from "../spec/contract.js";

export const fromObservableContract: Contract<{ readonly capacity: number }> = {
  name: "fromObservable",
  does: "sends the values of an Observable",
  holds: { says: "what its policy holds", atMost: ({ capacity }) => capacity },
  errors: { says: "the Observable's, after what is held; the policy's" },
  cancel: { says: "the Observable, by signal and by what its `subscribe` returned" },
};
