// Does not send what would only be refused: a client that sees its requests refused refuses most of them itself, which
// costs the service nothing. After "Handling Overload", SRE book (ch. 21), client-side throttling.
//
//   chance to be refused here = max(0, (requests - k x accepts) / (requests + 1)), and at most `maxChance`
//
// Requests refused here count as requests. So while a service accepts nothing, ever fewer are sent. The bound is not in
// the book: without it one of thousands is sent after a time away, and it takes many windows until that one has become
// all again (Envoy's admission control has such a bound too, of 0.8).

import { type Clock, type Gate, type PermitOutcome, type Rejected, systemClock } from "@sluice/core";
import { checkClock, checkMilliseconds, checkOptions, requireFunction } from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting } from "../gate/check-gate.js";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, PolicyGate } from "../gate/policy-gate.js";
import { RequestWindow } from "./request-window.js";

/** What an adaptive throttle is told. */
export interface AdaptiveThrottleOptions {
  /** Requests that are sent for each that is accepted, 1 to 1,000: with 2 the service refuses as many as it accepts. Default 2. */
  readonly k?: number;
  /** No request is refused with a higher chance, 0 to 1: so many are sent to find out that a service is back. Default 0.95. */
  readonly maxChance?: number;
  /** For how long requests are remembered, in ms >= 1. Default 120,000: two minutes. */
  readonly windowMs?: number;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Those who may wait in `acquire` at once, and try their luck each second. Default 0: who is refused hears it at once. */
  readonly maxWaiting?: number;
  /** Default: `systemClock`. */
  readonly clock?: Clock;
}

/** A gate by what a service accepts. */
export interface AdaptiveThrottle extends Gate {
  /** Requests and accepts that are remembered, of all criticalities. */
  readonly requests: number;
  readonly accepts: number;
  /** Those who wait in `acquire`. */
  readonly waiting: number;
}

/**
 * Refuses by chance, the more the more of late was refused by the service: it sends about `k` requests for each that is
 * accepted. Release a permit as `"failure"` when the service refused (overloaded, out of quota) or did not answer; what
 * it answered, though with an error of its own, is a `"success"`; `"ignored"` takes the request back. An account is kept
 * for each criticality: when only sheddable requests are refused, critical ones are sent as before.
 *
 * *Buffers:* forty counts, and those who wait, at most `maxWaiting`. *Errors:* a `RangeError` or `TypeError` for options
 * that cannot work. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { adaptiveThrottle } from "@sluice/gates";
 * const gate = adaptiveThrottle({ random: () => 0.5 });
 * const answers: string[] = [];
 * for (let i = 0; i < 4; i += 1) {
 *   const permit = gate.tryAcquire();
 *   if (permit.granted) permit.release("failure"); // the service refuses
 *   answers.push(permit.granted ? "sent" : "refused");
 * }
 * console.log(answers.join(", ")); // prints sent, sent, refused, refused
 * ```
 */
export function adaptiveThrottle(options: AdaptiveThrottleOptions = {}): AdaptiveThrottle {
  checkOptions("adaptiveThrottle", options);
  const {
    k = 2,
    maxChance = 0.95,
    windowMs = 120_000,
    random = Math.random,
    maxWaiting = 0,
    clock = systemClock,
  } = options;
  checkAmount(`${PLACE} with a k`, k, { least: 1, most: 1000 });
  checkAmount(`${PLACE} with a maxChance`, maxChance, { least: 0, most: 1 });
  checkMilliseconds(`a ${PLACE} a windowMs of`, windowMs, 1);
  requireFunction("tell the random of adaptiveThrottle", random);
  return new ThrottleGate({
    name: "the adaptive throttle",
    k,
    maxChance,
    windowMs,
    random,
    maxWaiting: checkMaxWaiting(PLACE, maxWaiting),
    clock: checkClock(PLACE, clock),
  });
}

interface ThrottleSettings extends GateSettings {
  readonly k: number;
  readonly maxChance: number;
  readonly windowMs: number;
  readonly random: () => number;
}

class ThrottleGate extends PolicyGate<ThrottleSettings, CountedPermit> implements AdaptiveThrottle {
  private readonly windows: (RequestWindow | undefined)[] = CRITICALITIES.map(() => undefined);
  /** Those who wait are being served: they were counted when they came, and try again at `lookAt`. */
  private serving = false;
  private lookAt = 0;

  get requests(): number {
    return this.sum("requests");
  }

  get accepts(): number {
    return this.sum("accepts");
  }

  protected override take(now: number, cost: number, rank: number): CountedPermit | undefined {
    if (this.serving && this.untilLook(now) > 0) return undefined;
    const window = this.window(rank);
    const epoch = window.moveTo(now);
    const { requests, accepts } = window;
    if (!this.serving) window.request(now);
    const { k, maxChance, random } = this.settings;
    const chance = Math.min(maxChance, (requests - k * accepts) / (requests + 1));
    if (random() >= chance) return new CountedPermit(this, cost, rank, epoch);
    if (this.serving || this.waiting === 0) this.lookAt = now + LOOK_MS;
    return undefined;
  }

  protected override refusal(_now: number, _cost: number, _ahead: number, rank: number): Rejected {
    const { requests, accepts } = this.window(rank);
    const reason = `${this.name} sends less: of ${requests} requests ${accepts} were accepted`;
    return { granted: false, reason, retryAfterMs: undefined, cause: "overload" };
  }

  protected override most(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override wakeMs(now: number): number {
    return this.untilLook(now);
  }

  protected override settled(permit: CountedPermit, outcome: PermitOutcome): void {
    if (outcome === "failure") return;
    const window = this.window(permit.rank);
    if (outcome === "success") window.accept(this.now());
    else window.takeBack(this.now(), permit.epoch);
  }

  protected override serve(): void {
    const { serving } = this;
    this.serving = true;
    try {
      super.serve();
    } finally {
      this.serving = serving;
    }
  }

  protected override details(): object {
    const { requests, accepts } = this;
    return { requests, accepts };
  }

  private window(rank: number): RequestWindow {
    this.windows[rank] ??= new RequestWindow(this.settings.windowMs);
    return this.windows[rank];
  }

  /** Not later than a look, whatever the clock says. */
  private untilLook(now: number): number {
    const ms = this.lookAt - now;
    return ms > LOOK_MS ? 0 : Math.max(0, ms);
  }

  private sum(what: "requests" | "accepts"): number {
    const now = this.now();
    let sum = 0;
    for (const window of this.windows) {
      window?.moveTo(now);
      sum += window?.[what] ?? 0;
    }
    return sum;
  }
}

/** Remembers where its request was counted. */
class CountedPermit extends GrantedPermit {
  readonly rank: number;
  readonly epoch: number;

  constructor(gate: ThrottleGate, cost: number, rank: number, epoch: number) {
    super(gate, cost);
    this.rank = rank;
    this.epoch = epoch;
  }
}

const PLACE = "throttle that adapts";

/** How often those who wait try their luck. */
const LOOK_MS = 1000;
