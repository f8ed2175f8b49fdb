// The end of a flow that is an observer of RxJS: it takes each item at once, and never says that it has enough. What
// bounds the flow is when the next item is asked for; that is what the subclasses differ in.
//
//   open --(onError | onComplete | fail | the observer unsubscribes)--> done

import type { Subscription } from "@sluice/core";
import {
  type Connectable,
  dropError,
  NEVER_SUBSCRIPTION,
  reportUncaught,
  type StageSubscriber,
} from "@sluice/core/kit";
import { Observable, type Subscriber } from "rxjs";

/** An Observable whose every subscription connects an end of its own. */
export function observableFrom<T>(
  flow: Connectable<T>,
  endOf: (observer: Subscriber<T>) => ObserverEnd<T>,
): Observable<T> {
  return new Observable((observer) => {
    const end = endOf(observer);
    observer.add(() => end.cancel()); // before anything flows: take(1) may unsubscribe within the first item
    flow.connect(end);
  });
}

/** Hands items to an observer; a subclass asks for them. */
export abstract class ObserverEnd<T> implements StageSubscriber<T> {
  protected upstream: Subscription = NEVER_SUBSCRIPTION;
  protected done = false;
  protected readonly observer: Subscriber<T>;

  constructor(observer: Subscriber<T>) {
    this.observer = observer;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    if (this.done) subscription.cancel();
    else this.begin();
  }

  abstract next(item: T): boolean;

  onError(error: unknown): void {
    if (this.done) dropError(error);
    else this.endWithError(error);
  }

  onComplete(): void {
    if (!this.done) this.endWithComplete();
  }

  /** The observer has unsubscribed, or was told the end before. */
  cancel(): void {
    if (this.done) return;
    const { upstream } = this;
    this.close();
    upstream.cancel();
  }

  /** Asks for the first items. */
  protected abstract begin(): void;

  /** What subclasses hold is released. */
  protected onEnd(): void {}

  protected emit(item: T): void {
    try {
      this.observer.next(item);
    } catch (thrown) {
      this.abandon(thrown);
    }
  }

  /** The end itself found the error: upstream is told to stop, the observer why. */
  protected fail(error: unknown): void {
    if (this.done) {
      dropError(error);
      return;
    }
    this.cancel();
    this.tellError(error);
  }

  /** There is more, or may be, and it is not wanted. */
  protected completeEarly(): void {
    if (this.done) return;
    this.cancel();
    this.tellComplete();
  }

  protected endWithError(error: unknown): void {
    this.close();
    this.tellError(error);
  }

  protected endWithComplete(): void {
    this.close();
    this.tellComplete();
  }

  private tellComplete(): void {
    try {
      this.observer.complete();
    } catch (thrown) {
      this.abandon(thrown);
    }
  }

  private tellError(error: unknown): void {
    try {
      this.observer.error(error);
    } catch (thrown) {
      this.abandon(thrown);
    }
  }

  /** RxJS's observers do not throw, but for teardowns: whatever it is, it is nobody's error here (§2.13). */
  private abandon(thrown: unknown): void {
    this.cancel();
    reportUncaught(thrown);
  }

  private close(): void {
    this.done = true;
    this.upstream = NEVER_SUBSCRIPTION;
    this.onEnd();
  }
}
