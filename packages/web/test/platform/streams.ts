// Streams that tell what they were asked.

/** 0, 1, 2 ... that holds nothing ahead, and what it was asked. */
export function counting(count: number = Number.POSITIVE_INFINITY) {
  const seen = { pulls: 0, cancels: 0, reason: undefined as unknown };
  const stream = new ReadableStream<number>(
    {
      pull(controller) {
        if (seen.pulls === count) controller.close();
        else controller.enqueue(seen.pulls++);
      },
      cancel(reason) {
        seen.cancels++;
        seen.reason = reason === undefined ? undefined : String(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

/** A stream that writes one chunk at a time, when `go` lets it. */
export function slow(highWaterMark = 1) {
  const seen = { written: [] as unknown[], end: undefined as string | undefined };
  const running = { resolve: (): void => {}, reject: (_: unknown): void => {} };
  const stream = new WritableStream<unknown>(
    {
      write(chunk) {
        seen.written.push(chunk);
        return new Promise<void>((resolve, reject) => Object.assign(running, { resolve, reject }));
      },
      close: () => {
        seen.end = "closed";
      },
      abort: (reason) => {
        seen.end = `aborted: ${reason?.message ?? reason}`;
      },
    },
    { highWaterMark },
  );
  return { stream, seen, go: () => running.resolve(), refuse: (error: unknown) => running.reject(error) };
}
