// Trust in what stands behind: withdrawn while calls fail or are slow, given back when probes succeed.

import type { Gate, GateRequest, Permit, PermitOutcome, Rejected } from "@sluice/core";
import type { Inspectable } from "@sluice/core/contracts";
import { checkMilliseconds } from "@sluice/core/kit";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSnapshot, PolicyGate } from "../gate/policy-gate.js";
import {
  type BreakerSettings,
  checkBreaker,
  type CircuitBreakerOptions,
  windowOf,
} from "./breaker-settings.js";
import { type BreakerPhase, BreakerState } from "./breaker-state.js";
import { type BreakerChange, ChangeListeners } from "./change-listeners.js";
import { FAILED, SLOW } from "./outcome-window.js";

/** What a breaker tells of itself. */
export interface BreakerSnapshot extends GateSnapshot {
  readonly state: BreakerPhase["kind"];
  /** What made it change last. */
  readonly why: string;
  /** How often it has changed. */
  readonly generation: number;
  /** Milliseconds until it lets probes through; 0 when it is not open. */
  readonly openForMs: number;
  /** Permits granted and not released. */
  readonly out: number;
  /** The totals that the rates are made of. */
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
}

/** A gate by health. */
export interface CircuitBreaker extends Gate, Inspectable {
  /** `"open"` also when its time is over: half-open begins with who asks next. */
  readonly state: BreakerPhase["kind"];
  /** Those who wait in `acquire`. */
  readonly waiting: number;
  /** Opens it, whatever it saw, for so many milliseconds; default: until `reset()`. */
  forceOpen(forMs?: number): void;
  /** Closes it, and forgets everything that it saw. */
  reset(): void;
  /** Calls `listener` soon after each change, in order; returns what ends that. */
  onChange(listener: (change: BreakerChange) => void): () => void;
  snapshot(): BreakerSnapshot;
}

/**
 * Grants everything while the calls behind it go well, nothing for a while when too many of them fail or are slow, and
 * then a few probes, whose outcomes decide whether that while was long enough.
 *
 * Each permit is to be released with what came of its call: `"failure"` counts against it, `"ignored"` counts as
 * neither. What was granted before a change does not count after it. A cost is one call, however large.
 *
 * *Buffers:* a byte a call of the window, or three numbers a bucket; those who wait, at most `maxWaiting`: until it
 * lets a probe through, or closes. *Errors:* a `TypeError` or `RangeError` for options that cannot work; what a
 * listener throws goes to `onDroppedError`. `retryAfterMs` of a refusal is when probes will be let through; undefined
 * while they are under way. *Cancel:* a signal ends the waiting.
 *
 * @example
 * ```ts
 * import { circuitBreaker } from "@sluice/gates";
 * import { VirtualClock } from "@sluice/tck";
 * const clock = new VirtualClock();
 * const gate = circuitBreaker({ consecutiveFailures: 2, openFor: { baseMs: 1000, jitter: "none" }, clock });
 * for (let call = 1; call <= 2; call++) {
 *   const answer = gate.tryAcquire();
 *   if (answer.granted) answer.release("failure");
 * }
 * const refused = gate.tryAcquire();
 * if (!refused.granted) console.log(refused.reason, refused.retryAfterMs);
 * // prints the circuit breaker is open: 2 calls failed in a row 1000
 * clock.advance(1000);
 * const probe = gate.tryAcquire();
 * console.log(gate.state); // prints half-open
 * if (probe.granted) probe.release();
 * console.log(gate.state); // prints closed
 * ```
 */
export function circuitBreaker(options?: CircuitBreakerOptions): CircuitBreaker {
  return new BreakerGate(checkBreaker(options), options?.window);
}

/** Where calls may be slow, a permit knows when it began. */
class TimedPermit extends GrantedPermit {
  readonly startedAt: number;

  constructor(owner: BreakerGate, cost: number, generation: number, startedAt: number) {
    super(owner, cost, generation);
    this.startedAt = startedAt;
  }
}

class BreakerGate extends PolicyGate<BreakerSettings> implements CircuitBreaker {
  private readonly health: BreakerState;
  private listeners: ChangeListeners | undefined = undefined;
  /** Calls may be slow: it is to be known how long each took. */
  private readonly isTimed: boolean;
  private out = 0;
  /** What listeners have been told. */
  private told: BreakerPhase["kind"] = "closed";
  private toldGeneration = 0;

  constructor(settings: BreakerSettings, window: CircuitBreakerOptions["window"]) {
    super(settings);
    this.health = new BreakerState(settings, windowOf(settings, window));
    this.isTimed = settings.slowMs < Number.POSITIVE_INFINITY;
  }

  get state(): BreakerPhase["kind"] {
    return this.health.phase.kind;
  }

  /** An open one is not forgotten before its time is over; then only how often it has opened is lost. */
  override get isIdle(): boolean {
    return super.isIdle && this.out === 0 && this.openForMs === 0;
  }

  override snapshot(): BreakerSnapshot {
    return super.snapshot() as BreakerSnapshot;
  }

  forceOpen(forMs: number = Number.POSITIVE_INFINITY): void {
    if (forMs !== Number.POSITIVE_INFINITY) checkMilliseconds("forceOpen", forMs, 0);
    this.health.forceOpen(this.settings.clock.now(), forMs);
    this.changed();
  }

  reset(): void {
    this.health.reset(this.settings.clock.now());
    this.changed();
  }

  onChange(listener: (change: BreakerChange) => void): () => void {
    this.listeners ??= new ChangeListeners();
    return this.listeners.add(listener);
  }

  /** While it is closed nobody waits, and there is nothing to weigh: most calls of most services take this way. */
  override tryAcquire(cost?: number, request?: GateRequest): Permit | Rejected {
    const { health } = this;
    if (!health.isClosed || cost !== undefined || request !== undefined || this.isTimed) {
      return super.tryAcquire(cost, request);
    }
    this.granted += 1;
    this.out += 1;
    return new GrantedPermit(this, 1, health.generation);
  }

  override settle(permit: GrantedPermit, outcome: PermitOutcome): void {
    const { health } = this;
    const isPlain = outcome === "success" && permit.generation === health.generation && !this.isTimed;
    if (isPlain && health.succeeded()) this.out -= 1;
    else super.settle(permit, outcome);
  }

  protected override take(now: number, cost: number): GrantedPermit | undefined {
    const { health } = this;
    const granted = health.ask(now);
    if (health.generation !== this.toldGeneration) this.tell();
    if (!granted) return undefined;
    this.out += 1;
    const { generation } = health;
    if (!this.isTimed) return new GrantedPermit(this, cost, generation);
    return new TimedPermit(this, cost, generation, health.steady(now));
  }

  protected override refusal(now: number): Rejected {
    const { health, name } = this;
    const ms = health.waitMs(now);
    const isOpen = health.phase.kind === "open";
    const why = isOpen ? `open: ${health.why}` : "half-open, and its probes are under way";
    const retryAfterMs = isOpen && ms < Number.POSITIVE_INFINITY ? ms : undefined;
    return { granted: false, reason: `${name} is ${why}`, retryAfterMs, cause: "open" };
  }

  /** Calls are counted, not their cost. */
  protected override most(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override wakeMs(now: number): number {
    return this.health.waitMs(now);
  }

  protected override settled(permit: GrantedPermit, outcome: PermitOutcome): void {
    this.out -= 1;
    const { health } = this;
    if (permit.generation !== health.generation) return;
    if (outcome === "ignored") {
      health.settle(permit.generation, undefined, Number.NaN);
      return;
    }
    const { slowMs, clock } = this.settings;
    const needsTime = outcome === "failure" || permit instanceof TimedPermit || health.needsTime;
    const now = needsTime ? clock.now() : Number.NaN;
    let mark = outcome === "failure" ? FAILED : 0;
    if (permit instanceof TimedPermit && health.steady(now) - permit.startedAt >= slowMs) mark |= SLOW;
    health.settle(permit.generation, mark, now);
    if (health.generation !== this.toldGeneration) this.tell();
  }

  protected override details(): object {
    const { health, out, openForMs } = this;
    return {
      state: this.state,
      why: health.why,
      generation: health.generation,
      openForMs,
      out,
      ...health.seen,
    };
  }

  /** While it is closed, and no call is slow, granting takes no look at the clock. */
  protected override now(): number {
    return this.health.phase.kind === "closed" && !this.isTimed ? Number.NaN : this.settings.clock.now();
  }

  private get openForMs(): number {
    return this.health.phase.kind === "open" ? this.health.waitMs(this.settings.clock.now()) : 0;
  }

  /** By hand: those who wait may be served now, or have to wait longer. */
  private changed(): void {
    this.tell();
    this.serve();
  }

  private tell(): void {
    const { health, listeners, told: from } = this;
    const { phase, why, generation } = health;
    this.told = phase.kind;
    this.toldGeneration = generation;
    const openMs = phase.kind === "open" ? phase.forMs : undefined;
    listeners?.tell({ from, to: phase.kind, why, generation, openMs });
  }
}
