// So many at once: a part of the ship that may fill with water while the others stay dry.

import { type Clock, type Criticality, type Gate, type Rejected, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds, checkOptions } from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting, checkReserved, MOST_TOKENS } from "../gate/check-gate.js";
import { checkDiscipline, type Discipline } from "../gate/discipline.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, PolicyGate } from "../gate/policy-gate.js";
import { Slots } from "./slots.js";

/** What those who wait for a place are told. */
export interface WaitingOptions {
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number;
  /** Nobody waits for longer, in ms >= 1. Default: for as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** In what order they are served, and who is refused when the line stands. Default `"fifo"`. */
  readonly discipline?: "fifo" | "lifo" | Discipline;
  /** Tells how long they wait. Default: `systemClock`. */
  readonly clock?: Clock;
}

/** What a bulkhead is told. */
export interface BulkheadOptions extends WaitingOptions {
  /** What may be under way at once: the cost of all permits that are out. A number > 0. */
  readonly capacity: number;
  /**
   * What is kept from requests of a criticality, for those that are more critical: `{ sheddable: 5 }` refuses what would
   * leave fewer than 5 to the others. Default 0 for each; nothing critical may have more kept from it than what is less
   * so.
   */
  readonly reserved?: Readonly<Partial<Record<Criticality, number>>>;
}

/** A gate by concurrency. */
export interface Bulkhead extends Gate {
  readonly capacity: number;
  /** The cost of all permits that are out. */
  readonly inUse: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
}

/**
 * Grants permits for no more than `capacity` at once: each is a place for work under way, taken until it is released.
 * A permit that is never released holds its place for ever.
 *
 * *Buffers:* those who wait, at most `maxWaiting`: the most critical first, within a criticality by `discipline`. When
 * the line is full whoever would be served last gives way to who goes before him. *Errors:* a `RangeError` for options
 * and costs that cannot work; no `retryAfterMs`: a bulkhead cannot know when work ends. *Cancel:* a signal ends the
 * waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { bulkhead } from "@sluice/gates";
 * const gate = bulkhead({ capacity: 2, maxWaiting: 100 });
 * const [first] = [await gate.acquire(), await gate.acquire()];
 * console.log(gate.tryAcquire()); // prints { granted: false, reason: 'the bulkhead is full', retryAfterMs: undefined, cause: 'concurrency' }
 * const third = gate.acquire(); // waits
 * first?.release();
 * console.log((await third).granted, gate.inUse); // prints true 2
 * ```
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  checkOptions(PLACE, options);
  const { capacity, reserved = {} } = options ?? {};
  checkAmount(`${PLACE} with a capacity`, capacity, { least: 0, most: MOST_TOKENS, above: true });
  const waiting = checkWaiting(PLACE, options);
  const mosts = checkReserved(PLACE, reserved, capacity).map((share) => capacity - share);
  const isTimed = waiting.maxWaitMs !== undefined || waiting.discipline.patience !== undefined;
  return new BulkheadGate({ name: `the ${PLACE}`, capacity, mosts, isTimed, ...waiting });
}

/** The settings of a gate whose line was told this. */
export type WaitingSettings = Omit<GateSettings, "name"> & { readonly discipline: Discipline };

/** Fills in the defaults. */
export function checkWaiting(place: string, options: WaitingOptions): WaitingSettings {
  const { maxWaiting = 1000, maxWaitMs, discipline = "fifo", clock = systemClock } = options;
  return {
    maxWaiting: checkMaxWaiting(place, maxWaiting),
    maxWaitMs:
      maxWaitMs === undefined ? undefined : checkMilliseconds(`a ${place} a maxWaitMs of`, maxWaitMs, 1),
    discipline: checkDiscipline(place, discipline),
    clock: checkClock(place, clock),
  };
}

interface BulkheadSettings extends GateSettings {
  readonly capacity: number;
  /** What each criticality may use, least critical first. */
  readonly mosts: readonly number[];
  /** Somebody must be told how long he has waited. */
  readonly isTimed: boolean;
}

class BulkheadGate extends PolicyGate<BulkheadSettings> implements Bulkhead {
  private readonly slots: Slots = new Slots();

  get capacity(): number {
    return this.settings.capacity;
  }

  get inUse(): number {
    return this.slots.used;
  }

  override get isIdle(): boolean {
    return this.slots.held === 0 && super.isIdle;
  }

  protected override take(_now: number, cost: number, rank: number): GrantedPermit | undefined {
    return this.slots.take(cost, this.most(rank)) === "taken" ? new GrantedPermit(this, cost) : undefined;
  }

  protected override refusal(): Rejected {
    return { granted: false, reason: `${this.name} is full`, retryAfterMs: undefined, cause: "concurrency" };
  }

  protected override most(rank: number): number {
    return this.settings.mosts[rank] ?? 0;
  }

  protected override wakeMs(): number {
    return Number.POSITIVE_INFINITY; // only a release helps
  }

  protected override settled({ cost }: GrantedPermit): void {
    this.slots.give(cost);
  }

  protected override now(): number {
    return this.settings.isTimed ? super.now() : 0;
  }

  protected override details(): object {
    return { inUse: this.inUse, capacity: this.capacity };
  }
}

const PLACE = "bulkhead";
