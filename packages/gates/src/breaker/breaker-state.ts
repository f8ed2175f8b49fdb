// The state machine of a circuit breaker. Pure: time is an argument, nothing is scheduled; what time brings is seen by
// who asks next.
//
//            too many failed or were slow | forced               asked, and the open time is over
//   closed ------------------------------> open --------------------------------------> half-open
//     ^                                     ^                                              |  |
//     |                                     +----(too many probes failed | were lost)------+  |
//     +----(enough probes succeeded | reset from any state)-----------------------------------+
//
// Each change begins a generation. What was granted in an earlier one says nothing of this one: a call that began
// before the breaker opened is no probe, and its outcome is not counted.

import { type Backoff, backoffMs } from "@sluice/core/kit";
import { FAILED, type OutcomeWindow } from "./outcome-window.js";

/** Where a breaker stands. */
export type BreakerPhase =
  /** Everything is granted. */
  | { readonly kind: "closed"; readonly since: number }
  /** Nothing is granted before `until`, which is `forMs` from when it opened. */
  | { readonly kind: "open"; readonly until: number; readonly forMs: number }
  | HalfOpen;

/** Only probes are granted, and their outcomes decide. */
interface HalfOpen {
  readonly kind: "half-open";
  /** Granted and not released. */
  out: number;
  succeeded: number;
  failed: number;
  /** When the last one was granted. */
  probedAt: number;
}

/** When it opens, for how long, and what makes it close. Shared by all breakers of the same options. */
export interface BreakerPolicy {
  /** Opens when at least this share of the window's calls failed; `Infinity`: not looked at. */
  readonly failureRate: number;
  /** The same for slow calls. */
  readonly slowRate: number;
  /** Neither rate says anything of fewer calls. */
  readonly minimumCalls: number;
  /** Opens after so many failures one after the other; `Infinity`: not looked at. */
  readonly consecutiveFailures: number;
  readonly openFor: Backoff;
  /** Closed for so long, it is well again: the open time begins anew. */
  readonly healthyMs: number;
  /** In half-open so many are granted. */
  readonly probes: number;
  /** So many of them must succeed. */
  readonly needed: number;
  /** Probes not released after this are lost, and have failed. */
  readonly probeTimeoutMs: number;
  readonly random: () => number;
}

/** One breaker. Who calls it has checked its arguments. *Buffers:* the window. */
export class BreakerState {
  phase: BreakerPhase = { kind: "closed", since: Number.NEGATIVE_INFINITY };
  /** The phase is `closed`. */
  isClosed = true;
  /** How often it has changed. */
  generation = 0;
  /** What made it change last. */
  why = "nothing has happened yet";
  private readonly policy: BreakerPolicy;
  private readonly window: OutcomeWindow | undefined;
  private failuresInARow = 0;
  /** How often it opened without being well in between, and for how long the last time. */
  private openings = 0;
  private openMs = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private offsetMs = 0;

  constructor(policy: BreakerPolicy, window: OutcomeWindow | undefined) {
    this.policy = policy;
    this.window = window;
  }

  /** The totals that the rates are made of. */
  get seen(): { readonly calls: number; readonly failed: number; readonly slow: number } {
    const { calls = 0, failed = 0, slow = 0 } = this.window ?? {};
    return { calls, failed, slow };
  }

  /**
   * Time that never goes backwards: when the clock was set back it goes on from where it stood, so that nobody waits
   * for an hour to pass a second time.
   */
  steady(nowMs: number): number {
    if (nowMs + this.offsetMs < this.lastMs) this.offsetMs = this.lastMs - nowMs;
    this.lastMs = nowMs + this.offsetMs;
    return this.lastMs;
  }

  /**
   * Somebody asks; the time need not be told while it is closed. `true`: granted, and `settle` is to be told of its end
   * with the generation that it has now.
   */
  ask(nowMs: number): boolean {
    if (this.phase.kind === "closed") return true;
    const now = this.steady(nowMs);
    if (this.phase.kind === "open" && now < this.phase.until) return false;
    const { policy } = this;
    const phase = this.phase.kind === "open" ? this.halfOpen(now) : this.phase;
    if (this.hasProbe(phase)) {
      phase.out += 1;
      phase.probedAt = now;
      return true;
    }
    // All that may be out are, and the last has had its time: none of them can be waited for any longer.
    if (now - phase.probedAt >= policy.probeTimeoutMs) {
      const lost = phase.out === 1 ? "1 probe was" : `${phase.out} probes were`;
      this.reopen(now, `${lost} not released within ${policy.probeTimeoutMs} ms`);
    }
    return false;
  }

  /** Milliseconds until asking may be answered otherwise, if nothing is released before; 0: now. */
  waitMs(nowMs: number): number {
    const { phase } = this;
    if (phase.kind === "closed") return 0;
    const now = this.steady(nowMs);
    if (phase.kind === "open") return Math.max(0, phase.until - now);
    return this.hasProbe(phase) ? 0 : Math.max(0, phase.probedAt + this.policy.probeTimeoutMs - now);
  }

  /** Counts a success of the present generation, if that takes no look at the time; says whether it has. */
  succeeded(): boolean {
    const { window } = this;
    if (!this.isClosed || window?.needsTime === true) return false;
    this.failuresInARow = 0;
    window?.record(0, Number.NaN);
    return true;
  }

  /** `settle` of a success must be told the time. */
  get needsTime(): boolean {
    return this.phase.kind !== "closed" || this.window?.needsTime === true;
  }

  /**
   * What was granted in `generation` has ended: `mark` is made of `FAILED` and `SLOW`, or `undefined` for what counts
   * as neither success nor failure. A success never opens the breaker, and the time need not be told then unless
   * `needsTime`.
   */
  settle(generation: number, mark: number | undefined, nowMs: number): void {
    if (generation !== this.generation) return;
    const { phase } = this;
    if (phase.kind === "half-open") this.settleProbe(phase, mark, nowMs);
    else if (phase.kind === "closed" && mark !== undefined) this.count(mark, nowMs);
  }

  /** By hand: open for `forMs` (`Infinity`: until `reset`), whatever it saw. */
  forceOpen(nowMs: number, forMs: number): void {
    this.enter({ kind: "open", until: this.steady(nowMs) + forMs, forMs }, "it was opened by hand");
  }

  /** By hand: closed, and everything that was seen is forgotten. */
  reset(nowMs: number): void {
    this.openings = 0;
    this.close(this.steady(nowMs), "it was reset by hand");
  }

  private count(mark: number, nowMs: number): void {
    const { window, policy } = this;
    window?.record(mark, Number.isNaN(nowMs) ? nowMs : this.steady(nowMs));
    this.failuresInARow = (mark & FAILED) === 0 ? 0 : this.failuresInARow + 1;
    if (mark === 0) return;
    if (this.failuresInARow >= policy.consecutiveFailures) {
      this.trip(nowMs, `${this.failuresInARow} calls failed in a row`);
    } else if (window !== undefined && window.calls >= policy.minimumCalls) {
      const { calls, failed, slow } = window;
      // Divided, not multiplied: 7 / 100 is the double that 0.07 is read as, 0.07 * 100 is more than 7.
      if (failed / calls >= policy.failureRate) this.trip(nowMs, `${failed} of ${calls} calls failed`);
      else if (slow / calls >= policy.slowRate) this.trip(nowMs, `${slow} of ${calls} calls were slow`);
    }
  }

  private settleProbe(
    phase: BreakerPhase & { kind: "half-open" },
    mark: number | undefined,
    nowMs: number,
  ): void {
    const { probes, needed } = this.policy;
    phase.out -= 1;
    if (mark === undefined) return; // another one may try in its place
    if (mark === 0) phase.succeeded += 1;
    else phase.failed += 1; // one that was slow too: it is not well yet
    if (phase.succeeded >= needed) this.close(this.steady(nowMs), `${needed} of ${probes} probes succeeded`);
    else if (phase.failed > probes - needed) {
      this.reopen(this.steady(nowMs), `${phase.failed} of ${probes} probes failed`);
    }
  }

  /** From closed, where it may have been well for so long that the former openings mean nothing. */
  private trip(nowMs: number, why: string): void {
    const now = this.steady(nowMs);
    if (this.phase.kind === "closed" && now - this.phase.since >= this.policy.healthyMs) this.openings = 0;
    this.reopen(now, why);
  }

  private reopen(now: number, why: string): void {
    const { openFor, random } = this.policy;
    const before = this.openings === 0 ? 0 : this.openMs;
    const ms = backoffMs(openFor, this.openings + 1, before, random());
    this.openMs = ms >= 0 ? ms : openFor.capMs; // a random of the user's may be no number, and it would never end
    this.openings += 1;
    this.enter({ kind: "open", until: now + this.openMs, forMs: this.openMs }, why);
  }

  private halfOpen(now: number): HalfOpen {
    const phase: HalfOpen = { kind: "half-open", out: 0, succeeded: 0, failed: 0, probedAt: now };
    this.enter(phase, "the open time is over");
    return phase;
  }

  private close(now: number, why: string): void {
    this.enter({ kind: "closed", since: now }, why);
  }

  private enter(phase: BreakerPhase, why: string): void {
    this.phase = phase;
    this.isClosed = phase.kind === "closed";
    this.why = why;
    this.generation += 1;
    this.failuresInARow = 0;
    this.window?.clear();
  }

  private hasProbe({ out, succeeded, failed }: HalfOpen): boolean {
    return out + succeeded + failed < this.policy.probes;
  }
}
