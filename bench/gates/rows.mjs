// All rows of `npm run bench:gates`.
import { row as g1 } from "./g1-bucket.mjs";
import { row as g1r } from "./g1r-refused.mjs";
import { row as g2 } from "./g2-bulkhead.mjs";
import { row as g2w } from "./g2w-line.mjs";
import { row as g3 } from "./g3-breaker.mjs";
import { row as g3o } from "./g3o-open.mjs";
import { row as g4 } from "./g4-keys.mjs";
import { row as g4t } from "./g4t-keyed.mjs";

export const gateRows = [g1, g1r, g2, g2w, g3, g3o, g4, g4t];
