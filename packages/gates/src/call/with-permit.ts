// A piece of work behind a gate: begun only with a permit, which goes back with what came of it.
//
//   asked --refused--> GateRejectedError, and the work was not begun
//     +-----granted--> work runs --fulfilled------------------------> "success"  } unless `outcomeOf`
//                         +--------rejected, the caller had given up-> "ignored"  } says otherwise
//                         +--------rejected--------------------------> "failure"  }

import type { Gate, Permit, Rejected } from "@sluice/core";
import { checkOptions, checkSignal, giveBack, requireFunction } from "@sluice/core/kit";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { requireGate } from "../gate/require-gate.js";
import { askPermit, type PermitWish, takesTime } from "./ask-permit.js";
import { type CallContext, type CallParent, checkParent, Scope, type Work } from "./call-context.js";
import { judge, type OutcomeOf } from "./judge.js";

/** What `withPermit` is told. */
export interface WithPermitOptions<R> extends PermitWish {
  /** The caller gives up: ends the waiting, and is passed on to the work. Default: that of `context`. */
  readonly signal?: AbortSignal | undefined;
  /** On whose behalf, such as the context that a retry gives; passed on to the work. */
  readonly context?: CallParent | undefined;
  /**
   * What the end of the work says of the service: an answer may be a failure (a status of 500), and an error none (one
   * of 404); `undefined` is what it looks like. Not asked when the caller gave up.
   */
  readonly outcomeOf?: OutcomeOf<PromiseSettledResult<R>> | undefined;
}

/**
 * Runs `work` if `gate` grants it a permit, and releases that with what came of it when the work is over: not before,
 * also when its caller gives up, as a bulkhead counts what is under way.
 *
 * A rejection counts as `"failure"`, but for one after the caller gave up: that counts as `"ignored"`, unless it gave
 * up for lack of time (the reason of its signal is a `TimeoutError`), which says that the service was too slow. So does
 * the `GateRejectedError` of a gate within the work.
 *
 * *Buffers:* nothing. *Errors:* a `GateRejectedError` when refused; the reason of a signal that has fired before; what
 * the work throws or rejects with. What `outcomeOf` throws goes to `onDroppedError`, and the default counts.
 * *Cancel:* the signal is handed to the work.
 *
 * @example
 * ```ts
 * import { circuitBreaker, GateRejectedError, withPermit } from "@sluice/gates";
 * const gate = circuitBreaker({ consecutiveFailures: 1 });
 * const call = (): Promise<string> => withPermit(gate, () => Promise.reject(new Error("down")));
 * await call().catch((error) => console.log(error.message)); // prints down
 * await call().catch((error) => console.log(error instanceof GateRejectedError, error.cause)); // prints true open
 * ```
 */
export function withPermit<R>(
  gate: Gate,
  work: Work<R>,
  options?: WithPermitOptions<Awaited<R>>,
): Promise<Awaited<R>> {
  try {
    requireGate("call withPermit", gate);
    requireFunction("call withPermit", work);
    const parent = options === undefined ? undefined : parentOf(options);
    if (!takesTime(gate, options)) {
      return run(gate.tryAcquire(options?.cost, options), work, parent, options);
    }
    return askPermit(gate, options, parent?.signal).then((answer) => run(answer, work, parent, options));
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

/**
 * Neither an async function nor, where nobody judges, functions made for this call: around a call that is over at once
 * the first takes a fifth more, and a function that is made for one call a tenth, as V8 looks up its code anew.
 */
function run<R>(
  permit: Permit | Rejected,
  work: Work<R>,
  parent: CallParent | undefined,
  options: WithPermitOptions<Awaited<R>> | undefined,
): Promise<Awaited<R>> {
  if (!permit.granted) return Promise.reject(new GateRejectedError(permit));
  const result = resultOf(work, parent);
  if (options !== undefined) return judged(permit, result, parent, options.outcomeOf);
  const onFulfilled = fulfilled.bind(permit) as (value: Awaited<R>) => Awaited<R>; // bind forgets the type
  return result.then(onFulfilled, rejected.bind(permit));
}

function judged<R>(
  permit: Permit,
  result: Promise<R>,
  parent: CallParent | undefined,
  outcomeOf: WithPermitOptions<R>["outcomeOf"],
): Promise<R> {
  return result.then(
    (value) => {
      const looks = "success";
      giveBack(permit, outcomeOf ? judge(outcomeOf, { status: "fulfilled", value }, looks) : looks);
      return value;
    },
    (reason) => {
      const isSilent = reason instanceof GateRejectedError || hasGivenUp(parent);
      const looks = isSilent ? "ignored" : "failure";
      const isJudged = outcomeOf !== undefined && !isSilent;
      giveBack(permit, isJudged ? judge(outcomeOf, { status: "rejected", reason }, looks) : looks);
      throw reason;
    },
  );
}

function fulfilled<V>(this: Permit, value: V): V {
  giveBack(this, "success");
  return value;
}

/** What another gate refused was not begun, and says nothing of the service. */
function rejected(this: Permit, reason: unknown): never {
  giveBack(this, reason instanceof GateRejectedError ? "ignored" : "failure");
  throw reason;
}

function resultOf<R>(work: Work<R>, parent: CallParent | undefined): Promise<Awaited<R>> {
  try {
    const context =
      parent === undefined ? ON_ITS_OWN : parent instanceof Scope ? parent : new Inherited(parent);
    const result = work(context);
    return (result instanceof Promise ? result : Promise.resolve(result)) as Promise<Awaited<R>>;
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

/** What a call inherits; `undefined` for one on its own. */
function parentOf(options: WithPermitOptions<never>): CallParent | undefined {
  checkOptions("withPermit", options);
  const { signal, context, outcomeOf } = options;
  if (outcomeOf !== undefined) requireFunction("judge calls in withPermit", outcomeOf);
  if (signal !== undefined && context !== undefined) {
    throw new TypeError("Cannot give withPermit a signal and a context: the context brings its own");
  }
  checkSignal("withPermit", signal);
  checkParent(context);
  const parent = signal === undefined ? context : { signal };
  if (!(parent instanceof Scope)) parent?.signal?.throwIfAborted(); // that one makes its signal for who looks at it
  return parent;
}

/** Work that is given what its caller inherited, signal and all. */
class Inherited extends Scope {
  override get signal(): AbortSignal {
    return this.parent?.signal ?? super.signal;
  }
}

/** One for all: no signal of it ever aborts, and a shared one would gather listeners. */
const ON_ITS_OWN: CallContext = {
  get signal(): AbortSignal {
    return new AbortController().signal;
  },
  attempt: 1,
  remainingMs: () => undefined,
};

/** By itself, not because it had waited too long for the service. */
function hasGivenUp(parent: CallParent | undefined): boolean {
  const signal = parent?.signal;
  return signal?.aborted === true && (signal.reason as Error | undefined)?.name !== "TimeoutError";
}
