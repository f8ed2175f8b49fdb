// Items of the codec "raw" move from thread to thread instead of being copied, where they can.

import { giveAway } from "@sluice/net/port";

/**
 * The bytes of an item, given away if they are the whole of their memory. What is no bytes at all stays as it is: the
 * codec refuses it by name.
 */
export function movedBytes(item: unknown): unknown {
  const bytes = item instanceof ArrayBuffer ? new Uint8Array(item) : item;
  if (!(bytes instanceof Uint8Array)) return item;
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? giveAway(bytes) : bytes;
}
