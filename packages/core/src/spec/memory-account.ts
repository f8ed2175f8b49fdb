// Memory as credit: whoever holds bytes that others sent charges them to an account first, and gives them back
// when they are gone. One account may stand behind many buffers and connections, so that a process has one bound.

import type { Criticality } from "./gate.js";

/**
 * What bytes are charged for. `"begin"`: something new, which may be refused whole. `"ahead"`: room to be filled ahead
 * of need, which work under way can go without. `"need"`: what work under way cannot go on without; the default.
 */
export type MemoryUse = "begin" | "ahead" | "need";

/**
 * Somebody who holds charged bytes, and what an account that runs short can have him do. It is called in a turn of its
 * own, never from within a charge, and what it throws is reported.
 */
export interface MemoryHolder {
  /** For people: the method of a stream. */
  readonly name: string;
  /** What it is worth, read anew each time; default `"critical"`. */
  readonly criticality?: Criticality | undefined;
  /** Bytes that it has charged now. */
  held(): number;
  /** Gives back what it can do without, soon. */
  shrink?(): void;
  /** Ends, and gives everything back, soon. */
  end?(error: Error): void;
  /** Something came back after a need was refused: it may be asked for again. */
  room?(): void;
}

/**
 * A budget of bytes that several places share. It is asked for what is held because of others: the weight of items
 * that wait in a weighed buffer, what a connection has granted its peer to send. Never asked for each item of a
 * stream that merely passes through.
 *
 * Who charges gives back exactly what it was granted, once. An account answers at once and calls nobody back; what it
 * throws ends the stream that asked.
 */
export interface MemoryAccount {
  /** Takes `bytes`, a finite number >= 0, of the budget: all (`true`) or nothing (`false`: there is no room for that use). */
  tryCharge(bytes: number, use?: MemoryUse): boolean;
  /** Gives back `bytes` that were charged. */
  release(bytes: number): void;
  /** Of an account that does something about those who hold most; returns what is called when the holder is gone. */
  register?(holder: MemoryHolder): () => void;
}
