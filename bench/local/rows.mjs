// All rows of `npm run bench:local`, in the order of bars.md.
import { row as b1 } from "./b1.mjs";
import { row as l1 } from "./l1.mjs";
import { row as l1b } from "./l1b.mjs";
import { row as l1m } from "./l1m.mjs";
import { row as l5 } from "./l5.mjs";
import { row as l6 } from "./l6.mjs";

export const localRows = [l1, l1m, l1b, l5, l6, b1];
