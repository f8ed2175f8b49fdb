// Operators that go on after an end.

import type { Row } from "./row.js";

export const recover: Row[] = [];
