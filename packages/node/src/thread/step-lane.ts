// One thread of an offload, and what is with it: items that wait for it, and results that wait for their turn.
//
//   new --first item--> starting --its client is there--> open: what waits goes as the thread asks for it
//   each of them --stop()--> stopped

import { type Flow, SluiceError, type Subscription } from "@sluice/core";
import {
  addDemand,
  flowFrom,
  type InnerOwner,
  InnerSubscriber,
  NOBODY,
  Ring,
  type StageSubscriber,
  UNBOUNDED,
} from "@sluice/core/kit";
import type { CodecName } from "@sluice/net";
import { movedBytes } from "./moved-bytes.js";
import type { stepService } from "./step-service.js";
import type { WorkerThread } from "./worker-thread.js";

/** A thread that serves a step, as far as it matters here. */
export type StepThread = Pick<WorkerThread<(typeof stepService)["routes"]>, "client" | "failureOf" | "stop">;

/** Who is told what comes of it. */
export interface LaneOwner<T, R> {
  /** One more is in `lane.results`. */
  onResult(lane: StepLane<T, R>): void;
  onLaneFailed(error: unknown): void;
}

/** *Buffers:* items and results, together at most `capacity`: its owner asks for no more. */
export class StepLane<T, R> implements Subscription, InnerOwner<R> {
  /** Items whose result has not come. */
  inThread = 0;
  readonly results: Ring<R>;
  private readonly owner: LaneOwner<T, R>;
  private readonly codec: CodecName;
  private readonly start: () => StepThread;
  private readonly items: Ring<unknown>;
  /** Takes what the thread answers. */
  private readonly taker: InnerSubscriber<R>;
  private thread: StepThread | undefined = undefined;
  private sender: StageSubscriber<unknown> = NOBODY;
  /** Asked for by the thread and not sent. */
  private wanted = 0;

  constructor(owner: LaneOwner<T, R>, codec: CodecName, capacity: number, start: () => StepThread) {
    this.owner = owner;
    this.codec = codec;
    this.start = start;
    this.results = new Ring(capacity);
    this.items = new Ring(capacity);
    this.taker = new InnerSubscriber(this, 0);
  }

  push(item: T): void {
    this.inThread++;
    this.items.push(this.codec === "raw" ? movedBytes(item) : item);
    if (this.thread === undefined) this.begin();
    else this.send();
  }

  innerNext(_index: number, result: R): boolean {
    this.inThread--;
    this.results.push(result);
    this.owner.onResult(this);
    return true;
  }

  innerFailed(_index: number, error: unknown): void {
    this.owner.onLaneFailed(this.thread?.failureOf(error));
  }

  innerCompleted(index: number): void {
    this.innerFailed(
      index,
      new SluiceError("THREAD_FAILED", "Cannot go on: the step ended before its items did"),
    );
  }

  /** The thread asks for items. */
  request(n: number): void {
    this.wanted = addDemand(this.wanted, n);
    this.send();
  }

  /** The thread wants no more of them; what it answers says why. */
  cancel(): void {
    this.sender = NOBODY;
    this.wanted = 0;
  }

  /** Lets the thread end by itself: it has nothing left to do. Resolves when it has. */
  async end(): Promise<void> {
    this.taker.cancel();
    await this.thread?.stop();
  }

  /** Nothing is wanted of it any more: the thread is terminated. */
  stop(): void {
    this.cancel();
    this.items.clear();
    this.results.clear();
    this.taker.cancel();
    void this.thread?.stop(0);
  }

  private begin(): void {
    try {
      this.thread = this.start();
    } catch (error) {
      this.owner.onLaneFailed(error);
      return;
    }
    this.thread.client.then(
      (client) => {
        if (!this.taker.done)
          this.open(client[this.codec](this.itemsToSend(), { window: "demand" }) as Flow<R>);
      },
      (error: unknown) => {
        if (!this.taker.done) this.owner.onLaneFailed(error);
      },
    );
  }

  /** All results are asked for: how many there are is bounded by how many items are sent. */
  private open(results: Flow<R>): void {
    this.taker.request(UNBOUNDED);
    results.connect(this.taker);
  }

  private itemsToSend(): Flow<unknown> {
    return flowFrom((sender) => {
      this.sender = sender;
      sender.onSubscribe(this);
    });
  }

  private send(): void {
    while (this.wanted > 0 && !this.items.isEmpty) {
      this.wanted--;
      this.sender.next(this.items.shift());
    }
  }
}
