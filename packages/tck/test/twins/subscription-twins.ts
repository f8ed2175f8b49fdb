// Publishers that break a rule about their subscription (3.x) on purpose.

import type { Subscriber } from "@sluice/core";
import { type ReferenceStream, ReferenceSubscription } from "../../src/conformance/reference-publisher.js";
import { type PublisherTwin, publisherTwin as twin } from "./publisher-twin.js";

/** Forgets what is requested within onNext when nothing else is left to send. */
class DeafWithinSignals extends ReferenceSubscription<number> {
  override request(n: number): void {
    const last = this.signalling && this.emitted > 0 && this.demand === 0;
    if (!(last && n === 1)) super.request(n);
  }
}

/** Serves each request on the stack of the one before, after the signal has returned. */
class Recursive extends ReferenceSubscription<number> {
  protected override drain(): void {
    if (this.signalling || this.subscriber === undefined) return;
    if (this.refusal !== undefined) this.endWith(this.refusal);
    else if (this.emitted === this.stream.count) this.finish();
    else if (this.demand > 0) {
      this.emit();
      this.drain();
    }
  }
}

/** Takes a wrong request for one even after cancel. */
class RefusesAfterCancel extends ReferenceSubscription<number> {
  #last: Subscriber<number> | undefined;

  constructor(stream: ReferenceStream<number>, subscriber: Subscriber<number>) {
    super(stream, subscriber);
    this.#last = subscriber;
  }

  protected override signalLast(send: (subscriber: Subscriber<number>) => void): void {
    this.#last = undefined;
    super.signalLast(send);
  }

  override request(n: number): void {
    if (this.subscriber === undefined && this.#last !== undefined && n === 0) {
      this.#last.onError(new RangeError("Cannot request 0 (§3.9)"));
      this.#last = undefined;
    }
    super.request(n);
  }

  override cancel(): void {
    super.cancel();
    // What it keeps it drops when collected: the wrong answer is this twin's point, not the reference.
    const held = this.#last;
    if (held === undefined) return;
    const weak = new WeakRef(held);
    this.#last = { ...silent, onError: (error) => weak.deref()?.onError(error) };
  }
}

/** Complains of a second cancel. */
class CancelsOnce extends ReferenceSubscription<number> {
  #cancelled: WeakRef<Subscriber<number>> | undefined;

  override cancel(): void {
    this.#cancelled?.deref()?.onError(new Error("cancelled twice"));
    this.#cancelled = this.subscriber && new WeakRef(this.subscriber);
    super.cancel();
  }
}

/** Forgets demand that is left when a new request comes. */
class ForgetsDemand extends ReferenceSubscription<number> {
  override request(n: number): void {
    if (typeof n === "number" && n >= 1) this.demand = 0;
    super.request(n);
  }
}

/** Ignores a request of nothing, as a loop `for (let i = 0; i < n; i++)` does. */
class IgnoresWrongRequest extends ReferenceSubscription<number> {
  override request(n: number): void {
    if (typeof n === "number" && n >= 1 && Math.floor(n) === n) super.request(n);
  }
}

/** Goes on when it was cancelled before it began. */
class StartsAnyway extends ReferenceSubscription<number> {
  readonly #subscriber: WeakRef<Subscriber<number>>;

  constructor(stream: ReferenceStream<number>, subscriber: Subscriber<number>) {
    super(stream, subscriber);
    this.#subscriber = new WeakRef(subscriber);
  }

  override start(): void {
    this.signal((subscriber) => subscriber.onSubscribe(this));
    if (this.subscriber === undefined && this.demand > 0 && this.refusal === undefined)
      this.#subscriber.deref()?.onComplete();
    this.drain();
  }
}

/** Throws when cancelled for the second time. */
class ThrowsFromCancel extends ReferenceSubscription<number> {
  override cancel(): void {
    if (this.signalling && this.emitted > 0 && this.subscriber === undefined) return;
    const inNext = this.signalling && this.emitted > 0 && this.demand === 1;
    super.cancel();
    if (inNext) throw new Error("Cannot cancel within onNext");
  }
}

/** Throws at who requests wrongly, and ends the stream all the same. */
class ThrowsFromRequest extends ReferenceSubscription<number> {
  override request(n: number): void {
    super.request(n);
    if (typeof n === "symbol") throw new TypeError("Cannot request a symbol");
  }
}

/** Counts in 32 bits. */
class CountsIn32Bits extends ReferenceSubscription<number> {
  override request(n: number): void {
    super.request(typeof n === "number" && n > 2 ** 40 && n < Number.POSITIVE_INFINITY ? n | 0 : n);
  }
}

/** Keeps who has cancelled. */
class KeepsReference extends ReferenceSubscription<number> {
  readonly kept: Subscriber<number>;

  constructor(stream: ReferenceStream<number>, subscriber: Subscriber<number>) {
    super(stream, subscriber);
    this.kept = subscriber;
  }
}

const silent: Subscriber<number> = {
  onSubscribe: () => {},
  onNext: () => {},
  onError: () => {},
  onComplete: () => {},
};

/** The twins of 3.x. */
export const subscriptionTwins: readonly PublisherTwin[] = [
  twin("§3.2", "forgets what is requested within onNext", DeafWithinSignals, ["§3.3"]),
  twin("§3.3", "serves each request on the stack of the one before", Recursive),
  twin("§3.6", "answers a wrong request after cancel", RefusesAfterCancel),
  twin("§3.7", "complains of a second cancel", CancelsOnce),
  twin("§3.8", "forgets demand that is left", ForgetsDemand),
  twin("§3.9", "ignores a wrong request", IgnoresWrongRequest),
  twin("§3.12", "goes on when cancelled within onSubscribe", StartsAnyway, ["§2.13"]),
  twin("§3.13", "keeps a cancelled subscriber", KeepsReference),
  twin("§3.15", "throws from cancel", ThrowsFromCancel),
  twin("§3.16", "throws from request", ThrowsFromRequest),
  twin("§3.17", "counts in 32 bits", CountsIn32Bits),
];
