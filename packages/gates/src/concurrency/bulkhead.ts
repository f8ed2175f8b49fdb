// So many at once: a part of the ship that may fill with water while the others stay dry.

import type { Criticality, Gate } from "@sluice/core";
import { Alike } from "../gate/alike.js";
import { checkAmount, checkReserved, MOST_TOKENS, requireOptions } from "../gate/check-gate.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { SlotsGate } from "./slots-gate.js";
import { checkWaiting, type WaitingOptions, type WaitingSettings } from "./waiting-options.js";

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
 * const answer = gate.tryAcquire();
 * if (!answer.granted) console.log(answer.reason, answer.cause); // prints the bulkhead is full concurrency
 * const third = gate.acquire(); // waits
 * first?.release();
 * console.log((await third).granted, gate.inUse); // prints true 2
 * ```
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  requireOptions(PLACE, options, "{ capacity }");
  return new BulkheadGate(alike.settings(options, settingsOf));
}

const alike: Alike<BulkheadOptions, BulkheadSettings> = new Alike();

function settingsOf(options: BulkheadOptions): BulkheadSettings {
  const { capacity, reserved = {} } = options;
  checkAmount(`${PLACE} with a capacity`, capacity, { least: 0, most: MOST_TOKENS, above: true });
  const waiting = checkWaiting(PLACE, `the ${PLACE}`, options);
  const mosts = checkReserved(PLACE, reserved, capacity).map((share) => capacity - share);
  const isTimed = waiting.maxWaitMs !== undefined || waiting.discipline.patience !== undefined;
  return { ...waiting, capacity, mosts, isTimed };
}

interface BulkheadSettings extends WaitingSettings {
  readonly capacity: number;
  /** What each criticality may use, least critical first. */
  readonly mosts: readonly number[];
  /** Somebody must be told how long he has waited. */
  readonly isTimed: boolean;
}

class BulkheadGate extends SlotsGate<BulkheadSettings> implements Bulkhead {
  get capacity(): number {
    return this.settings.capacity;
  }

  protected override take(_now: number, cost: number, rank: number): GrantedPermit | undefined {
    return this.slots.take(cost, this.most(rank)) === "taken" ? new GrantedPermit(this, cost) : undefined;
  }

  protected override most(rank: number): number {
    return this.settings.mosts[rank] ?? 0;
  }

  protected override now(): number {
    return this.settings.isTimed ? super.now() : 0;
  }

  protected override details(): object {
    return { inUse: this.inUse, capacity: this.capacity };
  }
}

const PLACE = "bulkhead";
