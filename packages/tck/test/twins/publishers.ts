// Publishers that break one rule each on purpose: proof that the check of that rule can fail. Each is the
// naive publisher with one thing bent. `entails` lists the rules that cannot but break with it.

import type { Subscriber } from "@sluice/core";
import type { PublisherSubject } from "../../src/conformance/publisher-subject.js";
import {
  type ReferenceStream,
  ReferenceSubscription,
  referencePublisher,
} from "../../src/conformance/reference-publisher.js";

/** A wrong publisher and the rules whose checks must see it. */
export interface PublisherTwin {
  readonly name: string;
  readonly rule: string;
  readonly entails: readonly string[];
  readonly subject: PublisherSubject<number>;
}

type Start = (
  stream: ReferenceStream<number>,
  subscriber: Subscriber<number>,
) => ReferenceSubscription<number>;

/** A subject of the naive publisher with subscriptions of the given kind. */
export function referenceSubject(start?: Start): PublisherSubject<number> {
  const item = (index: number): number => index;
  return {
    create: (count) => referencePublisher({ count, item }, start),
    createFailed: () =>
      referencePublisher({ count: 0, item, failure: { error: new Error("failed") } }, start),
    createOf: (items) => referencePublisher({ count: items.length, item: (index) => items[index] }),
  };
}

function twin(
  rule: string,
  name: string,
  Wrong: new (
    stream: ReferenceStream<number>,
    subscriber: Subscriber<number>,
  ) => ReferenceSubscription<number>,
  entails: readonly string[] = [],
): PublisherTwin {
  return {
    name,
    rule,
    entails,
    subject: referenceSubject((stream, subscriber) => new Wrong(stream, subscriber)),
  };
}

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

/** Signals onSubscribe a second time. */
class SubscribesTwice extends ReferenceSubscription<number> {
  override start(): void {
    this.signal((subscriber) => subscriber.onSubscribe(this));
    this.signal((subscriber) => subscriber.onSubscribe({ request: () => {}, cancel: () => {} }));
    this.drain();
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

/** Throws at who requests wrongly, and ends the stream all the same. */
class ThrowsFromRequest extends ReferenceSubscription<number> {
  override request(n: number): void {
    super.request(n);
    if (typeof n === "symbol") throw new TypeError("Cannot request a symbol");
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

/** Goes on when it was cancelled before it began. */
class StartsAnyway extends ReferenceSubscription<number> {
  readonly #subscriber: Subscriber<number>;

  constructor(stream: ReferenceStream<number>, subscriber: Subscriber<number>) {
    super(stream, subscriber);
    this.#subscriber = subscriber;
  }

  override start(): void {
    this.signal((subscriber) => subscriber.onSubscribe(this));
    if (this.subscriber === undefined && this.demand > 0 && this.refusal === undefined)
      this.#subscriber.onComplete();
    this.drain();
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

/** Counts in 32 bits. */
class CountsIn32Bits extends ReferenceSubscription<number> {
  override request(n: number): void {
    super.request(typeof n === "number" && n > 2 ** 40 && n < Number.POSITIVE_INFINITY ? n | 0 : n);
  }
}

const silent: Subscriber<number> = {
  onSubscribe: () => {},
  onNext: () => {},
  onError: () => {},
  onComplete: () => {},
};

/** Publisher twins that any host can catch. */
export const publisherTwins: readonly PublisherTwin[] = [
  twin("§1.1", "emits one more than requested", OneTooMany),
  twin("§1.3", "emits from within onNext", Overlapping),
  twin("§1.4", "completes where it failed", HidesFailure),
  twin("§1.5", "never completes", NeverCompletes, ["§1.6", "§1.7", "§1.10"]),
  twin("§1.6", "answers a request after the end", AnswersAfterEnd),
  twin("§1.7", "ends twice", EndsTwice),
  twin("§1.8", "stops only some items after cancel", StopsLate),
  twin("§1.9", "signals onSubscribe twice", SubscribesTwice),
  twin("§3.3", "serves each request on the stack of the one before", Recursive),
  twin("§3.6", "answers a wrong request after cancel", RefusesAfterCancel),
  twin("§3.7", "complains of a second cancel", CancelsOnce),
  twin("§3.8", "forgets demand that is left", ForgetsDemand),
  twin("§3.9", "ignores a wrong request", IgnoresWrongRequest),
  twin("§3.12", "goes on when cancelled within onSubscribe", StartsAnyway),
  twin("§3.15", "throws from cancel", ThrowsFromCancel),
  twin("§3.16", "throws from request", ThrowsFromRequest),
  twin("§3.17", "counts in 32 bits", CountsIn32Bits),
];

/** The twin of §3.13, which only a host with `gc()` can catch. */
export const keepingTwin: PublisherTwin = twin("§3.13", "keeps a cancelled subscriber", KeepsReference);
