// A service whose handlers count how many of them are at work, so that a test sees what was not released.

import { create, type Flow } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";

export const service = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  late: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  echo: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
});

/** Handlers that count how many of them are at work. */
export class Works {
  running = 0;
  reasons: unknown[] = [];
  finish: () => void = () => {};

  readonly handlers = {
    upTo: (n: number, { signal }: { signal: AbortSignal }) => this.count(n, signal),
    late: (n: number) => this.later(n),
    echo: (input: unknown, { signal }: { signal: AbortSignal }) =>
      input === "wait" ? this.wait(signal) : input,
  };

  private *count(n: number, signal: AbortSignal): Generator<number> {
    this.running += 1;
    try {
      for (let i = 0; i < n; i += 1) yield i;
    } finally {
      this.running -= 1;
      if (signal.aborted) this.reasons.push(signal.reason);
    }
  }

  private later(n: number): Flow<number> {
    return create<number>(
      (emitter) => {
        this.running += 1;
        for (let i = 0; i < n; i += 1) emitter.next(i);
        this.finish = () => void emitter.complete();
        return () => {
          this.running -= 1;
        };
      },
      { capacity: 100, overflow: "error" },
    );
  }

  private async wait(signal: AbortSignal): Promise<string> {
    this.running += 1;
    await new Promise<void>((resolve) => {
      this.finish = resolve;
      signal.addEventListener("abort", () => resolve());
    });
    this.running -= 1;
    if (signal.aborted) this.reasons.push(signal.reason);
    return "done";
  }
}
