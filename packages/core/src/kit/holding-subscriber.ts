// The base of operators that hold items and count what may be sent: demand and the end of upstream only call for a
// step, and whatever calls for one from within a step is served by the next (kit/serial-loop.ts).

import { addDemand } from "../spec/demand.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import { SerialLoop } from "./serial-loop.js";

/** Sends what it holds step by step. */
export abstract class HoldingSubscriber<T, R> extends OperatorSubscriber<T, R> {
  /** Totals: what may be sent in all so far, and what used it up. */
  protected demand = 0;
  protected emitted = 0;
  protected upstreamCompleted = false;
  protected readonly loop: SerialLoop = new SerialLoop(() => {
    if (!this.done) this.step();
  });

  /** Sends what it may, as far as demand goes, or the end. Not called any more when that has been sent. */
  protected abstract step(): void;

  override onComplete(): void {
    if (this.done) return;
    this.upstream = NEVER_SUBSCRIPTION; // it has ended: neither a request nor a cancel goes there any more
    this.upstreamCompleted = true;
    this.advance();
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.advance();
  }

  /** Something has changed. */
  protected advance(): void {
    this.loop.run();
  }
}
