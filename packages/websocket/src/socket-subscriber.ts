import { type Clock, type Subscriber, systemClock } from "@sluice/core";
import {
  checkCapacity,
  checkClock,
  checkOptions,
  checkSignal,
  describe,
  dropError,
  requireFunction,
} from "@sluice/core/kit";
import { SocketClosedError } from "./socket-closed-error.js";
import { checkFlag, checkSocket, type SocketLike, type SocketMessage } from "./socket-like.js";
import { SocketWriter } from "./socket-writer.js";

/** How `socketSubscriber` writes and ends. */
export interface SocketSubscriberOptions {
  /** Bytes in the socket from which on nothing more is asked for, an integer >= 1; default 65,536. */
  readonly highWaterMark?: number | undefined;
  /** Bytes at which it goes on; default: half of `highWaterMark`. */
  readonly lowWaterMark?: number | undefined;
  /**
   * For sockets that do not tell what they hold: an estimate takes the place of `bufferedAmount`. Default: only where
   * `bufferedAmount` is seen not to work, with its defaults.
   */
  readonly inFlight?: InFlightOptions | undefined;
  /** `false`: the socket stays open when the flow has ended; default `true`. */
  readonly closeOnEnd?: boolean | undefined;
  /** Cancels the flow, and closes the socket as a failure does. */
  readonly signal?: AbortSignal | undefined;
  /** When to look whether there is room again; default `systemClock`. */
  readonly clock?: Clock | undefined;
  /**
   * Called once: with nothing when the flow has completed and the socket is closed (or left open, as asked for), else
   * with the error of the flow, a `SocketClosedError`, or the signal's reason.
   */
  readonly onEnd?: ((error?: unknown) => void) | undefined;
}

/** An estimate of what a socket holds. */
export interface InFlightOptions {
  /**
   * How fast the network is believed to take it, a number >= 0; default 1,048,576. With 0 nothing is believed: only
   * `acknowledge` makes room.
   */
  readonly bytesPerSecond?: number | undefined;
}

/** Writes items to a socket, for one subscription. */
export interface SocketSubscriber extends Subscriber<SocketMessage> {
  /** The peer says that it has read so many bytes: they are not in flight any more. Counts only for an estimate. */
  acknowledge(bytes: number): void;
}

/**
 * Writes the items of a flow to a WebSocket, only while it can take them: with a peer that stalls the memory stays flat.
 *
 * A socket that is connecting is waited for. Text goes as text, bytes as a binary message.
 *
 * *Demand:* one item at a time, while the socket holds less than `highWaterMark` bytes and in the turn no more than so
 * many were written; then nothing until it holds no more than `lowWaterMark`. *Buffers:* nothing itself; in the socket
 * at most `highWaterMark` and one message. Where the socket does not tell, an estimate is held below it. *Errors:* the
 * flow's, an item that is no message and a throw of `send` close the socket (code 1011; from a page 4011) and go to
 * `onEnd`; without it the flow's go to `onDroppedError`. *Cancel:* of the flow, when the socket closes and by `signal`;
 * listeners and timer go with it.
 *
 * @example
 * ```ts
 * import { range, map } from "@sluice/core";
 * import { socketSubscriber } from "@sluice/websocket";
 * import { WebSocket, WebSocketServer } from "ws";
 *
 * const server = new WebSocketServer({ port: 0 });
 * server.on("connection", (ws) => {
 *   range(1, 3).pipe(map((n) => `line ${n}`)).subscribe(socketSubscriber(ws, { highWaterMark: 65_536 }));
 * });
 * const client = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
 * client.on("message", (data) => console.log(String(data)));
 * client.on("close", () => server.close());
 * // prints line 1
 * // prints line 2
 * // prints line 3
 * ```
 */
export function socketSubscriber(
  socket: SocketLike,
  options: SocketSubscriberOptions = {},
): SocketSubscriber {
  const place = "socketSubscriber";
  checkSocket(place, socket);
  checkOptions(place, options);
  const { clock = systemClock, inFlight, signal, closeOnEnd = true, onEnd } = options;
  const highWaterMark = checkCapacity(place, options.highWaterMark ?? 65_536, 1, "highWaterMark");
  const low = checkCapacity(place, options.lowWaterMark ?? highWaterMark >> 1, 0, "lowWaterMark");
  if (low >= highWaterMark) {
    throw new RangeError(`Cannot give ${place} the lowWaterMark ${low}: it must be below ${highWaterMark}`);
  }
  checkClock(place, clock);
  checkFlag(place, "closeOnEnd", closeOnEnd);
  if (onEnd !== undefined) requireFunction("tell of the end", onEnd);
  checkSignal(place, signal);
  checkOptions(place, inFlight);
  const { bytesPerSecond = 1_048_576 } = inFlight ?? {};
  if (!(Number.isFinite(bytesPerSecond) && bytesPerSecond >= 0)) {
    throw new RangeError(
      `Cannot give ${place} ${describe(bytesPerSecond)} bytesPerSecond: it must be a number >= 0`,
    );
  }
  return new SocketWriter(socket, {
    highWaterMark,
    lowWaterMark: low,
    bytesPerSecond,
    estimates: inFlight !== undefined,
    closeOnEnd,
    signal,
    clock,
    onEnd: onEnd ?? dropUnexpected,
  });
}

/** Who asked for no word of the end still hears of what failed; that sockets close is known from the socket. */
function dropUnexpected(error?: unknown): void {
  if (error !== undefined && !(error instanceof SocketClosedError)) dropError(error);
}
