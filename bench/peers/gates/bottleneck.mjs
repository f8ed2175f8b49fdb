import Bottleneck from "bottleneck";
import { keyOf, oneByOne, together } from "../../gates/work.mjs";

const HOUR = 3_600_000;

const reservoir = new Bottleneck({
  reservoir: 1e9,
  reservoirRefreshAmount: 1e9,
  reservoirRefreshInterval: HOUR,
});
const places = new Bottleneck({ maxConcurrent: 16 });

export const bucket = (items) => oneByOne(items, (call) => reservoir.schedule(call));

export const bulkhead = (items) => oneByOne(items, (call) => places.schedule(call));

export const line = (items) => together(items, (call) => places.schedule(call));

export function keys(items) {
  const group = new Bottleneck.Group({ reservoir: 10, timeout: HOUR });
  for (let i = 0; i < items; i += 1) group.key(keyOf(i));
  return { group, length: items };
}
