// Permits as demand: stands between an operator and its upstream, and asks a gate for a permit before each item is
// asked for. What is not granted is not asked for: nothing is refused, and nothing waits in a buffer.
//
//   operator --request(n)--> asking --tryAcquire, as often as granted--> upstream.request(as many)
//                            |    ^
//          none, and one wanted   | a permit | resting: `retryAfterMs`, or a wait that doubles
//                            v    |
//                          waiting (acquire: in the gate's own line) --refused--> resting
//
// A permit that was asked for and whose item has not come is held here; `take` gives it to the item.

import { Ring } from "../buffer/ring.js";
import type { Clock } from "../spec/clock.js";
import { addDemand } from "../spec/demand.js";
import { describe } from "../spec/describe.js";
import type { Gate, GateRequest, Permit, PermitOutcome } from "../spec/gate.js";
import type { Subscription } from "../spec/publisher.js";
import { Alarm } from "./alarm.js";
import { asError, dropError } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import { replenishAt } from "./replenish.js";
import { SerialLoop } from "./serial-loop.js";

/** What is asked of which gate for each item. */
export interface GateDemandSettings {
  readonly gate: Gate;
  readonly cost: number;
  readonly request: GateRequest | undefined;
  /** The most permits at once whose items have not come. */
  readonly ahead: number;
  /** For the wait after a refusal. */
  readonly clock: Clock;
}

/**
 * The subscription that an operator is given in place of its upstream's, which it sets as `upstream`.
 *
 * *Demand:* as much of n as the gate grants, as it grants it, and at most `ahead` at once. *Buffers:* `ahead` permits,
 * no items. *Errors:* what the gate or the clock throws, and a cost that is never granted, go to `fail`; any other
 * refusal is waited for. *Cancel:* passed on; leaves the gate's line and gives all permits back as `"ignored"`.
 *
 * @example
 * ```ts
 * import { systemClock } from "@sluice/core";
 * import { GateDemand } from "@sluice/core/kit";
 * import { tokenBucket } from "@sluice/gates";
 * const gate = tokenBucket({ capacity: 2, ratePerSecond: 1 });
 * const settings = { gate, cost: 1, request: undefined, ahead: 16, clock: systemClock };
 * const demand = new GateDemand(settings, console.error);
 * demand.upstream = { request: (n) => console.log("asked for", n), cancel() {} };
 * demand.request(5); // prints asked for 2
 * demand.cancel();
 * ```
 */
export class GateDemand implements Subscription {
  upstream: Subscription = NEVER_SUBSCRIPTION;
  private readonly settings: GateDemandSettings;
  private readonly fail: (error: unknown) => void;
  /** Of the items that were asked for and have not come, at most `ahead`. */
  private readonly permits: Ring<Permit>;
  private readonly loop: SerialLoop = new SerialLoop(() => this.step());
  private readonly alarm: Alarm;
  /** Requested, without a permit yet. */
  private wanted = 0;
  /** Permits that came since upstream was last asked. */
  private fresh = 0;
  /** In the gate's line, or resting after a refusal. */
  private isWaiting = false;
  private restMs = 1;
  private done = false;
  private controller: AbortController | undefined = undefined;

  constructor(settings: GateDemandSettings, fail: (error: unknown) => void) {
    this.settings = settings;
    this.fail = fail;
    this.permits = new Ring(settings.ahead);
    this.alarm = new Alarm(settings.clock, () => this.askAgain(), fail);
  }

  request(n: number): void {
    this.wanted = addDemand(this.wanted, n);
    this.loop.run();
  }

  cancel(): void {
    this.close();
    this.upstream.cancel();
  }

  /** The permit of the item that has come. */
  take(): Permit {
    return this.permits.shift();
  }

  /** An item has been passed on; `used`: downstream takes it for one that it requested, else it wants another. */
  passed(used: boolean): void {
    const { ahead } = this.settings;
    if (!used) this.wanted = addDemand(this.wanted, 1);
    if (ahead - this.permits.size >= replenishAt(ahead)) this.loop.run();
  }

  /** Nothing comes any more; `owed`: what came of the item that was awaited next. */
  close(owed: PermitOutcome = "ignored"): void {
    this.done = true;
    this.alarm.close();
    this.controller?.abort();
    for (let outcome = owed; !this.permits.isEmpty; outcome = "ignored") giveBack(this.take(), outcome);
  }

  /** Asks for what is granted at once; for the next one waits in line. */
  private step(): void {
    const { gate, cost, request } = this.settings;
    try {
      while (this.mayAsk()) {
        const answer = gate.tryAcquire(cost, request);
        if (!answer.granted) break;
        this.add(answer);
      }
    } catch (thrown) {
      this.fail(asError(thrown, "a gate"));
    }
    const n = this.fresh;
    this.fresh = 0;
    if (n > 0 && !this.done) {
      this.upstream.request(n);
      this.loop.run(); // what came on this stack may have given its permits back: look before waiting
    } else if (this.mayAsk()) this.wait();
  }

  private mayAsk(): boolean {
    return this.wanted > 0 && !this.isWaiting && !this.permits.isFull && !this.done;
  }

  private wait(): void {
    this.isWaiting = true;
    this.controller ??= new AbortController();
    const { gate, cost, request } = this.settings;
    const wait = { ...request, signal: this.controller.signal };
    // Made within: what `acquire` throws at once is a rejection too.
    new Promise<Permit>((resolve) => resolve(gate.acquire(cost, wait))).then(
      (permit) => {
        this.add(permit);
        this.askAgain();
      },
      (error) => {
        if (!this.done) this.refused(error);
      },
    );
  }

  private askAgain(): void {
    this.isWaiting = false;
    this.loop.run();
  }

  private add(permit: Permit): void {
    if (this.done) {
      giveBack(permit, "ignored"); // it ended while the gate decided
      return;
    }
    this.restMs = 1;
    this.wanted--;
    this.fresh++;
    this.permits.push(permit);
  }

  private refused(error: unknown): void {
    const { code, cause, retryAfterMs } = Object(error);
    if (code !== "GATE_REJECTED" || cause === "cost") {
      this.fail(asError(error, "a gate"));
      return;
    }
    // Its line is full, or it lets nobody wait. Once a minute at least: a gate may have changed its mind, or no answer.
    if (!(retryAfterMs >= 0)) this.restMs *= 2;
    this.alarm.set(Math.min(Math.max(retryAfterMs >= 0 ? retryAfterMs : this.restMs, 1), LONGEST_REST_MS));
  }
}

/**
 * Releases a permit; what a gate throws there goes to `onDroppedError`, and does not harm the stream.
 *
 * @example
 * ```ts
 * import { giveBack } from "@sluice/core/kit";
 * giveBack({ granted: true, release: (outcome) => console.log(outcome) }, "failure"); // prints failure
 * ```
 */
export function giveBack(permit: Permit, outcome: PermitOutcome): void {
  try {
    permit.release(outcome);
  } catch (thrown) {
    dropError(thrown);
  }
}

/**
 * Returns `gate` if it has the shape of one, throws a `TypeError` that names `place` otherwise.
 *
 * @example
 * ```ts
 * import { checkGate } from "@sluice/core/kit";
 * import { tokenBucket } from "@sluice/gates";
 * checkGate("my operator", tokenBucket({ capacity: 10, ratePerSecond: 1 }));
 * ```
 */
export function checkGate(place: string, gate: Gate): Gate {
  if (typeof gate?.tryAcquire === "function" && typeof gate.acquire === "function") return gate;
  throw new TypeError(
    `Cannot give ${place} the gate ${describe(gate)}: it must have tryAcquire() and acquire()`,
  );
}

const LONGEST_REST_MS = 60_000;
