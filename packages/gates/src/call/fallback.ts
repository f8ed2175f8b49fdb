// Something else, when the work has failed: what was known before, another place, less.

import { systemClock } from "@sluice/core";
import { checkOptions, requireFunction } from "@sluice/core/kit";
import { type Call, type CallContext, type CallParent, Scope, type Work } from "./call-context.js";
import { type BoundWork, RunningCall } from "./running-call.js";

/** When `fallback` does something else. */
export interface FallbackOptions {
  /** Whether to do something else after this error; default: after any. */
  readonly when?: ((error: unknown) => boolean) | undefined;
}

/** What is done instead: it is told the error, and then what the work was told. */
export type FallbackWork<R, A extends readonly unknown[] = []> = (
  context: CallContext,
  error: unknown,
  ...args: A
) => PromiseLike<R> | R;

/**
 * Does `other` when the work has failed; not when its caller has given up.
 *
 * *Errors:* the work's when `when` says no; those of `other`, and what `when` throws, in its place. *Cancel:* the
 * caller's signal, in either.
 *
 * @example
 * ```ts
 * import { fallback } from "@sluice/gates";
 * const price = fallback(async () => Promise.reject(new Error("down")), () => "yesterday's");
 * console.log(await price()); // prints yesterday's
 * ```
 */
export function fallback<R, S, A extends readonly unknown[]>(
  work: Work<R, A>,
  other: FallbackWork<S, A>,
  options?: FallbackOptions,
): Call<R | S, A> {
  requireFunction("fallback", work);
  requireFunction("fallback", other);
  checkOptions("fallback", options);
  const { when = always } = options ?? {};
  requireFunction("fallback", when);
  return (parent, ...args) => {
    const instead = (error: unknown): BoundWork<R | S> | undefined =>
      when(error) ? (context) => other(context, error, ...args) : undefined;
    return new FallingBack<R | S>((context) => work(context, ...args), parent, instead).run();
  };
}

class FallingBack<R> extends RunningCall<R> {
  private instead: (error: unknown) => BoundWork<R> | undefined;

  constructor(
    work: BoundWork<R>,
    parent: CallParent | undefined,
    instead: (error: unknown) => BoundWork<R> | undefined,
  ) {
    super(work, parent, systemClock); // which is never asked
    this.instead = instead;
  }

  protected override begin(): void {
    this.start(new Scope(this.parent));
  }

  protected override failed(error: unknown): void {
    const other = this.instead(error);
    this.instead = () => undefined; // for once
    if (other === undefined) this.fail(error);
    else this.start(new Scope(this.parent), other);
  }
}

function always(): boolean {
  return true;
}
