// A run of neighbouring per-item stages, collapsed for one subscription.
//
// Measured in a process whose call sites are megamorphic (a real service): a call that is not inlined costs
// about 7 ns, and a chain of separate stages about 23 ns a stage, because each has a `next` of its own. A run
// calls only the user's functions. Two forms:
//
//   prepared   [map] [filter]    the shapes that make up most pipelines; runs of maps are composed into one.
//                                `map` and `keep` are plain fields, so that a source's loop calls the user's
//                                functions directly (kit/indexed-subscription.ts)
//   general    anything else     `apply` walks the stages
//
// The order is that of unfused code: an item goes through all stages before the next one starts. One thing differs,
// and no signal shows it: when a stage's function cancels, those behind it in the run still see the item under way,
// where unfused they do not. What comes out goes nowhere; an error of theirs goes to onDroppedError.

import { UNBOUNDED } from "../spec/demand.js";
import { asError } from "./dropped.js";
import { FILTER, MAP, SCAN, type StageFunction, type StageLink, TAKE, TAP } from "./stage.js";

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
  private readonly first: StageLink | undefined;
  /** The stage that `apply` calls. */
  private at: StageLink | undefined = undefined;

  /** @param first of the stages; made for this subscription, as `scan` and `take` count in the links */
  constructor(first: StageLink | undefined) {
    this.first = first;
    let link = first;
    while (link?.stage.kind === MAP) link = link.next;
    if (link === first) this.map = undefined;
    else if (first?.next === link) this.map = first?.stage.fn;
    else this.map = composeMaps(first as StageLink, link);
    if (link?.stage.kind === FILTER) {
      this.keep = link.stage.fn;
      link = link.next;
    } else this.keep = undefined;
    this.isPrepared = link === undefined;
    this.exhausted = !this.isPrepared && this.itemsLeft() === 0;
  }

  /** How many items may still enter before a `take` ends the stream; `Infinity` without one. */
  itemsLeft(): number {
    let least = UNBOUNDED;
    for (let link = this.first; link !== undefined; link = link.next) {
      if (link.stage.kind === TAKE) least = Math.min(least, link.state as number);
    }
    return least;
  }

  /** Sends one item through all stages: what came out, or `DROPPED`. Lets through what a stage throws. */
  apply(item: unknown): unknown {
    let value = item;
    for (let link = this.first; link !== undefined; link = link.next) {
      const { stage } = link;
      const fn = stage.fn as StageFunction; // every kind but TAKE has one
      this.at = link;
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
          value = link.state = fn(link.state, value);
          break;
        case TAKE: {
          const left = (link.state as number) - 1;
          link.state = left;
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
    if (this.at !== undefined) return asError(thrown, this.at.stage.name);
    const names: string[] = [];
    for (let link = this.first; link !== undefined; link = link.next) names.push(link.stage.name);
    return asError(thrown, names.concat(behind ?? []).join(" or "));
  }
}

/**
 * One function for the maps up to `end`. Each of ten has a call of its own in it, which V8 inlines where it has seen
 * one function there only: ten maps then cost 11 ns an item, 55 where the calls are shared. More maps go round again.
 */
function composeMaps(first: StageLink, end: StageLink | undefined): StageFunction {
  let link: StageLink | undefined = first;
  const following = (): StageFunction | undefined => {
    const fn = link === end ? undefined : link?.stage.fn;
    if (link !== end) link = link?.next;
    return fn;
  };
  const a = following() as StageFunction; // there is at least one
  const b = following();
  if (b === undefined) return a; // the last of eleven, or of ten more
  const c = following();
  const d = following();
  const e = following();
  const f = following();
  const g = following();
  const h = following();
  const i = following();
  const j = following();
  const rest = link === end ? undefined : composeMaps(link as StageLink, end);
  return (item) => {
    let value = b(a(item));
    if (c === undefined) return value;
    value = c(value);
    if (d === undefined) return value;
    value = d(value);
    if (e === undefined) return value;
    value = e(value);
    if (f === undefined) return value;
    value = f(value);
    if (g === undefined) return value;
    value = g(value);
    if (h === undefined) return value;
    value = h(value);
    if (i === undefined) return value;
    value = i(value);
    if (j === undefined) return value;
    value = j(value);
    return rest === undefined ? value : rest(value);
  };
}
