// L11: what a subscription holds while nothing flows: a pipeline of five stages over a source that stays silent.
import { atMost } from "../harness/bar.mjs";
import { askWorker, isPeer } from "./row.mjs";

const COUNT = 100_000;

export const row = {
  id: "L11",
  title: "memory of an idle subscription of five stages, 1e5 of them",
  metrics: ["bytesEach"],
  contenders: ["sluice", "rxjs", "most", "xstream", "wonka", "rsocket-flowable"].map((name) => ({
    name,
    peer: isPeer(name),
  })),
  bars: [atMost("bytesEach", "sluice", 1, "rxjs")],
  repeat({ name }, { quick }) {
    return askWorker("measureHeld", name, "idle", { items: COUNT / (quick ? 10 : 1) });
  },
};
