// What several signals say together: the one that is worst decides. A signal is foreign code and may be broken; one
// that throws, or tells no load, is left out until it tells one again: it must neither refuse everybody nor take the
// whole service down. Each such reading is counted, and the last one kept for whoever looks.

import { describe } from "@sluice/core/kit";
import type { LoadSignal } from "./load-signal.js";

/** The highest of several signals. */
export class LoadReading {
  /** What the highest said when it was last asked; 0 when none could say anything. */
  load = 0;
  /** Whose it is; empty when nobody's. */
  name = "";
  /** Readings that were none. */
  faults = 0;
  /** The last of them. */
  lastFault: unknown = undefined;
  private readonly signals: readonly LoadSignal[];

  constructor(signals: readonly LoadSignal[]) {
    this.signals = signals;
  }

  /** Asks them all. Throws nothing. */
  read(): number {
    let load = -1; // a name may be empty, and says nothing of whether there was one
    let name = "";
    for (const signal of this.signals) {
      try {
        const value = checkLoad(signal.name, signal.read());
        if (value <= load) continue;
        load = value;
        name = signal.name;
      } catch (thrown) {
        this.faults += 1;
        this.lastFault = thrown;
      }
    }
    this.load = Math.max(0, load);
    this.name = name;
    return this.load;
  }
}

/** Returns `load` if it is a finite number >= 0. */
export function checkLoad(name: string, load: number): number {
  if (typeof load === "number" && load >= 0 && load < Number.POSITIVE_INFINITY) return load;
  throw new RangeError(`Cannot take the load ${describe(load)} of ${name}: it must be a finite number >= 0`);
}
