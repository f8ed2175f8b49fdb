// Streams for tests, and what they leave behind.

import { Duplex, Readable, Writable } from "node:stream";

/** Objects from 0 on, without an end; counts what it made. */
export function counting(highWaterMark = 4): { readonly stream: Readable; readonly made: () => number } {
  let made = 0;
  const stream = new Readable({
    objectMode: true,
    highWaterMark,
    read(): void {
      this.push(made++);
    },
  });
  return { stream, made: () => made };
}

/** Takes one chunk each time that the test lets it. */
export function slow(options: { objectMode?: boolean; highWaterMark?: number } = {}) {
  const written: unknown[] = [];
  let answer: ((error?: Error) => void) | undefined;
  const stream = new Writable({
    objectMode: true,
    ...options,
    write(chunk, _, callback): void {
      written.push(chunk);
      answer = callback;
    },
  });
  const go = (error?: Error): void => {
    const callback = answer;
    answer = undefined;
    callback?.(error);
  };
  return { stream, written, go };
}

/** Takes all at once. */
export function quick(objectMode = true): { readonly stream: Writable; readonly written: unknown[] } {
  const written: unknown[] = [];
  const stream = new Writable({
    objectMode,
    write(chunk, _, callback): void {
      written.push(chunk);
      callback();
    },
  });
  return { stream, written };
}

/** Both sides of nothing: what is written is dropped, and nothing comes. */
export function deaf(): Duplex {
  return new Duplex({ objectMode: true, read: () => {}, write: (_chunk, _encoding, callback) => callback() });
}

/** Events that anybody listens to, but for what a stream does for itself. */
export function listeners(stream: NodeJS.EventEmitter): string[] {
  return stream
    .eventNames()
    .filter((name) => stream.listenerCount(name) > (stream instanceof Duplex && name === "end" ? 1 : 0))
    .map(String);
}

/** How a promise ended, or "pending". */
export function outcomeOf(promise: Promise<unknown>): () => string {
  let outcome = "pending";
  promise.then(
    (value) => {
      outcome = value === undefined ? "resolved" : JSON.stringify(value);
    },
    (error) => {
      outcome = String(error);
    },
  );
  return () => outcome;
}
