// One to many.

import type { Row } from "./row.js";

export const hubs: Row[] = [];
