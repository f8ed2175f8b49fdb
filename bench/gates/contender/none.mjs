// The call with no gate before it: the floor.
import { oneByOne } from "../work.mjs";

export const breaker = (items) => oneByOne(items, (call) => call());
