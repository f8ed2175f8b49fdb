// All rows of `npm run bench:net`, in the order of bars.md.
import { row as n1 } from "./n1.mjs";
import { row as n10 } from "./n10.mjs";
import { row as n2 } from "./n2.mjs";
import { row as n3 } from "./n3.mjs";
import { row as n4 } from "./n4.mjs";
import { row as n4b } from "./n4b.mjs";
import { row as n5 } from "./n5.mjs";
import { row as n6 } from "./n6.mjs";
import { row as n7 } from "./n7.mjs";
import { row as n8 } from "./n8.mjs";
import { row as n9 } from "./n9.mjs";

export const netRows = [n1, n2, n3, n4, n4b, n5, n6, n7, n8, n9, n10];
