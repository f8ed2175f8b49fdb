// The end of a pipeline that collects.

import type { Connectable } from "../kit/stage-subscriber.js";
import { reduce } from "./reduce.js";

/** See `Flow.toArray`. */
export function toArray<T>(upstream: Connectable<T>, signal: AbortSignal | undefined): Promise<T[]> {
  return reduce<T, T[]>(upstream, append, [], signal);
}

function append<T>(collected: T[], item: T): T[] {
  collected.push(item);
  return collected;
}
