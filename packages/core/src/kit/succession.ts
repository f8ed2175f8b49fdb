// The base of operators that go on with another source when one has ended (catchError, retry, repeat, using).
//
//   idle --follow--> running (a source) --it completes | fails--> sourceCompleted | sourceFailed --follow--> running
//                                                                           |
//   any --(cancel | fail)--> done                                           +--completeEarly | fail--> done
//
// The stack does not grow, however many sources end on the stack on which they were connected: the next one is
// connected by the loop, when the one before has returned.

import { Arbiter, type ArbiterOwner } from "./arbiter.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import { SerialLoop } from "./serial-loop.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";

/**
 * Subscription to sources that follow each other; a subclass decides what comes after an end.
 *
 * *Demand:* the source that runs gets what is outstanding. *Buffers:* nothing. *Errors:* passed on, unless the
 * subclass overrides `sourceFailed`. *Cancel:* the source that runs; no other is connected.
 *
 * @example
 * ```ts
 * import { complete, flowFrom, Succession } from "@sluice/core/kit";
 * import { type Flow, of } from "@sluice/core";
 * class Twice extends Succession<string> {
 *   private again: Flow<string> | undefined = of("b");
 *   override sourceCompleted(): void {
 *     const { again } = this;
 *     this.again = undefined;
 *     if (again === undefined) this.completeEarly();
 *     else this.follow(again);
 *   }
 * }
 * const both = flowFrom((down: ConstructorParameters<typeof Twice>[0]) => new Twice(down).start(of("a")));
 * console.log(await both.toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export abstract class Succession<T> extends OperatorSubscriber<never, T> implements ArbiterOwner {
  /** What this operator has for an upstream: it sends the items of whichever source runs. */
  protected readonly arbiter: Arbiter<T>;
  private following: Connectable<T> | undefined = undefined;
  private readonly loop: SerialLoop;

  constructor(downstream: StageSubscriber<T>) {
    super(downstream);
    this.arbiter = new Arbiter(downstream, this);
    this.loop = new SerialLoop(() => this.connectFollowing());
  }

  /** Gives downstream its subscription (§1.9), then connects the first source, if it is known. */
  start(first?: Connectable<T>): void {
    this.onSubscribe(this.arbiter);
    if (first !== undefined) this.follow(first);
  }

  /** Never called: the arbiter sends the items on itself. */
  next(): boolean {
    return false;
  }

  sourceCompleted(): void {
    this.completeEarly();
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  /** Connects `source` when what runs now has returned. To be called while no source runs. */
  protected follow(source: Connectable<T>): void {
    this.following = source;
    this.loop.run();
  }

  private connectFollowing(): void {
    const { following } = this;
    this.following = undefined;
    if (!this.done) following?.connect(this.arbiter);
  }
}
