// In what order those who wait are served, and how long they may wait: what a line is told besides its length.
//
//   fifo    in the order of coming: fair, and when the line stands everybody waits for long
//   lifo    the newest first: most are served at once, a few wait for very long
//   codel   in the order of coming, but a line that stands is thinned out (codel.ts)

import { describe } from "@sluice/core/kit";

/** Tells from those who were served how long others may wait. One for each line; pure. */
export interface Patience {
  /** Somebody has been served who had waited for so long. */
  served(waitedMs: number, nowMs: number): void;
  /** Nobody waits. */
  drained(): void;
  /** Who has waited for so long, and is not the last one, is refused; `Infinity`: nobody is. */
  limitMs(nowMs: number): number;
}

/** The discipline of a line. */
export interface Discipline {
  readonly name: string;
  /** Of the same criticality the newest is served first. */
  readonly newestFirst: boolean;
  /** For a new line; undefined: only `maxWaitMs` bounds the waiting. */
  readonly patience: (() => Patience) | undefined;
}

/** Returns the discipline of that name, or the one given. */
export function checkDiscipline(place: string, discipline: "fifo" | "lifo" | Discipline): Discipline {
  if (discipline === "fifo") return FIFO;
  if (discipline === "lifo") return LIFO;
  if (typeof discipline?.newestFirst === "boolean" && "patience" in discipline) return discipline;
  throw new TypeError(
    `Cannot make a ${place} with the discipline ${describe(discipline)}: it must be "fifo", "lifo" or codel({ ... })`,
  );
}

/** What lines have that are told nothing. */
export const FIFO: Discipline = { name: "fifo", newestFirst: false, patience: undefined };

const LIFO: Discipline = { name: "lifo", newestFirst: true, patience: undefined };
