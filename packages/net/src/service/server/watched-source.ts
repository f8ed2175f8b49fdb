// What a stream's handler returned, watched while it is stopped. An async generator that is told to stop goes on to its
// next `yield`, and may throw on the way out: until then its slot is taken (protocol.md §3.4), and what it throws
// goes to the server's hook instead of being uncaught.

import { Flow, type FlowInput, type Publisher, type Subscriber, type Subscription } from "@sluice/core";

/** Hears what a source does after it was told to stop. */
export interface SourceWatcher {
  /** It has ended when `work` has settled. */
  onStopping(work: PromiseLike<unknown>): void;
  onLateError(error: unknown): void;
}

/** The source itself; of an iterable, async or not, or a foreign publisher, one whose end is watched. */
export function watched(source: unknown, watcher: SourceWatcher): FlowInput<unknown> {
  // A flow ends by its own rules, and an array has nothing to close; the rest in the order of core's `from`.
  if (typeof source !== "object" || source === null || Array.isArray(source) || source instanceof Flow) {
    return source as FlowInput<unknown>;
  }
  if (has(source, "subscribe")) {
    const publisher = source as Publisher<unknown>;
    return { subscribe: (subscriber) => publisher.subscribe(new WatchedSubscriber(subscriber, watcher)) };
  }
  if (has(source, Symbol.asyncIterator)) {
    const { [Symbol.asyncIterator]: begin } = source as AsyncIterable<unknown>;
    return { [Symbol.asyncIterator]: () => new WatchedAsyncIterator(begin.call(source), watcher) };
  }
  if (has(source, Symbol.iterator)) {
    const { [Symbol.iterator]: begin } = source as Iterable<unknown>;
    return { [Symbol.iterator]: () => watchedIterator(begin.call(source), watcher) };
  }
  return source as FlowInput<unknown>;
}

class WatchedAsyncIterator implements AsyncIterator<unknown> {
  private readonly inner: AsyncIterator<unknown>;
  private readonly watcher: SourceWatcher;
  private reading: Promise<IteratorResult<unknown>> | undefined = undefined;
  private isStopped = false;

  constructor(inner: AsyncIterator<unknown>, watcher: SourceWatcher) {
    this.inner = inner;
    this.watcher = watcher;
  }

  next(): Promise<IteratorResult<unknown>> {
    // One promise an item more than without a watch: core reports a read that fails after the cancel as uncaught,
    // and most handlers answer the abort of their signal with just that.
    this.reading = Promise.resolve(this.inner.next()).catch(this.onRejection);
    return this.reading;
  }

  return(): Promise<IteratorResult<unknown>> {
    this.isStopped = true;
    const returned = this.close();
    this.watcher.onStopping(Promise.all([this.reading, returned]));
    return returned;
  }

  private readonly onRejection = (error: unknown): IteratorResult<unknown> => {
    if (this.isStopped) return DONE;
    throw error;
  };

  private async close(): Promise<IteratorResult<unknown>> {
    try {
      await this.inner.return?.();
    } catch (error) {
      this.watcher.onLateError(error);
    }
    return DONE;
  }
}

function watchedIterator(inner: Iterator<unknown>, watcher: SourceWatcher): Iterator<unknown> {
  if (typeof inner.return !== "function") return inner;
  return {
    next: () => inner.next(),
    return: () => {
      try {
        inner.return?.();
      } catch (error) {
        watcher.onLateError(error);
      }
      return DONE;
    },
  };
}

/** Passes everything on to core, which checks the rules, but for what comes too late for anybody. */
class WatchedSubscriber implements Subscriber<unknown> {
  private readonly subscriber: Subscriber<unknown>;
  private readonly watcher: SourceWatcher;
  private upstream: Subscription | undefined = undefined;
  private isOver = false;

  constructor(subscriber: Subscriber<unknown>, watcher: SourceWatcher) {
    this.subscriber = subscriber;
    this.watcher = watcher;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream ??= subscription;
    this.subscriber.onSubscribe({
      request: (n) => subscription.request(n),
      cancel: () => this.cancel(subscription),
    });
  }

  onNext(item: unknown): void {
    this.subscriber.onNext(item);
  }

  onError(error: unknown): void {
    if (this.isOver) {
      this.watcher.onLateError(error);
      return;
    }
    this.isOver = true;
    this.subscriber.onError(error);
  }

  onComplete(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.subscriber.onComplete();
  }

  private cancel(subscription: Subscription): void {
    // A second subscription is cancelled by core, and the first one goes on (§2.5).
    if (subscription === this.upstream) this.isOver = true;
    try {
      subscription.cancel();
    } catch (error) {
      this.watcher.onLateError(error);
    }
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

function has(source: object, method: PropertyKey): boolean {
  return typeof (source as Record<PropertyKey, unknown>)[method] === "function";
}
