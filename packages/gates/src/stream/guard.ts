// One permit for a whole stream: whether it may begin, and what its end says of the service behind it.
//
//   subscribed --refused--> onError(GateRejectedError), upstream is never subscribed
//       |  +---wait: asked, and demand is kept--+
//       +--granted--> upstream subscribed <-----+
//                        +--onComplete---------------------> "success"
//                        +--onError, first item missed-----> "failure"
//                        +--cancel by downstream-----------> "ignored"

import {
  type Clock,
  type ClockOptions,
  type Flow,
  type Gate,
  type Operator,
  type Permit,
  type PermitOutcome,
  type Subscription,
  systemClock,
  TimeoutError,
} from "@sluice/core";
import {
  addDemand,
  Alarm,
  asError,
  checkCapacity,
  checkClock,
  checkMilliseconds,
  checkOptions,
  fail,
  flowFrom,
  giveBack,
  OperatorSubscriber,
  requireFlow,
  requireFunction,
  type StageSubscriber,
} from "@sluice/core/kit";
import { askPermit, type PermitWish, takesTime } from "../call/ask-permit.js";
import { judge, type OutcomeOf } from "../call/judge.js";
import { checkCost } from "../gate/check-gate.js";
import { rankOf } from "../gate/criticality-rank.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { requireGate } from "../gate/require-gate.js";

/** How a guarded stream ended. */
export interface GuardedEnd {
  readonly kind: "complete" | "error" | "cancel";
  /** What it failed with. */
  readonly error: unknown;
  /** How many items it had brought. */
  readonly items: number;
}

/** What `guard` is told. */
export interface GuardOptions extends PermitWish, ClockOptions {
  /** The first item must come so soon after it was requested, in ms, >= 1. Default: it may take any time. */
  readonly firstItemMs?: number | undefined;
  /**
   * After so many items the stream has proved itself: it counts as a success then, and its permit goes back. For
   * streams without an end, which would keep a half-open breaker waiting. Default: at its end only.
   */
  readonly enoughItems?: number | undefined;
  /** What an end says of the service; `undefined`: what it looks like. */
  readonly outcomeOf?: OutcomeOf<GuardedEnd> | undefined;
}

/**
 * Subscribes upstream only with a permit of the gate, one for the whole stream, and gives it back with how that ended:
 * completed is `"success"`, failed `"failure"`, also where the first item did not come in time; cancelled by downstream
 * is `"ignored"`. That a stream has begun says nothing: a breaker hears of it when it is over.
 *
 * A stream that fails with the `GateRejectedError` of another gate has not begun, and counts as `"ignored"`.
 *
 * *Demand:* n for n; while it waits for a permit it is kept. *Buffers:* nothing. *Errors:* passed on; a
 * `GateRejectedError` when refused, what the gate throws, a `TimeoutError` when the first item is late, and upstream is
 * cancelled. What `outcomeOf` throws goes to `onDroppedError`. *Cancel:* passed on; leaves the gate's line.
 *
 * @example
 * ```ts
 * import { fail, range } from "@sluice/core";
 * import { circuitBreaker, guard } from "@sluice/gates";
 * const gate = circuitBreaker({ consecutiveFailures: 2 });
 * const orders = fail(new Error("torn")).pipe(guard(gate));
 * for (let i = 1; i <= 3; i++) await orders.toArray().catch((error) => console.log(error.message));
 * // prints torn
 * // prints torn
 * // prints the circuit breaker is open: 2 calls failed in a row
 * ```
 */
export function guard<T>(gate: Gate, options?: GuardOptions): Operator<T, T> {
  requireGate(`guard a stream`, gate);
  checkOptions(NAME, options);
  const settings = checkGuard(gate, options ?? {});
  const { cost, wait, firstItemMs, enoughItems } = settings;
  return (upstream) => {
    requireFlow(upstream, NAME);
    const begin = (downstream: StageSubscriber<T>): void => new Guard(downstream, settings).begin(upstream);
    return flowFrom(begin, {
      name: NAME,
      settings: { cost, wait, firstItemMs, enoughItems },
      upstreams: [upstream],
    });
  };
}

interface GuardSettings extends Omit<GuardOptions, "clock"> {
  readonly gate: Gate;
  readonly clock: Clock;
}

function checkGuard(gate: Gate, options: GuardOptions): GuardSettings {
  const { cost = 1, wait = false, criticality, key, firstItemMs, enoughItems, outcomeOf } = options;
  const clock = checkClock(NAME, options.clock ?? systemClock);
  checkCost(cost);
  rankOf(options);
  if (firstItemMs !== undefined) checkMilliseconds(`${NAME} a firstItemMs of`, firstItemMs, 1);
  if (enoughItems !== undefined) checkCapacity(NAME, enoughItems, 1, "enoughItems");
  if (outcomeOf !== undefined) requireFunction(`judge streams in ${NAME}`, outcomeOf);
  return { gate, cost, wait, criticality, key, firstItemMs, enoughItems, outcomeOf, clock };
}

class Guard<T> extends OperatorSubscriber<T, T> {
  private readonly settings: GuardSettings;
  private permit: Permit | undefined = undefined;
  /** While downstream has its subscription and upstream is not subscribed yet: what was requested. */
  private owed = 0;
  private isWaiting = false;
  private controller: AbortController | undefined = undefined;
  /** Until the first item has come. */
  private alarm: Alarm | undefined = undefined;
  private items = 0;
  private end: GuardedEnd = { kind: "cancel", error: undefined, items: 0 };
  private looks: PermitOutcome = "ignored";

  constructor(downstream: StageSubscriber<T>, settings: GuardSettings) {
    super(downstream);
    this.settings = settings;
  }

  begin(upstream: Flow<T>): void {
    const { settings } = this;
    if (takesTime(settings.gate, settings)) {
      this.isWaiting = true;
      this.downstream.onSubscribe(this);
      if (!this.done) this.wait(upstream);
      return;
    }
    try {
      const answer = settings.gate.tryAcquire(settings.cost, settings);
      if (!answer.granted) throw new GateRejectedError(answer);
      this.permit = answer;
    } catch (thrown) {
      fail(this.downstream, asError(thrown, "a gate"));
      return;
    }
    upstream.connect(this);
  }

  override onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel(); // it was cancelled before upstream answered
      return;
    }
    this.upstream = subscription;
    if (!this.isWaiting) {
      this.downstream.onSubscribe(this);
      return;
    }
    this.isWaiting = false;
    if (this.owed > 0) this.request(this.owed);
  }

  next(item: T): boolean {
    this.items += 1;
    if (this.alarm !== undefined) this.silence();
    if (this.items === this.settings.enoughItems) this.settle("success");
    return this.downstream.next(item);
  }

  override request(n: number): void {
    if (this.done) return;
    if (this.isWaiting) {
      this.owed = addDemand(this.owed, n);
      return;
    }
    if (this.items === 0 && this.settings.firstItemMs !== undefined) this.watch(this.settings.firstItemMs);
    if (!this.done) this.upstream.request(n); // else the clock has thrown
  }

  override cancel(): void {
    if (this.done) return;
    this.seems("cancel", undefined, "ignored");
    super.cancel();
  }

  protected override endWithError(error: unknown): void {
    // What another gate refused has not begun, and says nothing of the service.
    this.seems("error", error, error instanceof GateRejectedError ? "ignored" : "failure");
    super.endWithError(error);
  }

  protected override endWithComplete(): void {
    this.seems("complete", undefined, "success");
    super.endWithComplete();
  }

  /** By the guard itself: the first item is late, a clock or gate has thrown, which is no fault of the service. */
  protected override fail(error: unknown): void {
    if (!this.done) this.seems("error", error, error instanceof TimeoutError ? "failure" : "ignored");
    super.fail(error);
  }

  protected override onEnd(): void {
    const { end, looks } = this;
    const { outcomeOf } = this.settings;
    this.silence();
    this.controller?.abort();
    if (this.permit !== undefined) this.settle(outcomeOf ? judge(outcomeOf, end, looks) : looks);
  }

  private wait(upstream: Flow<T>): void {
    const { settings } = this;
    this.controller = new AbortController();
    askPermit(settings.gate, settings, this.controller.signal).then(
      (answer) => {
        if (this.done) {
          if (answer.granted) giveBack(answer, "ignored"); // cancelled in the turn in which it was granted
        } else if (answer.granted) {
          this.permit = answer;
          upstream.connect(this);
        } else this.fail(new GateRejectedError(answer));
      },
      (error) => {
        if (!this.done) this.fail(asError(error, "a gate"));
      },
    );
  }

  private watch(ms: number): void {
    if (this.alarm !== undefined) return;
    const late = `${NAME} waited ${ms} ms for the first item: raise its firstItemMs`;
    this.alarm = new Alarm(
      this.settings.clock,
      () => this.fail(new TimeoutError(late, ms)),
      (error) => this.fail(error),
    );
    this.alarm.set(ms);
  }

  private silence(): void {
    this.alarm?.close();
    this.alarm = undefined;
  }

  private seems(kind: GuardedEnd["kind"], error: unknown, looks: PermitOutcome): void {
    this.end = { kind, error, items: this.items };
    this.looks = looks;
  }

  /** Taken first: what is called here may end the stream. */
  private settle(outcome: PermitOutcome): void {
    const { permit } = this;
    this.permit = undefined;
    if (permit !== undefined) giveBack(permit, outcome);
  }
}

const NAME = "guard";
