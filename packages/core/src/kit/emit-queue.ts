// The calls of `emit` that wait for room in a hub, and the end that waits behind them.

import { OverflowError } from "../spec/errors.js";
import type { EmitResult, EndResult } from "../spec/reader.js";
import type { Terminal } from "./ended.js";
import type { Feeder, Multicast } from "./multicast.js";

/** What `emit` resolves with: it waits where `tryEmit` answers `"overflow"`. */
export type EmitOutcome = Exclude<EmitResult, "overflow">;

interface Waiting<T> {
  readonly item: T;
  settle(outcome: EmitOutcome): void;
}

/** First come, first served; holds at most as many calls as the ring holds items. */
export class EmitQueue<T> implements Feeder {
  private readonly multicast: Multicast<T>;
  /** A Set keeps the order, and forgets the one in the middle whose signal aborts. */
  private readonly waiting = new Set<Waiting<T>>();
  private end: Terminal | undefined = undefined;

  constructor(multicast: Multicast<T>) {
    this.multicast = multicast;
    multicast.feeder = this;
  }

  emit(item: T, signal: AbortSignal | undefined): Promise<EmitOutcome> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { multicast, waiting } = this;
    const result = multicast.tryEmit(item);
    if (result !== "overflow") return Promise.resolve(result);
    const { capacity } = multicast.ring;
    if (waiting.size === capacity) {
      const message = `Cannot emit to ${multicast.name} while ${capacity} calls of emit wait: await one first`;
      return Promise.reject(new OverflowError(message, capacity));
    }
    return new Promise((resolve, reject) => {
      const abandon = (): void => {
        if (!waiting.delete(entry)) return; // it is being sent
        this.open();
        reject(signal?.reason);
      };
      const entry: Waiting<T> = {
        item,
        settle: (outcome) => {
          signal?.removeEventListener("abort", abandon);
          resolve(outcome);
        },
      };
      signal?.addEventListener("abort", abandon, { once: true });
      waiting.add(entry);
      multicast.refusal = "overflow"; // nobody overtakes it
    });
  }

  /** Ends the hub behind what waits. */
  finish(end: Terminal): EndResult {
    const { multicast } = this;
    const { isCancelled } = multicast;
    if (multicast.refusal === "terminated") return "terminated";
    multicast.refusal = "terminated";
    this.end = end;
    this.open();
    return isCancelled ? "cancelled" : "ok";
  }

  moved(): void {
    const { multicast, waiting } = this;
    for (const entry of waiting) {
      if (!multicast.hasRoom()) return;
      if (!waiting.delete(entry)) continue; // aborted from within an onDrop, which made room
      this.open(); // before it is sent: what is emitted from within comes behind it, if there is room
      entry.settle(multicast.accept(entry.item) as EmitOutcome); // there is room
    }
    this.open();
  }

  /** If nobody waits, what comes next may come. */
  private open(): void {
    const { multicast, end } = this;
    if (this.waiting.size > 0) return;
    if (end === undefined) multicast.refusal = undefined;
    else if (multicast.end === undefined) multicast.finish(end);
  }
}
