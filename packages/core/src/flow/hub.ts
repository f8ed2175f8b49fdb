// The flow of a hub: what subscribers see of it, and what its producer speaks to. It stands here and not in hub/,
// because each file there is a hub that a user makes.

import { dropError } from "../kit/dropped.js";
import { type EmitOutcome, EmitQueue } from "../kit/emit-queue.js";
import type { Multicast } from "../kit/multicast.js";
import type { EmitResult, EndResult, Reader } from "../spec/reader.js";
import type { SubscribeOptions } from "./flow.js";
import { GroupFlow } from "./group-flow.js";

/**
 * What gives a hub its items. All of it may be called at any time, also from within a callback of a subscriber: what is
 * emitted there comes after the item that is being sent, to every subscriber.
 */
export interface Producer<T> {
  /** How many subscribers there are now. */
  readonly subscriberCount: number;
  /** Items held now, for all subscribers together: at most `capacity`. */
  readonly held: number;
  /** Sends an item, or says why not. Never waits. */
  tryEmit(item: T): EmitResult;
  /**
   * Sends an item as soon as there is room, in the order of the calls.
   *
   * At most `capacity` calls may wait: one more rejects with an `OverflowError`. Rejects with the reason of `signal`
   * when that aborts first, and with nothing else.
   */
  emit(item: T, options?: SubscribeOptions): Promise<EmitOutcome>;
  /** Completes: behind the calls of `emit` that wait, and for each subscriber when it has what waits for it. */
  complete(): EndResult;
  /** Fails in the same order; with no one left to tell, the error goes to `onDroppedError`. */
  error(error: unknown): EndResult;
}

/** A flow that is given its items by calls. */
export class Hub<T> extends GroupFlow<T> implements Producer<T> {
  private readonly multicast: Multicast<T>;
  private readonly queue: EmitQueue<T>;

  constructor(multicast: Multicast<T>, reader: Reader<T>) {
    const { name, ring } = multicast;
    const { capacity } = ring;
    super((downstream, own) => multicast.join(downstream, own), reader, capacity, {
      name,
      settings: { capacity },
    });
    this.multicast = multicast;
    this.queue = new EmitQueue(multicast);
  }

  get subscriberCount(): number {
    return this.multicast.subscriberCount;
  }

  get held(): number {
    return this.multicast.ring.size;
  }

  tryEmit(item: T): EmitResult {
    return this.multicast.tryEmit(item);
  }

  emit(item: T, options?: SubscribeOptions): Promise<EmitOutcome> {
    return this.queue.emit(item, options?.signal);
  }

  complete(): EndResult {
    return this.queue.finish({ kind: "complete" });
  }

  error(error: unknown): EndResult {
    const result = this.queue.finish({ kind: "error", error });
    if (result !== "ok") dropError(error);
    return result;
  }
}
