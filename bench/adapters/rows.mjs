// All rows of `npm run bench:adapters`.
import { row as a1 } from "./a1-node-objects.mjs";
import { row as a1b } from "./a1b-node-bytes.mjs";
import { row as a2 } from "./a2-rxjs.mjs";
import { row as a3 } from "./a3-web-streams.mjs";
import { row as a3b } from "./a3b-web-bytes.mjs";
import { row as a4 } from "./a4-port.mjs";
import { row as a5 } from "./a5-threads.mjs";

export const adapterRows = [a1, a1b, a2, a3, a3b, a4, a5];
