// Operators that change what is asked of upstream.

import { limitDemand } from "../../src/operator/limit-demand.js";
import { prefetch } from "../../src/operator/prefetch.js";
import { item, type Row } from "./row.js";

export const shapeDemand: Row[] = [
  {
    file: "operator/prefetch",
    name: "prefetch",
    operator: { apply: prefetch<number>(), ahead: 256, outstanding: 256, yields: item },
  },
  {
    file: "operator/prefetch",
    name: "prefetch(1)",
    operator: { apply: prefetch<number>(1), ahead: 1, outstanding: 1, yields: item },
  },
  {
    file: "operator/limit-demand",
    name: "limitDemand(3)",
    operator: { apply: limitDemand<number>(3), outstanding: 3, yields: item },
  },
];
