import { systemClock } from "../clock/system-clock.js";
import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { checkBufferOptions } from "../kit/buffer-options.js";
import { asError, dropError } from "../kit/dropped.js";
import { openBuffer } from "../kit/open-buffer.js";
import type { OfferResult, OverflowEngine } from "../kit/overflow-engine.js";
import { requireFunction } from "../kit/require-function.js";
import type { BufferOptions, WeighedBufferOptions } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";

/** What a producer speaks to. All of it may be called at any time; after the end it does nothing. */
export interface Emitter<T> {
  /** Offers an item; the answer says what became of it, so that a producer which can slow down may do so. */
  next(item: T): OfferResult;
  /** Fails the flow, after what is held. */
  error(error: unknown): void;
  /** Completes the flow, after what is held. */
  complete(): void;
  /** Items that could be sent on at once: requested, and not covered by what is held. */
  readonly demand: number;
  /** Aborts when the flow has ended for whatever reason. */
  readonly signal: AbortSignal;
}

/**
 * Bridges a producer that pushes, such as a callback or an event, into a flow with a bounded buffer.
 *
 * *Demand:* shown to the producer as `emitter.demand`; what comes ahead of it waits. *Buffers:* `capacity`
 * items, then `overflow` decides. *Errors:* what `produce` throws becomes `onError`. *Cancel:* aborts
 * `emitter.signal` and calls the function that `produce` returned; what is held is dropped.
 *
 * @param produce called for each subscriber; may return a function that releases what it has opened
 *
 * @example
 * ```ts
 * import { create } from "@sluice/core";
 * const ticks = create<number>(
 *   (emitter) => {
 *     let tick = 0;
 *     const timer = setInterval(() => emitter.next(++tick), 1);
 *     return () => clearInterval(timer);
 *   },
 *   { capacity: 16, overflow: "dropOldest" },
 * );
 * for await (const tick of ticks) {
 *   console.log("tick", tick); // prints tick 1
 *   break;
 * }
 * ```
 */
export function create<T>(
  produce: (emitter: Emitter<T>) => void | (() => void),
  options: BufferOptions<T> | WeighedBufferOptions<T>,
): Flow<T> {
  requireFunction("create", produce);
  const capacity = checkBufferOptions("create", options);
  return flowFrom<T>(
    (downstream) => new Producer(openBuffer(downstream, "create", options, systemClock)).start(produce),
    { name: "create", settings: { capacity } },
  );
}

/**
 * The emitter, and what the buffer sees as its upstream.
 *
 * producing --(complete | error by the producer, cancel by the buffer, a throw)--> ended
 */
class Producer<T> implements Emitter<T>, Subscription {
  private readonly buffer: OverflowEngine<T>;
  private release: (() => void) | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private done = false;

  constructor(buffer: OverflowEngine<T>) {
    this.buffer = buffer;
  }

  start(produce: (emitter: Emitter<T>) => void | (() => void)): void {
    this.buffer.onSubscribe(this);
    if (this.done) return; // cancelled in onSubscribe: nothing was opened
    try {
      const release = produce(this);
      if (typeof release === "function") this.release = release;
    } catch (thrown) {
      this.error(asError(thrown, "create"));
    }
    if (this.done) this.releaseOnce(); // it ended before `release` was known
  }

  get demand(): number {
    return this.buffer.openDemand;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.done) this.controller.abort();
    return this.controller.signal;
  }

  next(item: T): OfferResult {
    return this.buffer.offer(item);
  }

  // The buffer first: what `end` calls may call back, and is not to put another end in the place of this one.
  error(error: unknown): void {
    this.buffer.onError(error);
    this.end();
  }

  complete(): void {
    this.buffer.onComplete();
    this.end();
  }

  /** The buffer asks for everything once: a producer that pushes does not wait for it. */
  request(): void {}

  cancel(): void {
    this.end();
  }

  private end(): void {
    if (this.done) return;
    this.done = true;
    this.releaseOnce();
    this.controller?.abort();
  }

  private releaseOnce(): void {
    const { release } = this;
    this.release = undefined;
    try {
      release?.();
    } catch (thrown) {
      dropError(thrown, this.buffer.late);
    }
  }
}
