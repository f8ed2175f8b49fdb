// A message on its way out: in one piece, or in parts that follow one another. Parts are how a large payload goes
// without a copy: it stands between two pieces of the writer's memory, as the bytes that the application gave.

/** At least two parts, none of them empty; or the whole message in one piece. What it holds is not changed any more. */
export type Message = Uint8Array | readonly Uint8Array[];

/** Bytes of all parts. */
export function messageLength(message: Message): number {
  if (message instanceof Uint8Array) return message.length;
  let length = 0;
  for (const part of message) length += part.length;
  return length;
}

/**
 * The message in one piece: itself, or a copy of its parts. For a transport that cannot send parts as one message.
 *
 * @example
 * ```ts
 * import { joined } from "@sluice/net/kit";
 *
 * console.log([...joined([new Uint8Array([1, 2]), new Uint8Array([3])])]); // prints [ 1, 2, 3 ]
 * ```
 */
export function joined(message: Message): Uint8Array {
  if (message instanceof Uint8Array) return message;
  if (message.length === 1) return message[0] as Uint8Array;
  const whole = new Uint8Array(messageLength(message));
  let at = 0;
  for (const part of message) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Whether bytes that go into a message stay where they are, and are held by reference until the peer is known to have
 * them. Below 8 KiB a copy is cheaper than one more piece for the socket to write (protocol.md C). A view of less than
 * half of its memory is copied: otherwise whoever never acknowledges would have us hold, for each 8 KiB that count
 * against replayBytes, whatever they were cut from.
 */
export function staysInPlace(bytes: Uint8Array): boolean {
  return bytes.length >= LARGE_PAYLOAD && 2 * bytes.length >= bytes.buffer.byteLength;
}

/** How many of these bytes are copied into the message. */
export function copiedLength(bytes: Uint8Array): number {
  return staysInPlace(bytes) ? 0 : bytes.length;
}

const LARGE_PAYLOAD = 8 * 1024;
