// Who holds charged memory, and whom to end first. *Buffers:* an entry for each holder: for each open stream of a
// connection that was given the budget.

import { type Criticality, type MemoryHolder, SluiceError } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";
import { CRITICALITIES, rankOf } from "../gate/criticality-rank.js";

/** One that was ended: for whoever wants to know. */
export interface EndedHolder {
  readonly name: string;
  readonly criticality: Criticality;
  /** Held when it was ended. */
  readonly bytes: number;
}

interface Entry {
  readonly holder: MemoryHolder;
  /** It was told to end. */
  isGoing: boolean;
}

/** The holders of one budget. */
export class Holders {
  private readonly entries = new Set<Entry>();
  /** Those that were told to end and are not gone. */
  private readonly leaving = new Set<Entry>();

  get size(): number {
    return this.entries.size;
  }

  /** Bytes that come back without another end: those of holders that were told to end and are not gone. */
  get going(): number {
    let bytes = 0;
    for (const { holder } of this.leaving) bytes += heldBy(holder);
    return bytes;
  }

  add(holder: MemoryHolder): () => void {
    const entry: Entry = { holder, isGoing: false };
    this.entries.add(entry);
    return () => {
      this.entries.delete(entry);
      this.leaving.delete(entry);
    };
  }

  /** All that can give something back do; how many were asked. */
  shrink(): number {
    let asked = 0;
    // A copy: who is called may go, and another may come.
    for (const { holder } of [...this.entries]) {
      if (holder.shrink === undefined) continue;
      asked += 1;
      guarded(() => holder.shrink?.(), undefined);
    }
    return asked;
  }

  /** There is room again for who was refused. */
  room(): void {
    for (const { holder } of [...this.entries]) guarded(() => holder.room?.(), undefined);
  }

  /** Bytes that would come back if all were ended that can be. */
  get endable(): number {
    let bytes = 0;
    for (const entry of this.entries) if (canEnd(entry)) bytes += heldBy(entry.holder);
    return bytes;
  }

  /** Ends the one that holds most among the least critical; undefined: nobody who holds anything can be ended. */
  endLargest(budget: number): EndedHolder | undefined {
    let worst: Entry | undefined;
    let [least, most] = [CRITICALITIES.length, 0];
    for (const entry of this.entries) {
      if (!canEnd(entry)) continue;
      const rank = guarded(() => rankOf(entry.holder), 0);
      if (rank > least) continue;
      const bytes = heldBy(entry.holder);
      if (bytes === 0 || (rank === least && bytes <= most)) continue;
      [worst, least, most] = [entry, rank, bytes];
    }
    if (worst === undefined) return undefined;
    worst.isGoing = true;
    this.leaving.add(worst);
    const { holder } = worst;
    const ended = { name: holder.name, criticality: CRITICALITIES[least] as Criticality, bytes: most };
    guarded(() => holder.end?.(overloaded(ended, budget)), undefined);
    return ended;
  }
}

function overloaded({ name, criticality, bytes }: EndedHolder, budget: number): SluiceError {
  const text = `Cannot keep ${name}: the memory budget of ${budget} bytes is used up, and of all that is ${criticality} this holds most, ${bytes} bytes; take items faster, or mark it more critical`;
  return new SluiceError("OVERLOADED", text);
}

function canEnd({ isGoing, holder }: Entry): boolean {
  return !isGoing && holder.end !== undefined;
}

function heldBy(holder: MemoryHolder): number {
  return Math.max(guarded(() => holder.held(), 0) || 0, 0); // or it told no number
}

/** What a holder throws is its own mistake: it is reported, and the others are served. */
function guarded<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch (thrown) {
    reportUncaught(thrown);
    return otherwise;
  }
}
