// One budget of bytes for all that a process holds because of others.

import {
  type Clock,
  type Gate,
  type MemoryAccount,
  type MemoryHolder,
  type MemoryUse,
  type Rejected,
  systemClock,
} from "@sluice/core";
import { Alarm, checkClock, checkOptions, describe, reportUncaught, requireFunction } from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting, requireOptions } from "../gate/check-gate.js";
import { rankOf } from "../gate/criticality-rank.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, type GateSnapshot, PolicyGate } from "../gate/policy-gate.js";
import { type EndedHolder, Holders } from "./holders.js";
import { MemoryLevel, type MemoryLevels } from "./memory-level.js";

/** What a memory budget is told. */
export interface MemoryBudgetOptions {
  /** All that may be charged at once, a number > 0. */
  readonly bytes: number;
  /** Shares of `bytes` at which something is done, each from the one before it up to 1. */
  readonly thresholds?: MemoryThresholds | undefined;
  /** How far use has to fall below a threshold before it is over, as a share of `bytes`, less than `refuse`. Default 0.05, or half of a `refuse` below 0.1. */
  readonly hysteresis?: number | undefined;
  /** Hears of each holder that was ended; what it throws is reported. */
  readonly onEnd?: ((ended: EndedHolder) => void) | undefined;
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number | undefined;
  /** Default: `systemClock`. */
  readonly clock?: Clock | undefined;
}

/** See `memoryBudget`. */
export interface MemoryThresholds {
  /** Nothing new begins. Default 0.8. */
  readonly refuse?: number | undefined;
  /** Nothing is granted ahead of need, and who was is asked for what he has not used. Default 0.9. */
  readonly shrink?: number | undefined;
  /** The largest holder of the least critical ones is ended, and the next. Default 1: when a need finds no room. */
  readonly end?: number | undefined;
}

/** An account for buffers, clients and servers, and a gate for an entrance; see `memoryBudget`. */
export interface MemoryBudget extends MemoryAccount, Gate {
  /** Bytes charged now. */
  readonly used: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
  register(holder: MemoryHolder): () => void;
  snapshot(): MemorySnapshot;
}

/** What a memory budget tells of itself. */
export interface MemorySnapshot extends GateSnapshot {
  readonly bytes: number;
  readonly used: number;
  /** The most that was used at once. */
  readonly peak: number;
  readonly isRefusing: boolean;
  readonly isShrinking: boolean;
  readonly holders: number;
  /** How often all were asked to shrink, and holders that were ended. */
  readonly shrinks: number;
  readonly ended: number;
}

/**
 * One bound for the memory of a process: given as `memory` to `serve`, `connect` and weighed buffers, all of them
 * together hold at most `bytes` of what others sent or may send. As it fills up, first nothing new begins, then nothing
 * is granted ahead of need and unused windows are taken back, and at last the stream that holds most among the least
 * critical is ended with `OVERLOADED`, until there is room. Each stage ends when use has fallen below its threshold by
 * `hysteresis`.
 *
 * It is a gate too: a permit of cost n holds n bytes until it is released, and is refused when nothing new may begin,
 * such as `tryAcquire(contentLength)` at an entrance.
 *
 * *Buffers:* an entry for each holder, and at most `maxWaiting` who wait. *Errors:* a `RangeError` for options and
 * amounts that cannot work and for more given back than was charged; what holders throw is reported. *Cancel:* a signal
 * ends the waiting.
 *
 * @example
 * ```ts
 * import { memoryBudget } from "@sluice/gates";
 * const memory = memoryBudget({ bytes: 100 });
 * const parked = { name: "parked", criticality: "sheddable", held: () => 70, end: (error: Error) => console.log(error.message) } as const;
 * memory.register(parked);
 * console.log(memory.tryCharge(70)); // prints true
 * const answer = memory.tryAcquire(20);
 * if (!answer.granted) console.log(answer.cause); // prints memory
 * console.log(memory.tryCharge(20), memory.tryCharge(20)); // prints true false
 * // prints Cannot keep parked: the memory budget of 100 bytes is used up, and of all that is sheddable this holds most, 70 bytes; take items faster, or mark it more critical
 * ```
 */
export function memoryBudget(options: MemoryBudgetOptions): MemoryBudget {
  requireOptions(PLACE, options, "{ bytes }");
  const { bytes, thresholds = {}, onEnd, maxWaiting = 1000 } = options;
  checkAmount(PLACE, bytes, { least: 0, most: Number.MAX_SAFE_INTEGER, above: true });
  checkOptions(PLACE, thresholds);
  const { refuse = 0.8, shrink = Math.max(0.9, refuse), end = 1 } = thresholds;
  const share = (name: string, value: number, least: number, above = false): number =>
    bytes * checkAmount(`${PLACE} with a ${name}`, value, { least, most: 1, above });
  const { hysteresis = Math.min(0.05, refuse / 2) } = options;
  const levels: MemoryLevels = {
    bytes,
    refuse: share("refuse threshold", refuse, 0, true),
    shrink: share("shrink threshold", shrink, refuse),
    end: share("end threshold", end, shrink),
    gap: share("hysteresis", hysteresis, 0),
  };
  if (levels.gap >= levels.refuse) {
    throw new RangeError(
      `Cannot make a ${PLACE} with a hysteresis of ${hysteresis}: it must be below the refuse threshold of ${refuse}, or what is refused once is refused for ever`,
    );
  }
  if (onEnd !== undefined) requireFunction(PLACE, onEnd);
  const clock = checkClock(PLACE, options.clock ?? systemClock);
  const name = `the ${PLACE}`;
  return new BudgetGate({ name, levels, onEnd, maxWaiting: checkMaxWaiting(PLACE, maxWaiting), clock });
}

interface BudgetSettings extends GateSettings {
  readonly levels: MemoryLevels;
  readonly onEnd: ((ended: EndedHolder) => void) | undefined;
}

/**
 * quiet --a threshold is reached--> due --in another turn: shrink--> given time --still too much--> ending --> quiet
 */
class BudgetGate extends PolicyGate<BudgetSettings> implements MemoryBudget {
  private readonly level: MemoryLevel;
  private readonly holders = new Holders();
  private readonly alarm: Alarm;
  /** All were asked since the threshold was reached. */
  private hasShrunk = false;
  private shrinks = 0;
  private ended = 0;

  constructor(settings: BudgetSettings) {
    super(settings);
    this.level = new MemoryLevel(settings.levels);
    this.alarm = new Alarm(settings.clock, () => this.act(), reportUncaught);
  }

  get used(): number {
    return this.level.used;
  }

  tryCharge(bytes: number, use: MemoryUse = "need"): boolean {
    if (!isAmount(bytes)) {
      throw new RangeError(`Cannot charge ${String(bytes)} bytes: it must be a finite number >= 0`);
    }
    const answer = this.level.charge(bytes, use);
    this.look();
    return answer === "charged";
  }

  release(bytes: number): void {
    if (!isAmount(bytes) || this.level.release(bytes) === "too-much") {
      this.misuse();
      throw new RangeError(
        `Cannot give back ${String(bytes)} bytes: ${this.used} are charged; give back what was granted, once`,
      );
    }
    this.look();
    this.serve();
  }

  register(holder: MemoryHolder): () => void {
    if (typeof holder?.held !== "function" || typeof holder.name !== "string") {
      throw new TypeError(
        `Cannot register ${describe(holder)}: it must have a name and held(), as a MemoryHolder`,
      );
    }
    rankOf(holder);
    return this.holders.add(holder);
  }

  override snapshot(): MemorySnapshot {
    return super.snapshot() as MemorySnapshot;
  }

  protected override details(): Omit<MemorySnapshot, keyof GateSnapshot> {
    const { used, peak, isRefusing, isShrinking, levels } = this.level;
    const { shrinks, ended } = this;
    return {
      bytes: levels.bytes,
      used,
      peak,
      isRefusing,
      isShrinking,
      holders: this.holders.size,
      shrinks,
      ended,
    };
  }

  protected override now(): number {
    return 0; // no time in it
  }

  protected override take(_now: number, cost: number): GrantedPermit | undefined {
    return this.tryCharge(cost, "begin") ? new GrantedPermit(this, cost) : undefined;
  }

  protected override settled(permit: GrantedPermit): void {
    this.release(permit.cost);
  }

  protected override refusal(): Rejected {
    const { used, levels } = this.level;
    const reason = `the memory budget has ${used} of ${levels.bytes} bytes in use, and nothing new begins`;
    return { granted: false, reason, retryAfterMs: undefined, cause: "memory" };
  }

  protected override most(): number {
    return this.level.levels.refuse;
  }

  protected override wakeMs(): number {
    return Number.POSITIVE_INFINITY; // only who gives something back helps
  }

  /** Plans what there is to be done: nobody is called from within a charge. */
  private look(): void {
    const { isShrinking, isOver, hasRoom } = this.level;
    if (!isShrinking) this.hasShrunk = false;
    if (this.holders.size === 0) return;
    if ((isOver || hasRoom || (isShrinking && !this.hasShrunk)) && !this.alarm.isSet) this.alarm.set(0);
  }

  private act(): void {
    const { level, holders, settings } = this;
    if (level.isShrinking && !this.hasShrunk) {
      this.hasShrunk = true;
      this.shrinks += 1;
      const asked = holders.shrink();
      // What was asked for is on its way, over a network perhaps: nobody is ended before it can have come.
      if (asked > 0 && level.excess(holders.going) > 0) {
        this.alarm.set(SHRINK_MS);
        return;
      }
    }
    // If no end of others makes room for a need, none is worth it.
    const isOfUse = level.used > settings.levels.end || level.excess(holders.going) <= holders.endable;
    for (let ends = 0; isOfUse && level.excess(holders.going) > 0; ends += 1) {
      if (ends === ENDS_A_TURN) {
        this.alarm.set(0);
        return;
      }
      const ended = holders.endLargest(settings.levels.bytes);
      if (ended === undefined) break;
      this.ended += 1;
      try {
        settings.onEnd?.(ended);
      } catch (thrown) {
        reportUncaught(thrown);
      }
    }
    level.settle();
    if (level.takeRoom()) holders.room();
  }
}

function isAmount(bytes: number): boolean {
  return typeof bytes === "number" && bytes >= 0 && bytes < Number.POSITIVE_INFINITY;
}

const PLACE = "memory budget";

/** To find the largest all holders are asked, 0.4 ms for 10,000 of them: the rest of the process has its turn in between. */
const ENDS_A_TURN = 16;

/** For windows to come back: a round trip across a continent. Judgement. */
const SHRINK_MS = 100;
