// The base of operators that go on with another source when one has ended (catchError, retry, repeat, using).
//
//   idle --follow--> running (a source) --it completes | fails--> sourceCompleted | sourceFailed --follow--> running
//                                                                           |
//   any --(cancel | fail | complete)--> done                                +--complete | fail--> done
//
// The stack does not grow, however many sources end on the stack on which they were connected: the next one is
// connected by the loop, when the one before has returned.

import { Arbiter, type ArbiterOwner } from "./arbiter.js";
import type { Subscription } from "../spec/publisher.js";
import { dropError } from "./dropped.js";
import { NOBODY } from "./ended.js";
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
 *     if (again === undefined) this.complete();
 *     else this.follow(again);
 *   }
 * }
 * const both = flowFrom((down: ConstructorParameters<typeof Twice>[0]) => new Twice(down).start(of("a")));
 * console.log(await both.toArray()); // prints [ 'a', 'b' ]
 * ```
 */
export abstract class Succession<T> implements Subscription, ArbiterOwner {
  protected readonly arbiter: Arbiter<T>;
  protected done = false;
  private downstream: StageSubscriber<T>;
  private following: Connectable<T> | undefined = undefined;
  private readonly loop: SerialLoop;

  constructor(downstream: StageSubscriber<T>) {
    this.downstream = downstream;
    this.arbiter = new Arbiter(downstream, this);
    this.loop = new SerialLoop(() => this.connectFollowing());
  }

  /** Gives downstream its subscription (§1.9), then connects the first source, if it is known. */
  start(first?: Connectable<T>): void {
    this.downstream.onSubscribe(this);
    if (first !== undefined) this.follow(first);
  }

  sourceCompleted(): void {
    this.complete();
  }

  sourceFailed(error: unknown): void {
    this.fail(error);
  }

  request(n: number): void {
    if (!this.done) this.arbiter.grant(n);
  }

  cancel(): void {
    if (!this.done) this.leave();
  }

  /** Connects `source` when what runs now has returned. To be called while no source runs. */
  protected follow(source: Connectable<T>): void {
    if (this.done) return;
    this.following = source;
    this.loop.run();
  }

  protected complete(): void {
    if (!this.done) this.leave().onComplete();
  }

  protected fail(error: unknown): void {
    if (this.done) dropError(error);
    else this.leave().onError(error);
  }

  /** Called once, on whichever end comes first: releases what the operator holds. Must not signal. */
  protected onEnd(): void {}

  private connectFollowing(): void {
    const { following } = this;
    this.following = undefined;
    following?.connect(this.arbiter);
  }

  /** Done from here on, before anybody is told: a cancel may call back into this operator. */
  private leave(): StageSubscriber<T> {
    const { downstream } = this;
    this.done = true;
    this.downstream = NOBODY;
    this.following = undefined;
    this.arbiter.cancel();
    this.onEnd();
    return downstream;
  }
}
