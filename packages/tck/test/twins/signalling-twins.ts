// Publishers that break a rule about signals (1.x, 2.13) on purpose.

import type { Subscriber } from "@sluice/core";
import { type ReferenceStream, ReferenceSubscription } from "../../src/conformance/reference-publisher.js";
import { type PublisherTwin, publisherTwin as twin } from "./publisher-twin.js";

/** Adds one for luck to the first request. */
class OneTooMany extends ReferenceSubscription<number> {
  override request(n: number): void {
    if (this.demand === 0 && this.emitted === 0 && n === 1) this.demand++;
    super.request(n);
  }
}

/** Answers a request within onNext at once, nested, but never deeper than one. */
class Overlapping extends ReferenceSubscription<number> {
  #depth = 0;

  protected override emit(): void {
    this.#depth++;
    super.emit();
    this.#depth--;
  }

  override request(n: number): void {
    const nested = this.signalling && this.#depth === 1 && this.emitted < this.stream.count;
    if (nested && n >= 1 && Math.floor(n) === n) {
      this.demand += n;
      this.emit();
      this.signalling = true;
    } else super.request(n);
  }
}

/** Ends well whatever happened. */
class HidesFailure extends ReferenceSubscription<number> {
  protected override finish(): void {
    this.signalLast((subscriber) => subscriber.onComplete());
  }
}

/** Falls silent after the last item. */
class NeverCompletes extends ReferenceSubscription<number> {
  protected override finish(): void {
    if (this.stream.failure !== undefined) super.finish();
    else this.subscriber = undefined;
  }
}

/** Takes a request after the end for a new one. */
class AnswersAfterEnd extends ReferenceSubscription<number> {
  #last: Subscriber<number> | undefined;
  #ended = false;

  constructor(stream: ReferenceStream<number>, subscriber: Subscriber<number>) {
    super(stream, subscriber);
    this.#last = subscriber;
  }

  protected override signalLast(send: (subscriber: Subscriber<number>) => void): void {
    this.#ended = true;
    super.signalLast(send);
  }

  override request(n: number): void {
    if (this.#ended) this.#last?.onError(new Error("ended"));
    super.request(n);
  }

  override cancel(): void {
    this.#last = undefined;
    super.cancel();
  }
}

/** Says twice that it has ended. */
class EndsTwice extends ReferenceSubscription<number> {
  protected override signalLast(send: (subscriber: Subscriber<number>) => void): void {
    const subscriber = this.subscriber;
    this.subscriber = undefined;
    if (subscriber !== undefined && this.guard(subscriber, send)) subscriber.onComplete();
  }
}

/** Looks whether it was cancelled only when the demand of the moment is used up. */
class StopsLate extends ReferenceSubscription<number> {
  #cancelled = false;

  override cancel(): void {
    if (this.signalling && this.emitted > 0 && this.demand > 0) this.#cancelled = true;
    else super.cancel();
  }

  protected override emit(): void {
    super.emit();
    if (this.#cancelled && this.demand > 0 && this.emitted >= 4) super.cancel();
  }
}

/** Fails when it has fewer items than were asked for. */
class WantsAllDemandUsed extends ReferenceSubscription<number> {
  protected override finish(): void {
    const left = this.demand > 1 && this.demand < 1000;
    if (left && this.stream.failure === undefined)
      this.endWith(new Error(`${this.demand} items are missing`));
    else super.finish();
  }
}

/** Leaves a rejected promise behind besides its onError. */
class FailsTwice extends ReferenceSubscription<number> {
  override request(n: number): void {
    const starting = this.signalling && this.emitted === 0;
    if (starting && Number.isNaN(n)) void Promise.reject(new Error("and nobody handles it"));
    super.request(n);
  }
}

/** Cancels who throws, and tells nobody. */
class SwallowsThrown extends ReferenceSubscription<number> {
  protected override guard(
    subscriber: Subscriber<number>,
    send: (subscriber: Subscriber<number>) => void,
  ): boolean {
    try {
      send(subscriber);
      return true;
    } catch {
      this.subscriber = undefined;
      return false;
    }
  }
}

/** Reports who throws, and goes on signalling. */
class ForgivesThrown extends ReferenceSubscription<number> {
  protected override guard(
    subscriber: Subscriber<number>,
    send: (subscriber: Subscriber<number>) => void,
  ): boolean {
    try {
      send(subscriber);
    } catch (error) {
      reportError(error);
    }
    return true;
  }
}

/** The twins of signals. */
export const signallingTwins: readonly PublisherTwin[] = [
  twin("§1.1", "emits one more than requested", OneTooMany),
  twin("§1.2", "fails when not all demand can be used", WantsAllDemandUsed),
  twin("§1.3", "emits from within onNext", Overlapping),
  twin("§1.4", "completes where it failed", HidesFailure),
  twin("§1.4", "leaves a rejected promise behind", FailsTwice),
  twin("§1.5", "never completes", NeverCompletes, ["§1.2", "§1.6", "§1.7", "§1.10"]),
  twin("§1.6", "answers a request after the end", AnswersAfterEnd),
  twin("§1.7", "ends twice", EndsTwice),
  twin("§1.8", "stops only some items after cancel", StopsLate),
  twin("§2.13", "swallows what its subscriber throws", SwallowsThrown),
  twin("§2.13", "goes on signalling a subscriber that threw", ForgivesThrown),
];
