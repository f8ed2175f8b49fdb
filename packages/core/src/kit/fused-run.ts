// A run of neighbouring per-item stages, collapsed for one subscription.
//
// Measured in a process whose call sites are megamorphic (a real service): a call that is not inlined costs
// about 7 ns, and a chain of separate stages about 23 ns a stage, because each has a `next` of its own. A run
// calls only the user's functions. Two forms:
//
//   prepared   [map] [filter]    the shapes that make up most pipelines; runs of maps are composed into one.
//                                `map` and `keep` are plain fields, so that a source's loop calls the user's
//                                functions directly (kit/indexed-loop.ts)
//   general    anything else     `apply` walks the stages
//
// The order is that of unfused code: an item goes through all stages before the next one starts. One thing differs,
// and no signal shows it: when a stage's function cancels, those behind it in the run still see the item under way,
// where unfused they do not. What comes out goes nowhere; an error of theirs goes to onDroppedError.

import { UNBOUNDED } from "../spec/demand.js";
import { asError } from "./dropped.js";
import { FILTER, MAP, SCAN, type Stage, type StageFunction, TAKE, TAP } from "./stage.js";

/** What `apply` returns for an item that a filter dropped. */
export const DROPPED: unique symbol = Symbol("dropped");

/** The stages of one subscription with their state. Made anew for each: `scan` and `take` count in it. */
export class FusedRun {
  /** `map`, then `keep`, are all there is. */
  readonly isPrepared: boolean;
  readonly map: StageFunction | undefined;
  readonly keep: StageFunction | undefined;
  /** A `take` has let its last item through: the stream ends after the item under way. */
  exhausted = false;
  private readonly stages: readonly Stage[];
  private readonly state: unknown[];
  /** The stage that `apply` calls. */
  private at = -1;

  constructor(stages: readonly Stage[]) {
    this.stages = stages;
    let maps = 0;
    while (maps < stages.length && stages[maps]?.kind === MAP) maps++;
    const next = stages[maps];
    const keep = next?.kind === FILTER ? next.fn : undefined;
    this.isPrepared = maps + (keep === undefined ? 0 : 1) === stages.length;
    this.map = maps === 0 ? undefined : composeMaps(stages, 0, maps);
    this.keep = keep;
    this.state = stages.map((stage) => stage.state);
    this.exhausted = this.itemsLeft() === 0;
  }

  /** How many items may still enter before a `take` ends the stream; `Infinity` without one. */
  itemsLeft(): number {
    let least = UNBOUNDED;
    for (let k = 0; k < this.stages.length; k++) {
      if (this.stages[k]?.kind === TAKE) least = Math.min(least, this.state[k] as number);
    }
    return least;
  }

  /** Sends one item through all stages: what came out, or `DROPPED`. Lets through what a stage throws. */
  apply(item: unknown): unknown {
    const { stages, state } = this;
    let value = item;
    for (let k = 0; k < stages.length; k++) {
      const stage = stages[k] as Stage; // k < length
      const fn = stage.fn as StageFunction; // every kind but TAKE has one
      this.at = k;
      switch (stage.kind) {
        case MAP:
          value = fn(value);
          break;
        case FILTER:
          if (!fn(value)) return DROPPED;
          break;
        case TAP:
          fn(value);
          break;
        case SCAN:
          value = state[k] = fn(state[k], value);
          break;
        case TAKE: {
          const left = (state[k] as number) - 1;
          state[k] = left;
          if (left === 0) this.exhausted = true;
          break;
        }
        default:
          stage.kind satisfies never;
      }
    }
    return value;
  }

  /**
   * What to signal for something that was thrown while the run ran. Only what is no Error needs a name; the prepared
   * loops do not note which function they call (4 instructions an item), so all are named that it may have been.
   */
  errorOf(thrown: unknown, behind?: string): unknown {
    const names = this.stages.map((stage) => stage.name);
    return asError(thrown, names[this.at] ?? names.concat(behind ?? []).join(" or "));
  }
}

/** One function for `count` maps from `first` on; two in each, to save calls where V8 cannot inline them. */
function composeMaps(stages: readonly Stage[], first: number, count: number): StageFunction {
  const a = stages[first]?.fn as StageFunction; // the caller counted them: all are maps
  if (count === 1) return a;
  const b = stages[first + 1]?.fn as StageFunction;
  if (count === 2) return (item) => b(a(item));
  const rest = composeMaps(stages, first + 2, count - 2);
  return (item) => rest(b(a(item)));
}
