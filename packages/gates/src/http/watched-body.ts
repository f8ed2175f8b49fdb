// A body that passes through, and whose end somebody waits for.

/** How a body ended: read to its end, failed, or left by its reader. */
export type BodyEnd = "end" | "error" | "cancel";

/**
 * The same body; `ended` is called once. *Demand:* one chunk for each that is read; holds none. *Cancel:* of the reader,
 * or by `signal`, for a reader that goes without a word: whoever makes the body is told in both cases, and who still reads
 * hears the signal's reason.
 */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  ended: (how: BodyEnd) => void,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const over = (how: BodyEnd): void => {
    if (isOver) return;
    isOver = true;
    signal?.removeEventListener("abort", leave);
    ended(how);
  };
  const leave = (): void => {
    over("cancel");
    reader.cancel(signal?.reason).catch(() => {}); // what the body says to that has no listener any more
  };
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave);
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          signal?.throwIfAborted();
          const { done, value } = await reader.read();
          signal?.throwIfAborted(); // a body that was cancelled ends like one that is complete
          if (!done) return controller.enqueue(value);
          over("end");
          controller.close();
        } catch (error) {
          over("error");
          controller.error(error);
        }
      },
      cancel: (reason) => {
        over("cancel");
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
