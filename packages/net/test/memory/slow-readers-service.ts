// What slow-readers-process.ts reads, and what it tells.

import { defineService, stream } from "@sluice/net";

export const blocks = defineService("blocks", { all: stream({ codec: "raw" }) });

export interface SlowReaders {
  readonly readers: number;
  readonly used: number;
  readonly peak: number;
  /** The criticality of each that was ended. */
  readonly ended: readonly string[];
  /** Not let in. */
  readonly refused: number;
  readonly failed: number;
  readonly codes: readonly string[];
  /** Critical ones that got an item when they asked. */
  readonly critical: number;
  readonly maxRss: number;
}
