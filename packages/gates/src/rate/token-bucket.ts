// So many a second, and so many at once.

import { type Clock, type Criticality, systemClock } from "@sluice/core";
import { checkClock } from "@sluice/core/kit";
import { Alike } from "../gate/alike.js";
import { AccountGate, type AccountSettings } from "./account-gate.js";
import {
  checkAmount,
  checkMaxWaiting,
  checkReserved,
  MOST_TOKENS,
  requireOptions,
} from "../gate/check-gate.js";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import { TokenLaw } from "./token-account.js";

/** What a token bucket is told. */
export interface TokenBucketOptions {
  /** Tokens that it holds at most: what may be taken at once after a quiet time. A number > 0. */
  readonly capacity: number;
  /** Tokens that come back each second. A number > 0. */
  readonly ratePerSecond: number;
  /** Tokens in it at the beginning. Default: `capacity`. */
  readonly initial?: number;
  /**
   * Tokens that are kept from requests of a criticality, for those that are more critical: `{ sheddable: 50 }` refuses
   * what would leave fewer than 50 to the others. Default 0 for each; nothing critical may have more kept from it than
   * what is less so.
   */
  readonly reserved?: Readonly<Partial<Record<Criticality, number>>>;
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number;
  /** Default: `systemClock`. */
  readonly clock?: Clock;
}

/** A gate by rate. */
export interface TokenBucket extends QuotaGate {
  /** What it has, as the RateLimit headers of HTTP tell it: of what `critical` work may ask for. */
  quota(): Quota;
  /** Tokens that it holds now. */
  readonly available: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
}

/**
 * Grants `ratePerSecond` permits a second and at most `capacity` at once, exactly (GCRA): in any time span no more than
 * capacity + rate * span is granted, and nothing is refused that this allows. Releasing a permit gives nothing back;
 * time does.
 *
 * *Buffers:* those who wait, at most `maxWaiting`: the most critical first, and in the order of coming; nobody of the
 * same criticality overtakes them. *Errors:* a `RangeError` for options and costs that cannot work; `retryAfterMs` of a
 * refusal is exact: asking then is granted, if nobody asks before. A cost beyond the capacity is refused for good.
 * *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { tokenBucket } from "@sluice/gates";
 * import { VirtualClock } from "@sluice/tck";
 * const clock = new VirtualClock();
 * const gate = tokenBucket({ capacity: 2, ratePerSecond: 10, clock });
 * console.log(gate.tryAcquire().granted, gate.tryAcquire().granted); // prints true true
 * const answer = gate.tryAcquire();
 * if (!answer.granted) console.log(answer.reason, answer.retryAfterMs); // prints the token bucket is empty 100
 * clock.advance(100);
 * console.log(gate.tryAcquire().granted); // prints true
 * ```
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  requireOptions(PLACE, options, "{ capacity, ratePerSecond }");
  return new Bucket(alike.settings(options, settingsOf));
}

const alike = new Alike<TokenBucketOptions, AccountSettings>();

function settingsOf(options: TokenBucketOptions): AccountSettings {
  const { capacity, ratePerSecond, initial = capacity, reserved = {}, maxWaiting = 1000 } = options;
  const clock = checkClock(PLACE, options.clock ?? systemClock);
  checkAmount(`${PLACE} with a capacity`, capacity, { least: 0, most: MOST_TOKENS, above: true });
  checkAmount(`${PLACE} with a ratePerSecond`, ratePerSecond, { least: 0, most: MOST_TOKENS, above: true });
  checkAmount(`${PLACE} with an initial level`, initial, { least: 0, most: capacity });
  return {
    name: `the ${PLACE}`,
    law: new TokenLaw(capacity, ratePerSecond),
    initial,
    reserved: checkReserved(PLACE, reserved, capacity),
    cause: "rate",
    maxWaiting: checkMaxWaiting(PLACE, maxWaiting),
    clock,
  };
}

class Bucket extends AccountGate<AccountSettings> implements TokenBucket {
  quota(): Quota {
    const { law } = this.settings;
    const now = this.now();
    const kept = this.keptFrom(CRITICALITIES.indexOf("critical"));
    return {
      limit: law.capacity - kept,
      windowMs: law.fillMs,
      remaining: Math.max(0, law.available(this, now) - kept),
      resetMs: law.waitMs(this, now, law.capacity, 0),
    };
  }
}

const PLACE = "token bucket";
