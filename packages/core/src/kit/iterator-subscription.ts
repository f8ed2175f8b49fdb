// The loop of iterables that are no arrays. As kit/indexed-subscription.ts, with two differences: the source is
// foreign code that may throw or call back, and it has to be closed (`return`) when it is left early.

import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { asError, dropError } from "./dropped.js";
import { fail, nobody } from "./ended.js";
import { DROPPED, type FusedRun } from "./fused-run.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** `limit` once cancelled or terminated; before, all that was requested so far: `emitted < limit` says both. */
const ENDED = -1;

/** Subscription to the items of an iterable, sent through a run of stages. */
export class IteratorSubscription implements Subscription {
  private readonly iterable: Iterable<unknown>;
  private readonly run: FusedRun;
  private downstream: StageSubscriber<unknown>;
  private iterator: Iterator<unknown> | undefined = undefined;
  private emitted = 0;
  private limit = 0;
  private isSending = false;

  constructor(iterable: Iterable<unknown>, run: FusedRun, downstream: StageSubscriber<unknown>) {
    this.iterable = iterable;
    this.run = run;
    this.downstream = downstream;
  }

  start(): void {
    try {
      this.iterator = this.iterable[Symbol.iterator]();
    } catch (thrown) {
      fail(this.downstream as StageSubscriber<never>, asError(thrown, "the iterable"));
      return;
    }
    this.downstream.onSubscribe(this);
    if (this.run.exhausted) this.complete(); // take(0)
  }

  request(n: number): void {
    if (this.limit === ENDED) return;
    this.limit = addDemand(this.limit, n);
    if (this.isSending) return; // §3.3
    this.isSending = true;
    this.loop();
    this.isSending = false;
    if (this.limit === ENDED) this.close();
  }

  cancel(): void {
    this.limit = ENDED;
    this.downstream = nobody(this.downstream);
    if (!this.isSending) this.close(); // a generator cannot be closed from within its own body: the loop does it
  }

  private loop(): void {
    const { downstream, run } = this;
    while (this.emitted < this.limit && !run.exhausted) {
      let step: IteratorResult<unknown>;
      let item: unknown;
      try {
        step = (this.iterator as Iterator<unknown>).next(); // set by start, until the loop ends
        item = step.done ? undefined : step.value; // in here: a result may be null, its getters may throw
      } catch (thrown) {
        this.iterator = undefined; // an iterator that threw has ended: it is not closed
        this.endWithError(asError(thrown, "the iterable"));
        return;
      }
      if (step.done) {
        this.iterator = undefined;
        this.complete();
        return;
      }
      if (this.limit === ENDED) return; // the iterator's own code cancelled: no stage sees the item
      let result: unknown;
      try {
        result = run.apply(item);
      } catch (thrown) {
        this.endWithError(run.errorOf(thrown));
        return;
      }
      if (result !== DROPPED && this.limit !== ENDED && downstream.next(result)) this.emitted++;
      if (run.exhausted) this.complete();
    }
  }

  private complete(): void {
    if (this.limit === ENDED) return;
    const { downstream } = this;
    this.cancel();
    downstream.onComplete();
  }

  private endWithError(error: unknown): void {
    if (this.limit === ENDED) {
      dropError(error, this.downstream.late); // what threw had been cancelled from within
      return;
    }
    const { downstream } = this;
    this.cancel();
    downstream.onError(error);
  }

  private close(): void {
    const { iterator } = this;
    this.iterator = undefined;
    try {
      iterator?.return?.();
    } catch (thrown) {
      dropError(thrown, this.downstream.late);
    }
  }
}
