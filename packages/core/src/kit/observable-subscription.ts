// The subscription of a producer that pushes and cannot be slowed, in the form of an Observable, behind a policy.

import type { Subscription } from "../spec/publisher.js";
import { asError, dropError } from "./dropped.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** What an Observable speaks to: RxJS, the platform and the TC39 proposal agree on it. */
export interface Observer<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
}

/** It takes an observer. */
export interface PlainObservable<T> {
  subscribe(observer: Observer<T>, options?: { signal?: AbortSignal }): unknown;
}

/** open --(error | complete by the Observable; cancel, from below or by the policy; a throw of subscribe)--> ended */
export class ObservableSubscription<T> implements Subscription, Observer<T> {
  private readonly stage: StageSubscriber<T>;
  private readonly name: string;
  private readonly controller = new AbortController();
  /** What `subscribe` returned. */
  private teardown: unknown = undefined;
  private done = false;

  /** @param name of what may throw when it is subscribed, for messages */
  constructor(stage: StageSubscriber<T>, name: string) {
    this.stage = stage;
    this.name = name;
  }

  // Not `start`: an Observable of the TC39 proposal calls a method of that name on its observer.
  subscribeTo(source: PlainObservable<T>): void {
    this.stage.onSubscribe(this);
    if (this.done) return; // cancelled in onSubscribe: nothing was subscribed
    const { signal } = this.controller;
    try {
      this.teardown = source.subscribe(this, { signal });
    } catch (thrown) {
      this.error(asError(thrown, this.name));
    }
    if (signal.aborted) this.stop(); // cancelled before it was known what stops it
    if (this.done) this.teardown = undefined;
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
    if (this.done) return;
    this.done = true; // an abort listener may call back
    this.controller.abort();
    this.stop();
  }

  private forget(): void {
    this.done = true;
    this.teardown = undefined;
  }

  private stop(): void {
    const { teardown } = this;
    this.forget();
    try {
      if (typeof teardown === "function") teardown();
      else (teardown as { unsubscribe?(): void } | undefined)?.unsubscribe?.();
    } catch (thrown) {
      dropError(thrown, this.stage.late);
    }
  }
}
