// One encoded item that goes as soon as it may and ends its direction: the input of a call or stream, the
// answer to a call.

import { SluiceError } from "@sluice/core";
import { type EncodedItems, encodedLength, sendEncoded } from "./bodies.js";
import type { Connection } from "./connection.js";

/**
 * Sends `encoded` and completes the direction. "waiting": the stream is offered, or has to wait for the event
 * `credit`; try again then. "too-large": it never fits.
 */
export function sendLoneItem(
  connection: Connection,
  streamId: number,
  encoded: EncodedItems,
): "done" | "waiting" | "too-large" {
  const { session } = connection;
  if (!connection.hasRoom()) {
    // As many answers as there are slots would pile up in front of a slow link otherwise.
    session.offer(streamId);
    return "waiting";
  }
  const result = sendEncoded(connection, streamId, 1, encoded);
  switch (result) {
    case "sent":
      session.complete(streamId);
      return "done";
    case "message-full":
      session.offer(streamId);
      return "waiting";
    case "over-credit":
      return "waiting";
    case "too-large":
      return "too-large";
    case "ended":
      return "done";
    default:
      return result satisfies never;
  }
}

/** The error of an item that the peer will never take, with both numbers. */
export function itemTooLarge(connection: Connection, encoded: EncodedItems): SluiceError {
  const limit = connection.peer?.itemBytes ?? 0;
  return new SluiceError(
    "ITEM_TOO_LARGE",
    `Cannot send an item of ${encodedLength(encoded)} bytes: the peer takes at most ${limit}; split the item, or raise shareBytes and itemBytes there`,
  );
}
