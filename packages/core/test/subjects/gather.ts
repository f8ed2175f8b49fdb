// Operators that gather items into one, or part them into streams.

import type { Row } from "./row.js";

export const gather: Row[] = [];
