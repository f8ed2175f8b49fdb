// What retry, timeout, hedge and fallback have in common: attempts under way, one promise that is settled once, by the
// first of an attempt, the caller's signal, and time; and nothing that is left of it then.
//
//   begun --+-- attempt succeeded ----> resolved   -+
//           +-- policy gave up -------> rejected    +--> alarm and listener gone, attempts still under way aborted,
//           +-- caller's signal ------> its reason -+    permits given back

import { type Clock, type Permit, type PermitOutcome, TimeoutError } from "@sluice/core";
import { Alarm, giveBack } from "@sluice/core/kit";
import {
  abortError,
  type CallContext,
  type CallParent,
  checkParent,
  remainingOf,
  type Scope,
} from "./call-context.js";

/** Work of one call, with its arguments. */
export type BoundWork<R> = (context: CallContext) => PromiseLike<R> | R;

/** One call under a policy. *Buffers:* the attempts under way. *Cancel:* the parent's signal, in every state. */
export abstract class RunningCall<R> {
  protected readonly parent: CallParent | undefined;
  protected readonly alarm: Alarm;
  protected readonly underWay: Attempt[] = [];
  /** Was asked for, for the next attempt; goes back with it, or at the end. */
  protected permit: Permit | undefined = undefined;
  private readonly work: BoundWork<R>;
  private done = false;
  private resolve: (result: R) => void = ignore;
  private reject: (error: unknown) => void = ignore;

  constructor(work: BoundWork<R>, parent: CallParent | undefined, clock: Clock) {
    this.work = work;
    this.parent = parent;
    this.alarm = new Alarm(
      clock,
      () => this.guarded(() => this.ring()),
      (error) => this.fail(error),
    );
  }

  /** To be called once. Work whose caller has gone, or has no time left, is not begun. */
  run(): Promise<R> {
    return new Promise((resolve, reject) => {
      const { parent } = this;
      checkParent(parent);
      if (parent?.signal?.aborted) throw parent.signal.reason;
      if (remainingOf(parent) === 0) throw new TimeoutError(SPENT, 0);
      this.resolve = resolve;
      this.reject = reject;
      parent?.signal?.addEventListener("abort", this);
      this.guarded(() => this.begin());
    });
  }

  /** The parent's signal fired. */
  handleEvent(): void {
    this.fail(this.parent?.signal?.reason);
  }

  protected abstract begin(): void;
  /** An attempt has failed, and the call has not ended. */
  protected abstract failed(error: unknown): void;
  /** The time has come that the alarm was set for. */
  protected ring(): void {}
  /** An attempt has a result, and the call has not ended. */
  protected succeeded(result: R): void {
    this.end(() => abortError("SUPERSEDED", "Another attempt of the same call was faster"));
    this.resolve(result);
  }

  protected start(scope: Scope, work: BoundWork<R> = this.work): void {
    const attempt: Attempt = { scope, permit: this.permit };
    this.permit = undefined;
    this.underWay.push(attempt);
    // In a promise of its own: what the work throws, and what the `then` of its answer throws, is a rejection.
    new Promise<R>((resolve) => resolve(work(scope))).then(
      (result) => this.settled(attempt, "success", () => this.succeeded(result)),
      (error) => this.settled(attempt, "failure", () => this.failed(error)),
    );
  }

  protected fail(error: unknown): void {
    if (this.done) return;
    this.end(() => error);
    this.reject(error);
  }

  private settled(attempt: Attempt, outcome: PermitOutcome, next: () => void): void {
    // What comes of an attempt after the end has no receiver: it was aborted, and an error is its answer to that.
    if (this.done) return;
    this.underWay.splice(this.underWay.indexOf(attempt), 1);
    if (attempt.permit !== undefined) giveBack(attempt.permit, outcome);
    this.guarded(next);
  }

  /** What a callback of the user's throws is the end of the call. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private end(reason: () => unknown): void {
    this.done = true;
    this.alarm.close();
    this.parent?.signal?.removeEventListener("abort", this);
    if (this.permit !== undefined) giveBack(this.permit, "ignored");
    for (const { scope, permit } of this.underWay.splice(0)) {
      if (permit !== undefined) giveBack(permit, "ignored");
      scope.abort(reason());
    }
  }
}

interface Attempt {
  readonly scope: Scope;
  readonly permit: Permit | undefined;
}

const SPENT =
  "Cannot begin the work: no time is left of its deadline; give the call that it is part of more time";

function ignore(): void {}
