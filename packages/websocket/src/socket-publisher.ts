import type { Flow, OverflowPolicy } from "@sluice/core";
import { checkOptions, checkPolicy, describe, fail, flowFrom } from "@sluice/core/kit";
import { CLEAN_CODES } from "./close-socket.js";
import { PausingReader } from "./pausing-reader.js";
import { SocketClosedError } from "./socket-closed-error.js";
import { checkFlag, checkSocket, CLOSED, type ReceivedMessage, type SocketLike } from "./socket-like.js";
import { claim, SocketReader } from "./socket-reader.js";

/** How `socketPublisher` reads and ends. */
export interface SocketPublisherOptions {
  /** `false`: the socket is not paused even where it can be, and the policy acts; default `true`. */
  readonly pause?: boolean | undefined;
  /** `false`: a cancel leaves the socket open, unpaused; default `true`. */
  readonly closeOnCancel?: boolean | undefined;
  /** Close codes that complete the flow; default 1000 (normal) and 1005 (a `close()` without a code). */
  readonly cleanCodes?: readonly number[] | undefined;
}

/**
 * The messages of a WebSocket as a flow: text as strings, binary as bytes.
 *
 * Where the runtime can stop reading, as `ws` on Node can, it does when nobody asks: nothing is lost, the peer is slowed
 * by TCP, and `policy` has nothing to do. Elsewhere a page cannot push back, and `policy` says what happens to a message
 * that nobody has asked for. Messages that come before the flow is subscribed are not seen: subscribe in the turn in
 * which the socket was made. One reader at a time: `share` makes one flow many.
 *
 * *Demand:* reads on while there is some; without it pauses at the next message that comes. *Buffers:* paused, what of
 * one read of the network was in hand (64 KiB on Node, more if the peer may compress: PausingReader); else what `policy`
 * holds. *Errors:* a close with another code than `cleanCodes`, or without a close frame, is a `SocketClosedError`,
 * after what came before it; so is a socket that is closed already. *Cancel:* closes the socket (code 1000), or leaves
 * it, and takes the listeners off.
 *
 * @example
 * ```ts
 * import { policy } from "@sluice/core";
 * import { socketPublisher } from "@sluice/websocket";
 * import { WebSocket, WebSocketServer } from "ws";
 *
 * const server = new WebSocketServer({ port: 0 });
 * server.on("connection", (ws) => {
 *   for (const word of ["one", "two", "three"]) ws.send(word);
 *   ws.close();
 * });
 * const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
 * const messages = socketPublisher(ws, policy.buffer({ capacity: 1000, overflow: "dropOldest" }));
 * for await (const message of messages) {
 *   console.log(message);
 *   await new Promise((resolve) => setTimeout(resolve, 5)); // slow, and nothing is lost
 * }
 * server.close();
 * // prints one
 * // prints two
 * // prints three
 * ```
 */
export function socketPublisher<R = ReceivedMessage>(
  socket: SocketLike,
  policy: OverflowPolicy<ReceivedMessage, R>,
  options: SocketPublisherOptions = {},
): Flow<R> {
  checkSocket(NAME, socket);
  checkPolicy(NAME, policy);
  checkOptions(NAME, options);
  const { pause = true, closeOnCancel = true, cleanCodes = CLEAN_CODES } = options;
  checkFlag(NAME, "pause", pause);
  checkFlag(NAME, "closeOnCancel", closeOnCancel);
  if (!Array.isArray(cleanCodes)) {
    throw new TypeError(
      `Cannot give ${NAME} cleanCodes: ${describe(cleanCodes)}: it must be an array of numbers`,
    );
  }
  const settings = { closeOnCancel, cleanCodes };
  return flowFrom<R>(
    (downstream) => {
      if (socket.readyState === CLOSED) fail(downstream, new SocketClosedError(undefined, ""));
      else if (!claim(socket)) {
        const message = "Cannot read a socket that is being read: share() makes one flow many";
        fail(downstream, new TypeError(message));
      } else if (pause && typeof socket.pause === "function" && typeof socket.resume === "function") {
        PausingReader.start(socket, settings, policy, downstream, NAME);
      } else new SocketReader(socket, settings).start(policy.open(downstream, NAME));
    },
    { name: NAME, settings: { capacity: policy.capacity } },
  );
}

const NAME = "socketPublisher";
