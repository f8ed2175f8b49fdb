import pLimit from "p-limit";
import { oneByOne, together } from "../../gates/work.mjs";

const limit = pLimit(16);

export const bulkhead = (items) => oneByOne(items, (call) => limit(call));

export const line = (items) => together(items, (call) => limit(call));
