// Sluice for N4b with a window: what waits in front of a call is then 256 items at most.
import { connect as connectTo } from "./sluice.mjs";

export { serve } from "./sluice.mjs";

export async function connect(port) {
  const { call, count } = await connectTo(port);
  return { call, count: (isOver) => count(isOver, { window: 256 }) };
}
