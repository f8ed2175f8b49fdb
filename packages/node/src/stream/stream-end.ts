// How Node's streams end, in our words: by `finished`, which knows all kinds of streams, old ones too.

import { finished } from "node:stream";
import { SluiceError } from "@sluice/core";
import { dropError } from "@sluice/core/kit";

/** What streams of all ages have in common, as far as ending them goes. */
interface Destroyable extends NodeJS.EventEmitter {
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  readonly errored?: Error | null;
  destroy?(error?: Error): unknown;
}

/**
 * Calls back once when this side of a stream has ended, with the error if it went wrong; returns what takes the
 * listeners off again, which is for the caller to do on every end.
 */
export function onceEnded(
  stream: NodeJS.ReadableStream | NodeJS.WritableStream,
  side: "readable" | "writable",
  callback: (error: unknown) => void,
): () => void {
  const other = side === "readable" ? { writable: false } : { readable: false };
  return finished(stream, other, (error) => callback(error == null ? undefined : inOurWords(error, side)));
}

/**
 * Destroys a stream, as far as it knows how to. Errors that it still has to say go to `late`, as nobody else listens any
 * more: one that is not listened to would end the process.
 */
export function destroyStream(
  stream: NodeJS.ReadableStream | NodeJS.WritableStream,
  error: unknown,
  late?: (error: unknown) => void,
): void {
  const ending: Destroyable = stream;
  const reason = error as Error | undefined;
  if (ending.closed === true) return;
  const onError = (said: unknown): void => {
    if (said !== reason) dropError(said, late);
  };
  ending.on("error", onError);
  ending.once("close", () => ending.removeListener("error", onError));
  if (ending.destroyed !== true) ending.destroy?.(reason);
}

/** The error of a stream that is no use any more when it comes to us; `undefined` for one that is. */
export function unusable(stream: object, side: "readable" | "writable"): SluiceError | undefined {
  const { destroyed, errored, readableEnded, writableEnded } = stream as Destroyable & {
    readonly readableEnded?: boolean;
    readonly writableEnded?: boolean;
  };
  const action = side === "readable" ? "read from" : "write to";
  const cause = errored == null ? undefined : { cause: errored };
  if (side === "readable" ? readableEnded : writableEnded) {
    const once = side === "readable" ? "has been read to its end: a stream is read once" : "has been ended";
    return new SluiceError("STREAM_ENDED", `Cannot ${action} a stream that ${once}, make another`, cause);
  }
  if (!destroyed) return undefined;
  return new SluiceError(
    "STREAM_DESTROYED",
    `Cannot ${action} a stream that is destroyed, make another`,
    cause,
  );
}

/** Node says no more than "Premature close"; its code is kept for those who look at it. */
function inOurWords(error: Error, side: "readable" | "writable"): unknown {
  if ((error as NodeJS.ErrnoException).code !== PREMATURE_CLOSE) return error;
  const before = side === "readable" ? "its end was read" : "all was written";
  return new SluiceError(
    PREMATURE_CLOSE,
    `The stream was closed before ${before}: it was destroyed, or its peer is gone`,
    {
      cause: error,
    },
  );
}

const PREMATURE_CLOSE = "ERR_STREAM_PREMATURE_CLOSE";
