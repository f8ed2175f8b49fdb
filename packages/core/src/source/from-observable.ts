import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { asError, dropError } from "../kit/dropped.js";
import { observableOf } from "../kit/observable-of.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import { Connectable, type StageSubscriber } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import type { Subscription } from "../spec/publisher.js";

/** What an Observable speaks to: RxJS, the platform and the TC39 proposal agree on it. */
export interface Observer<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
}

/** An Observable: of RxJS, of the platform, or of any other library. */
export type ObservableLike<T> = PlainObservable<T> | OverloadedObservable<T>;

/** It takes an observer. */
export interface PlainObservable<T> {
  subscribe(observer: Observer<T>, options?: { signal?: AbortSignal }): unknown;
}

/** It takes a function as well, as in RxJS: of overloads the compiler looks at the last to find the type of items. */
export interface OverloadedObservable<T> {
  subscribe(next: (value: T) => void): unknown;
}

/**
 * Sends the values of an Observable, which cannot be slowed: what happens to one that comes while there is no demand is
 * a policy that the caller has to name.
 *
 * The Observable is told to stop in each of the ways that there are: the platform's by a signal, those of libraries by
 * what `subscribe` returned. One that sends all its values before `subscribe` returns can only hear of it afterwards.
 *
 * *Demand:* none is passed on, an Observable knows of none. *Buffers:* what `policy` holds. *Errors:* the Observable's,
 * after what is held, and the policy's. *Cancel:* stops the Observable; what is held is dropped.
 *
 * @param observable found by `Symbol.observable` or `"@@observable"`, else by its method `subscribe`
 *
 * @example
 * ```ts
 * import { fromObservable, policy } from "@sluice/core";
 * const observable = {
 *   subscribe(observer: { next(value: string): void; complete(): void }) {
 *     observer.next("a");
 *     observer.next("b");
 *     observer.complete();
 *     return { unsubscribe() {} };
 *   },
 * };
 * const letters = fromObservable(observable, policy.buffer({ capacity: 10, overflow: "error" }));
 * console.log(await letters.toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export function fromObservable<T>(
  observable: ObservableLike<T>,
  policy: OverflowPolicy<NoInfer<T>>,
): Flow<T> {
  const source = (observableOf(observable) ?? observable) as PlainObservable<T>;
  if (typeof source?.subscribe !== "function" || source instanceof Connectable) {
    throw new TypeError(
      `Cannot make a flow of ${describe(observable)}: fromObservable takes an Observable, from() takes a Publisher`,
    );
  }
  checkPolicy("fromObservable", policy);
  return flowFrom<T>(
    (downstream) => new ObservableSubscription(policy.open(downstream, "fromObservable")).start(source),
    { name: "fromObservable", settings: { capacity: policy.capacity } },
  );
}

/** open --(error | complete by the Observable; cancel, from below or by the policy; a throw of subscribe)--> ended */
class ObservableSubscription<T> implements Subscription, Observer<T> {
  private readonly stage: StageSubscriber<T>;
  private readonly controller = new AbortController();
  /** What `subscribe` returned. */
  private teardown: unknown = undefined;
  private ended = false;

  constructor(stage: StageSubscriber<T>) {
    this.stage = stage;
  }

  start(source: PlainObservable<T>): void {
    this.stage.onSubscribe(this);
    if (this.ended) return; // cancelled in onSubscribe: nothing was subscribed
    const { signal } = this.controller;
    try {
      this.teardown = source.subscribe(this, { signal });
    } catch (thrown) {
      this.error(asError(thrown, "subscribe"));
    }
    if (signal.aborted) this.stop(); // cancelled before it was known what stops it
    if (this.ended) this.teardown = undefined;
  }

  // Fields: the platform, and some libraries, call the functions of an observer without it.
  readonly next = (value: T): void => {
    this.stage.next(value); // after the end: counted there, as dropped
  };

  readonly error = (error: unknown): void => {
    this.forget();
    this.stage.onError(error);
  };

  readonly complete = (): void => {
    this.forget();
    this.stage.onComplete();
  };

  /** The policy asks for everything once: an Observable does not wait for it. */
  request(): void {}

  cancel(): void {
    if (this.ended) return;
    this.ended = true; // an abort listener may call back
    this.controller.abort();
    this.stop();
  }

  private forget(): void {
    this.ended = true;
    this.teardown = undefined;
  }

  private stop(): void {
    const { teardown } = this;
    this.forget();
    try {
      if (typeof teardown === "function") teardown();
      else (teardown as { unsubscribe?(): void } | undefined)?.unsubscribe?.();
    } catch (thrown) {
      dropError(thrown);
    }
  }
}
