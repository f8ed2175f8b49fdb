// What a piece of work is told of the call that it is part of: who may end it, how much time is left, which attempt this
// is. It is the first argument, and passed on as such: nested calls inherit the signal, the deadline, and what was paid
// for retries. Passed on by hand, as nothing else works in every runtime.

import { SluiceError } from "@sluice/core";
import { checkSignal, describe } from "@sluice/core/kit";

/** What each attempt of a piece of work is told. */
export interface CallContext {
  /** Aborts when nobody wants the result any more: the caller gave up, time is over, another attempt was faster. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** Milliseconds that are left now, never below 0; undefined: no deadline. */
  remainingMs(): number | undefined;
}

/**
 * On whose behalf a call is made: a `CallContext`, the context of a handler of `@sluice/net`, a `Request`, or only
 * `{ signal }`.
 */
export type CallParent = {
  readonly [Part in keyof CallContext]?: CallContext[Part] | undefined;
};

/** Something that can be tried, again and side by side: it stops when `context.signal` aborts. */
export type Work<R, A extends readonly unknown[] = []> = (
  context: CallContext,
  ...args: A
) => PromiseLike<R> | R;

/** Work behind a policy. It is work itself, so policies stand around one another. */
export type Call<R, A extends readonly unknown[] = []> = (parent?: CallParent, ...args: A) => Promise<R>;

/** One attempt, as its work sees it. The controller is made only for work that looks at the signal. */
export class Scope implements CallContext {
  readonly parent: CallParent | undefined;
  readonly attempt: number;
  /** The budget that was told of this call: what is nested in it pays no second time. */
  readonly paid: object | undefined;
  private controller: AbortController | undefined = undefined;
  private reason: unknown = RUNNING;

  constructor(parent: CallParent | undefined, attempt: number = parent?.attempt ?? 1, paid?: object) {
    this.parent = parent;
    this.attempt = attempt;
    this.paid = paid;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason !== RUNNING) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  remainingMs(): number | undefined {
    const left = remainingOf(this.parent);
    return left === Number.POSITIVE_INFINITY ? undefined : left;
  }

  abort(reason: unknown): void {
    if (this.reason !== RUNNING) return;
    this.reason = reason;
    this.controller?.abort(reason);
  }
}

/** Milliseconds that are left, `Infinity` without a deadline. */
export function remainingOf(parent: CallParent | undefined): number {
  const left = parent?.remainingMs?.() ?? Number.POSITIVE_INFINITY;
  return Math.max(left || 0, 0); // NaN too: there is nothing to build on
}

/** Whether `budget` has been told of the call that this one is nested in. */
export function hasPaid(parent: CallParent | undefined, budget: object): boolean {
  for (let scope = parent; scope instanceof Scope; scope = scope.parent) {
    if (scope.paid === budget) return true;
  }
  return false;
}

/** Throws the `TypeError` of a call that was given something else as its context. */
export function checkParent(parent: CallParent | undefined): void {
  if (parent === undefined) return;
  if (typeof parent !== "object" || parent === null) {
    throw new TypeError(
      `Cannot call on behalf of ${describe(parent)}: the first argument is a context, such as { signal }, or undefined`,
    );
  }
  checkSignal("a call", parent.signal);
}

/** Why work is stopped that nobody waits for; sources and `fetch` know the name. */
export function abortError(code: string, message: string): SluiceError {
  const error = new SluiceError(code, message);
  error.name = "AbortError";
  return error;
}

const RUNNING: unique symbol = Symbol("running");
