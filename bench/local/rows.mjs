// All rows of `npm run bench:local`, in the order of bars.md.
import { row as b1 } from "./b1.mjs";
import { row as l1 } from "./l1.mjs";
import { row as l1m } from "./l1m.mjs";
import { row as l1b } from "./l1b.mjs";
import { row as l1r } from "./l1r.mjs";
import { row as l2 } from "./l2.mjs";
import { row as l2m } from "./l2m.mjs";
import { row as l3 } from "./l3.mjs";
import { row as l4 } from "./l4.mjs";
import { row as l5 } from "./l5.mjs";
import { row as l6 } from "./l6.mjs";
import { row as l7 } from "./l7.mjs";
import { row as l8 } from "./l8.mjs";
import { row as l9 } from "./l9.mjs";
import { row as l10 } from "./l10.mjs";
import { row as l11 } from "./l11.mjs";

export const localRows = [l1, l1m, l1b, l1r, l2, l2m, l3, l4, l5, l6, l7, l8, l9, l10, l11, b1];
