// What stands behind the contract, in a server as in a worker. It needs nothing of Node.

import { fromIterable, map, range, tap } from "@sluice/core";
import type { Handlers } from "@sluice/net";
import type { wares } from "./wares.js";

/** Handlers that count what `upTo` has produced in all; `cut` breaks the connections, where there are any. */
export function handlers(cut: () => void = () => {}): Handlers<(typeof wares)["routes"]> {
  let produced = 0;
  return {
    upTo: (count, { offset }) =>
      range(offset + 1, count - offset).pipe(
        tap(() => {
          produced += 1;
        }),
      ),
    objects: (count) => range(0, count).pipe(map((id) => ({ id, name: `ware ${id % 10}` }))),
    chunks: ([count = 0]) => fromIterable(chunks(count)),
    doubled: (numbers) => numbers.pipe(map((number) => number * 2)),
    produced: () => produced,
    whoAmI: (_, { principal }) => principal,
    cut: () => void cut(),
  };
}

function* chunks(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i += 1) yield new Uint8Array(100_000).fill(i % 256);
}
