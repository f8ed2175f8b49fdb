// The service that the fault scenarios use, and its handlers.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { call, defineService, stream, unchecked } from "@sluice/net";

export const service = defineService("faults", {
  /** `count` records of about `size` bytes; a source that can begin anywhere. */
  records: stream({ input: unchecked(), output: unchecked(), restartable: true }),
  /** One number each `everyMs`, for ever; can begin anywhere. */
  clock: stream({ input: unchecked(), output: unchecked(), restartable: true }),
  /** As records, and cannot. */
  once: stream({ input: unchecked(), output: unchecked() }),
  /** Large binaries. */
  blobs: stream({ input: unchecked(), output: unchecked() }),
  /** Writes its id into the log when it begins, answers it after `delayMs`. */
  mark: call({ input: unchecked(), output: unchecked() }),
});

export function handlersOf(log) {
  return {
    *records({ count, size }, { offset }) {
      const text = "x".repeat(size);
      for (let id = offset; id < count; id += 1) yield { id, text };
    },
    async *clock({ everyMs }, { offset, signal }) {
      for (let id = offset; !signal.aborted; id += 1) {
        yield id;
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    },
    *once({ count, size }) {
      const text = "x".repeat(size);
      for (let id = 0; id < count; id += 1) yield { id, text };
    },
    *blobs({ count, size }) {
      for (let id = 0; id < count; id += 1) yield new Uint8Array(size).fill(id & 0xff);
    },
    async mark({ id, delayMs }, { signal }) {
      if (log !== undefined) appendFileSync(log, `${id}\n`);
      if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {});
      return id;
    },
  };
}
