// Operators and sources of time, on a virtual clock.

import type { Row } from "./row.js";

export const time: Row[] = [];
