// Operators that break one rule each on purpose. All are a naive identity operator with one thing bent.

import type { Publisher, Subscriber, Subscription } from "@sluice/core";
import type { OperatorSubject } from "../../src/conformance/operator-subject.js";
import type { Twin } from "./twin.js";

/** A wrong operator. */
export type OperatorTwin = Twin<OperatorSubject<number, number>>;

/** Hands everything on as it is: the naive operator. */
export class Identity implements Subscriber<number>, Subscription {
  protected downstream: Subscriber<number> | undefined;
  protected upstream: Subscription | undefined;
  /** Set while a signal runs downstream: the answer to a wrong request then waits. */
  #signalling = false;
  #refusal: Error | undefined;

  constructor(downstream: Subscriber<number>) {
    this.downstream = downstream;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.upstream !== undefined) {
      subscription.cancel();
      return;
    }
    this.upstream = subscription;
    this.signal((downstream) => downstream.onSubscribe(this));
  }

  onNext(item: number): void {
    if (this.#refusal === undefined) this.signal((downstream) => downstream.onNext(item));
  }

  onError(error: unknown): void {
    this.end((downstream) => downstream.onError(error));
  }

  onComplete(): void {
    this.end((downstream) => downstream.onComplete());
  }

  request(n: number): void {
    if (this.downstream === undefined || this.#refusal !== undefined) return;
    if (typeof n === "number" && n >= 1 && Math.floor(n) === n) {
      this.upstream?.request(n);
      return;
    }
    this.#refusal =
      typeof n === "number"
        ? new RangeError(`Cannot request ${n} (§3.9)`)
        : new TypeError("Cannot request that (§3.9)");
    this.refused();
    if (!this.#signalling) this.onError(this.#refusal);
  }

  cancel(): void {
    if (this.downstream === undefined) return;
    this.downstream = undefined;
    if (this.#refusal === undefined) this.upstream?.cancel();
  }

  protected refused(): void {
    this.upstream?.cancel();
  }

  protected signal(send: (downstream: Subscriber<number>) => void): void {
    if (this.downstream === undefined) return;
    this.#signalling = true;
    this.#guard(this.downstream, send);
    this.#signalling = false;
    if (this.#refusal !== undefined) this.onError(this.#refusal);
  }

  protected end(send: (downstream: Subscriber<number>) => void): void {
    const { downstream } = this;
    this.downstream = undefined;
    if (downstream !== undefined) this.#guard(downstream, send);
  }

  #guard(downstream: Subscriber<number>, send: (downstream: Subscriber<number>) => void): void {
    try {
      send(downstream);
    } catch (error) {
      this.cancel();
      reportError(error);
    }
  }
}

/** A subject of operators made by `make`. */
export function identitySubject(
  make: (downstream: Subscriber<number>) => Identity = (downstream) => new Identity(downstream),
): OperatorSubject<number, number> {
  return {
    item: (index) => index,
    yields: (index) => index,
    timers: false,
    passesAny: true,
    stacked: 20,
    apply: (upstream: Publisher<number>) => ({
      subscribe: (downstream) => {
        if (downstream == null) throw new TypeError("Cannot subscribe without a subscriber (§1.9)");
        upstream.subscribe(make(downstream));
      },
    }),
  };
}

function twin(
  rule: string,
  name: string,
  Wrong: new (downstream: Subscriber<number>) => Identity,
  entails: readonly string[] = [],
): OperatorTwin {
  return { name, rule, entails, subject: identitySubject((downstream) => new Wrong(downstream)) };
}

/** Sends the second item as if it were the first again. */
class RepeatsItem extends Identity {
  override onNext(item: number): void {
    super.onNext(item === 1 ? 0 : item);
  }
}

/** Takes whatever second subscription comes. */
class TakesSecond extends Identity {
  override onSubscribe(subscription: Subscription): void {
    if (this.upstream === undefined) super.onSubscribe(subscription);
  }
}

/** Asks for one more when an item comes after cancel, to replace it. */
class ReplacesDropped extends Identity {
  override onNext(item: number): void {
    if (this.downstream === undefined) this.upstream?.request(1);
    super.onNext(item);
  }
}

/** Answers a wrong request and forgets upstream, which goes on. */
class LeavesUpstream extends Identity {
  protected override refused(): void {}
}

/** Stops listening, and tells nobody. */
class SwallowsCancel extends Identity {
  override cancel(): void {
    this.downstream = undefined;
  }
}

/** Asks upstream for all there is, whatever is asked of it, and holds it without bound. */
class HoldsAll extends Identity {
  protected readonly held: number[] = [];
  protected demand = 0;
  protected draining = false;
  protected completed = false;
  #asked = false;

  override request(n: number): void {
    if (!(typeof n === "number" && n >= 1 && Math.floor(n) === n)) {
      super.request(n);
      return;
    }
    this.demand += n;
    if (!this.#asked) {
      this.#asked = true;
      super.request(Number.POSITIVE_INFINITY);
    }
    this.drain();
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.drain();
  }

  override onNext(item: number): void {
    this.held.push(item);
    this.drain();
  }

  override onComplete(): void {
    this.completed = true;
    this.drain();
  }

  protected drain(): void {
    if (this.draining) return;
    this.draining = true;
    while (this.demand > 0 && this.held.length > 0) {
      this.demand--;
      const [item] = this.held.splice(0, 1) as [number];
      this.send(item);
    }
    this.draining = false;
    if (this.completed && this.held.length === 0) this.sendEnd();
  }

  protected send(item: number): void {
    super.onNext(item);
  }

  protected sendEnd(): void {
    super.onComplete();
  }
}

/** The same until upstream has ended, and then each item is sent on the stack of the one before. */
class HoldsAllRecursively extends HoldsAll {
  override onNext(item: number): void {
    this.held.push(item);
  }

  protected override drain(): void {
    if (this.draining) return;
    if (this.demand === 0 || this.held.length === 0) {
      if (this.completed && this.held.length === 0) this.sendEnd();
      return;
    }
    this.demand--;
    const [item] = this.held.splice(0, 1) as [number];
    this.draining = true;
    this.send(item);
    this.draining = false;
    this.drain();
  }
}

/** Asks for one more, to be on the safe side, and hands it on. */
class AsksOneMore extends Identity {
  override request(n: number): void {
    super.request(n === 4 ? 5 : n);
  }
}

/** Completes only when an item came before. */
class SwallowsEmptyEnd extends Identity {
  #received = 0;

  override onNext(item: number): void {
    this.#received++;
    super.onNext(item);
  }

  override onComplete(): void {
    if (this.#received > 0) super.onComplete();
  }
}

/** Lets what its subscriber throws through to upstream. */
class LetsThrownThrough extends Identity {
  override onNext(item: number): void {
    let failed = false;
    let thrown: unknown;
    super.signal((downstream) => {
      try {
        downstream.onNext(item);
      } catch (error) {
        failed = true;
        thrown = error;
      }
    });
    if (!failed) return;
    this.cancel();
    throw thrown;
  }
}

/** Hands each cancel on. */
class CancelsEachTime extends Identity {
  override cancel(): void {
    const again = this.downstream === undefined && this.cancelled;
    super.cancel();
    this.cancelled = true;
    if (again) this.upstream?.cancel();
  }

  protected cancelled = false;
}

/** Turns a failure into a good end. */
class HidesError extends Identity {
  override onError(error: unknown): void {
    if (error instanceof RangeError || error instanceof TypeError) super.onError(error);
    else super.onComplete();
  }
}

/** An operator that gives up when its upstream has not called onSubscribe before subscribe returns. */
function impatientSubject(): OperatorSubject<number, number> {
  const subject = identitySubject();
  return {
    ...subject,
    apply: (upstream) => ({
      subscribe: (downstream) => {
        let started = false;
        const publisher = subject.apply({
          subscribe: (subscriber) =>
            upstream.subscribe({
              onSubscribe: (subscription) => {
                started = true;
                subscriber.onSubscribe(subscription);
              },
              onNext: (item) => subscriber.onNext(item),
              onError: (error) => subscriber.onError(error),
              onComplete: () => subscriber.onComplete(),
            }),
        });
        publisher.subscribe(downstream);
        if (!started) throw new Error("Cannot work without an upstream");
      },
    }),
  };
}

/** Operator twins. */
export const operatorTwins: readonly OperatorTwin[] = [
  twin("subject", "sends another item than it should", RepeatsItem, ["§3.10"]),
  twin("§1.1", "hands on one more than requested", AsksOneMore),
  twin("§1.5", "completes only when an item came", SwallowsEmptyEnd, ["§2.9", "§3.11"]),
  {
    rule: "§1.9",
    name: "needs its upstream at once",
    entails: ["§2.9", "§2.10"],
    subject: impatientSubject(),
  },
  twin("§2.13", "throws at upstream what its subscriber throws", LetsThrownThrough),
  {
    rule: "§3.3",
    name: "sends each item on the stack of the one before",
    entails: [],
    subject: {
      ...identitySubject((downstream) => new HoldsAllRecursively(downstream)),
      sends: "atTheEnd",
      ahead: Number.POSITIVE_INFINITY,
    },
  },
  twin("§3.5", "hands each cancel on", CancelsEachTime),
  twin("§2.5", "leaves a second subscription open", TakesSecond),
  twin("§2.7", "requests while its own cancel is running", ReplacesDropped),
  twin("§3.9", "lets upstream go on after a wrong request", LeavesUpstream),
  twin("§3.12", "swallows cancel", SwallowsCancel, ["§2.6", "§2.13"]),
  twin("§4.1", "asks for all and holds it", HoldsAll),
  twin("§4.2", "turns a failure into a good end", HidesError, ["§1.4", "§2.10", "§3.11"]),
];
