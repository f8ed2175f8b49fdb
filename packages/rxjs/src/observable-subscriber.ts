// Between an Observable of RxJS and the stage of a policy: what the one emits to, and the subscription of the other.
//
//   open --(error | complete by the Observable; cancel, from below or by the policy)--> closed
//
// It is a Subscriber of RxJS's own class, which `subscribe` uses as it is: so a synchronous Observable sees from within
// an emission that it was unsubscribed, where a plain observer could only say so after `subscribe` has returned; and
// there is no SafeSubscriber between, a try and two calls an item.

import type { Subscription } from "@sluice/core";
import { asError, dropError, type StageSubscriber } from "@sluice/core/kit";
import { type Observable, type SchedulerLike, Subscriber } from "rxjs";

/** Subscribes to one Observable, for one subscription of a flow. */
export class ObservableSubscriber<T> extends Subscriber<T> implements Subscription {
  private readonly stage: StageSubscriber<T>;

  /** @param stage in front of which nothing is slowed: a policy's */
  constructor(stage: StageSubscriber<T>) {
    super();
    this.stage = stage;
  }

  subscribeTo(source: Observable<T>, scheduler: SchedulerLike | undefined): void {
    this.stage.onSubscribe(this);
    if (this.closed) return; // cancelled in onSubscribe: nothing is subscribed
    try {
      if (scheduler === undefined) source.subscribe(this);
      else this.add(scheduler.schedule(() => source.subscribe(this)));
    } catch (thrown) {
      this.error(asError(thrown, "subscribe"));
    }
  }

  override next(value: T): void {
    this.stage.next(value); // after the end: counted there, as dropped
  }

  override error(error: unknown): void {
    this.isStopped = true;
    this.stage.onError(error); // after the end: there, as dropped
    this.cancel();
  }

  override complete(): void {
    this.isStopped = true;
    this.stage.onComplete();
    this.cancel();
  }

  /** The policy asks for everything once: an Observable does not wait for it. */
  request(): void {}

  /** Runs what the Observable left to be run at its end, once. */
  cancel(): void {
    try {
      this.unsubscribe();
    } catch (thrown) {
      dropError(thrown, this.stage.late);
    }
  }
}
