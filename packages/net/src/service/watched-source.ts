// What a stream's handler returned, watched while it is stopped. An async generator that is told to stop goes on to its
// next `yield`, and may throw on the way out: until then its slot is taken (protocol.md §3.4), and what it throws
// goes to the server's hook instead of being uncaught.

import type { FlowInput } from "@sluice/core";

/** Hears what a source does after it was told to stop. */
export interface SourceWatcher {
  /** It has ended when `work` has settled. */
  onStopping(work: PromiseLike<unknown>): void;
  onLateError(error: unknown): void;
}

/** The source itself; of an iterable, async or not, one whose end is watched. */
export function watched(source: unknown, watcher: SourceWatcher): FlowInput<unknown> {
  // In the order of core's `from`: a publisher is asked first, and it ends by its own rules. Arrays have no `return`.
  if (typeof source !== "object" || source === null || Array.isArray(source) || has(source, "subscribe")) {
    return source as FlowInput<unknown>;
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

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

function has(source: object, method: PropertyKey): boolean {
  return typeof (source as Record<PropertyKey, unknown>)[method] === "function";
}
