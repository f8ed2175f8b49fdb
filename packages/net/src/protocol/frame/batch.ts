// A message is a row of frames. A partial frame at its end is an error, not a wait: the transport delivers
// whole messages.

import { type Message, messageLength } from "../byte/message.js";
import { Reader } from "../byte/reader.js";
import { malformed } from "../protocol-error.js";
import { decodeFrame } from "./codec.js";
import type { Frame } from "./frame.js";

/**
 * Hands the frames of a message to `take`, one after the other, so that what the first ones do is done even if
 * a later one is broken. Stops when `take` answers "stop". `skip` hears of each ignorable frame that this version does
 * not know. Throws the ProtocolError of a broken frame.
 *
 * @example
 * ```ts
 * import { encodeFrame, readMessage, Writer } from "@sluice/net/protocol";
 *
 * const writer = new Writer();
 * encodeFrame(writer, { kind: "complete", streamId: 1, items: 3, bytes: 90 });
 * encodeFrame(writer, { kind: "cancel", streamId: 3 });
 * readMessage(writer.take(), (frame) => {
 *   console.log(frame.kind); // prints complete
 *   return "stop";
 * });
 * ```
 */
export function readMessage(
  message: Message,
  take: (frame: Frame) => "more" | "stop",
  skip?: () => void,
): void {
  if (messageLength(message) === 0)
    throw malformed("Cannot read an empty message: it has at least one frame", "§1.2");
  const reader = new Reader(message);
  while (reader.left > 0) {
    const frame = decodeFrame(reader);
    if (frame === undefined) skip?.();
    else if (take(frame) === "stop") return;
  }
}
