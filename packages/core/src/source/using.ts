import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError, dropError } from "../kit/dropped.js";
import type { Terminal } from "../kit/ended.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { Succession } from "../kit/succession.js";
import { isThenable } from "../kit/thenable.js";
import { describe } from "../spec/describe.js";
import { type FlowInput, from } from "./from.js";

/** What `acquire` is given. */
export interface AcquireContext {
  /** Aborts when the stream is cancelled before the resource is there. */
  readonly signal: AbortSignal;
}

/**
 * Acquires a resource for each subscriber, sends the items of a source made with it, and releases it once, whichever
 * way that ends.
 *
 * It is released before the end is passed on, and at once on cancel. Both `acquire` and `release` may answer with a
 * promise: the end then waits for it. A resource that comes after a cancel is released unused.
 *
 * *Demand:* that of the source made. *Buffers:* nothing. *Errors:* what `acquire` or `use` throws becomes `onError`; so
 * does what `release` throws after a good end, while after an error or a cancel it goes to `onDroppedError`.
 * *Cancel:* the source made, then releases.
 *
 * @param acquire opens the resource, when a subscriber comes
 * @param use makes anything that `from` takes
 * @param release default: the resource's `Symbol.asyncDispose`, or else its `Symbol.dispose`
 *
 * @example
 * ```ts
 * import { range, using } from "@sluice/core";
 * const open = () => ({ rows: 2, close: () => console.log("closed") });
 * const rows = using(open, (file) => range(1, file.rows), (file) => file.close());
 * console.log(await rows.toArray());
 * // prints closed
 * // prints [ 1, 2 ]
 * ```
 */
export function using<R extends Disposable | AsyncDisposable, T>(
  acquire: (context: AcquireContext) => PromiseLike<R> | R,
  use: (resource: R) => FlowInput<T>,
): Flow<T>;
export function using<R, T>(
  acquire: (context: AcquireContext) => PromiseLike<R> | R,
  use: (resource: R) => FlowInput<T>,
  release: (resource: R) => PromiseLike<unknown> | unknown,
): Flow<T>;
export function using<R, T>(
  acquire: (context: AcquireContext) => PromiseLike<R> | R,
  use: (resource: R) => FlowInput<T>,
  release: (resource: R) => unknown = dispose,
): Flow<T> {
  for (const given of [acquire, use, release]) requireFunction("using", given);
  return flowFrom<T>((downstream) => new Using(downstream, use, release).open(acquire), { name: "using" });
}

function dispose(resource: unknown): unknown {
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = Object(resource);
  const method = later ?? now;
  if (typeof method === "function") return method.call(resource);
  throw new TypeError(`Cannot dispose of ${describe(resource)}: give using a function that releases it`);
}

/**
 * acquiring --resource--> running (the source) --end--> releasing --released--> done
 *     |                      |
 *     +-------cancel---------+--> done, and released without anybody waiting for it
 */
class Using<R, T> extends Succession<T> implements AcquireContext {
  private readonly use: (resource: R) => FlowInput<T>;
  private readonly release: (resource: R) => unknown;
  private controller: AbortController | undefined = undefined;
  /** Acquired, and not yet released. */
  private held: { readonly resource: R } | undefined = undefined;

  constructor(
    downstream: StageSubscriber<T>,
    use: (resource: R) => FlowInput<T>,
    release: (resource: R) => unknown,
  ) {
    super(downstream);
    this.use = use;
    this.release = release;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.done) this.controller.abort();
    return this.controller.signal;
  }

  open(acquire: (context: AcquireContext) => PromiseLike<R> | R): void {
    this.start();
    if (this.done) return; // cancelled in onSubscribe: nothing is acquired
    settle(
      () => acquire(this),
      (resource) => this.begin(resource),
      (error) => this.fail(error),
    );
  }

  override sourceCompleted(): void {
    this.finish({ kind: "complete" });
  }

  override sourceFailed(error: unknown): void {
    this.finish({ kind: "error", error });
  }

  protected override onEnd(): void {
    this.arbiter.cancel(); // the source made does not outlive what it was made with
    this.controller?.abort();
    this.finish(undefined);
  }

  private begin(resource: R): void {
    this.held = { resource };
    this.controller = undefined; // it is there: nothing is left to abort
    if (this.done) {
      this.finish(undefined);
      return;
    }
    let source: Flow<T>;
    try {
      source = from(this.use(resource));
    } catch (thrown) {
      this.finish({ kind: "error", error: asError(thrown, "using") });
      return;
    }
    this.follow(source);
  }

  /** Releases what is held, then signals `end`; `undefined` where nobody is to be told. */
  private finish(end: Terminal | undefined): void {
    const { held } = this;
    if (held === undefined) return;
    this.held = undefined;
    settle(
      () => this.release(held.resource),
      () => this.tell(end),
      (error) => this.tell(unreleased(end, error, this.late)),
    );
  }

  private tell(end: Terminal | undefined): void {
    if (end?.kind === "error") this.fail(end.error);
    else if (end !== undefined) this.completeEarly();
  }
}

/** How a stream ends whose resource could not be released: by that error, unless it has one of its own. */
function unreleased(
  end: Terminal | undefined,
  error: unknown,
  late: StageSubscriber<unknown>["late"],
): Terminal | undefined {
  if (end?.kind === "complete") return { kind: "error", error };
  dropError(error, late);
  return end;
}

/** Calls a function of the user, which may answer with a promise: what comes of it is told at once, or when it is there. */
function settle<R>(
  call: () => PromiseLike<R> | R,
  succeeded: (result: R) => void,
  failed: (error: unknown) => void,
): void {
  const refused = (thrown: unknown): void => failed(asError(thrown, "using"));
  let answer: PromiseLike<R> | R;
  let pending: PromiseLike<R> | undefined;
  try {
    answer = call();
    pending = isThenable(answer) ? answer : undefined; // in here: a getter of `then` may throw
  } catch (thrown) {
    refused(thrown);
    return;
  }
  if (pending === undefined) succeeded(answer as R);
  else Promise.resolve(pending).then(succeeded, refused);
}
