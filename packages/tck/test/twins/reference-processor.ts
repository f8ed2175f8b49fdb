// The naive processor: one stream for all its subscribers, as fast as the slowest of them asks. It holds for a
// subscriber only what was under way when that one came.

import type { Processor, Subscriber, Subscription } from "@sluice/core";
import type { ProcessorSubject } from "../../src/conformance/processor-subject.js";

type End = (subscriber: Subscriber<number>) => void;

export class ReferenceProcessor implements Processor<number, number> {
  protected upstream: Subscription | undefined;
  protected readonly links = new Set<Link>();
  protected end: End | undefined;
  /** What upstream was asked for and did not send yet. */
  #outstanding = 0;

  onSubscribe(subscription: Subscription): void {
    if (subscription == null) throw new TypeError("Cannot subscribe without a subscription (§2.13)");
    if (this.upstream !== undefined || this.end !== undefined) {
      subscription.cancel();
      return;
    }
    this.upstream = subscription;
    this.ask();
  }

  onNext(item: number): void {
    this.#outstanding--;
    for (const link of [...this.links]) link.next(item);
  }

  onError(error: unknown): void {
    this.finish((subscriber) => subscriber.onError(error));
  }

  onComplete(): void {
    this.finish((subscriber) => subscriber.onComplete());
  }

  subscribe(subscriber: Subscriber<number>): void {
    if (subscriber == null) throw new TypeError("Cannot subscribe without a subscriber (§1.9)");
    const link = new Link(this, subscriber);
    this.links.add(link);
    link.start();
    if (this.end !== undefined) link.finish(this.end);
  }

  /** Asks upstream for what every subscriber has asked for. */
  ask(): void {
    if (this.upstream === undefined || this.end !== undefined || this.links.size === 0) return;
    const least = Math.min(...[...this.links].map((link) => link.demand));
    const more = least === this.#outstanding ? 0 : least - this.#outstanding;
    if (more < 1) return;
    this.#outstanding = least;
    this.upstream.request(more);
  }

  /** One subscriber is gone: with the last of them the processor ends, for good (§3.14). */
  leave(link: Link): void {
    if (!this.links.delete(link) || this.end !== undefined) return;
    if (this.links.size > 0) this.ask();
    else this.shutDown();
  }

  protected shutDown(): void {
    this.end = (subscriber) => subscriber.onComplete();
    this.upstream?.cancel();
  }

  protected finish(end: End): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const link of [...this.links]) link.finish(end);
  }
}

/** One subscriber and its subscription. */
class Link implements Subscription {
  demand = 0;
  readonly #processor: ReferenceProcessor;
  readonly #held: number[] = [];
  #subscriber: Subscriber<number> | undefined;
  #end: End | undefined;
  #signalling = false;

  constructor(processor: ReferenceProcessor, subscriber: Subscriber<number>) {
    this.#processor = processor;
    this.#subscriber = subscriber;
  }

  start(): void {
    this.#signal((subscriber) => subscriber.onSubscribe(this));
    this.#drain();
  }

  next(item: number): void {
    this.#held.push(item);
    this.#drain();
  }

  finish(end: End): void {
    this.#end ??= end;
    this.#drain();
  }

  request(n: number): void {
    if (this.#subscriber === undefined) return;
    if (typeof n === "number" && n >= 1 && Math.floor(n) === n) {
      this.demand += n;
      this.#processor.ask();
    } else {
      const wrong =
        typeof n === "number"
          ? new RangeError(`Cannot request ${n} (§3.9)`)
          : new TypeError("Cannot request that (§3.9)");
      this.#held.length = 0;
      this.#end = (subscriber) => subscriber.onError(wrong);
    }
    this.#drain();
  }

  cancel(): void {
    this.#subscriber = undefined;
    this.#processor.leave(this);
  }

  #drain(): void {
    if (this.#signalling) return;
    while (this.#subscriber !== undefined) {
      if (this.#held.length > 0 && this.demand > 0) {
        this.demand--;
        const [item] = this.#held.splice(0, 1) as [number];
        this.#signal((subscriber) => subscriber.onNext(item));
      } else if (this.#held.length === 0 && this.#end !== undefined) {
        const end = this.#end;
        const subscriber = this.#subscriber;
        this.cancel();
        guard(() => end(subscriber));
      } else return;
    }
  }

  #signal(send: (subscriber: Subscriber<number>) => void): void {
    const subscriber = this.#subscriber;
    if (subscriber === undefined) return;
    this.#signalling = true;
    const returned = guard(() => send(subscriber));
    this.#signalling = false;
    if (!returned) this.cancel();
  }
}

/** What a subscriber throws is reported (§2.13), and the answer is `false`. */
function guard(send: () => void): boolean {
  try {
    send();
    return true;
  } catch (error) {
    reportError(error);
    return false;
  }
}

/** A subject of processors made by `make`. */
export function processorSubject(
  make: () => Processor<number, number> = () => new ReferenceProcessor(),
): ProcessorSubject<number, number> {
  return {
    create: make,
    item: (index) => index,
    yields: (index) => index,
    passesAny: true,
    timers: false,
    publisher: { subscribers: "shared" },
  };
}
