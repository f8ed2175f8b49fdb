// Bytes that their owner has given away: a port moves them to the other side instead of copying them. The mark stands
// beside the bytes and not in them, so that whoever does not know of it sends them as ever.

/** Bound: what is marked and still alive; nothing is kept alive by it. */
const givenAway = new WeakSet<ArrayBufferLike>();

/**
 * Gives bytes away with the item that they are: a `MessagePort` moves them to the other side, and `bytes.byteLength` is 0
 * here from then on. For items of the codec `"raw"` from 8 KiB up to the longest message, `limits.messageBytes` of the
 * other side, 1 MiB with its head; smaller ones, larger ones, which go in several messages, and every other transport copy as ever.
 * Whoever takes such an item has its memory whole, a `Uint8Array` over all of its `ArrayBuffer`. Whoever gives bytes away
 * must not use them again.
 *
 * *Errors:* a `TypeError` for what does not cover the whole of its `ArrayBuffer`, because that moves as a whole.
 *
 * @example
 * ```ts
 * import { defineService, stream, unchecked } from "@sluice/net";
 * import { connectPort, giveAway, servePort } from "@sluice/net/port";
 * const images = defineService("images", { all: stream({ output: unchecked<Uint8Array>(), codec: "raw" }) });
 * const pixels = new Uint8Array(320 * 240).fill(7);
 * const { port1, port2 } = new MessageChannel();
 * servePort(port2, images, { all: () => [giveAway(pixels)] });
 * const client = await connectPort(port1, images);
 * const [image] = await client.all().toArray();
 * console.log(image?.byteLength, image?.[0], pixels.byteLength); // prints 76800 7 0
 * await client.close();
 * ```
 */
export function giveAway(bytes: Uint8Array): Uint8Array {
  const { buffer, byteLength } = bytes;
  if (!(buffer instanceof ArrayBuffer)) {
    throw new TypeError("Cannot give away memory that threads share: it is here and there already");
  }
  if (byteLength !== buffer.byteLength) {
    throw new TypeError(
      `Cannot give away ${byteLength} bytes of an ArrayBuffer of ${buffer.byteLength}: it moves as a whole; give away a copy, bytes.slice()`,
    );
  }
  givenAway.add(buffer);
  return bytes;
}

/** Takes the mark off: from here on these bytes are somebody's again, who may send them more than once. */
export function takeBack(bytes: Uint8Array): void {
  givenAway.delete(bytes.buffer);
}

/** Whether these are all the bytes of what was given away, and nobody has taken it yet. */
export function isGivenAway({ buffer, byteLength }: Uint8Array): boolean {
  return byteLength === buffer.byteLength && givenAway.has(buffer);
}
