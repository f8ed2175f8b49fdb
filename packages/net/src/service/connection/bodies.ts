// Items and the two bodies of an ITEMS frame: which one a codec fills.

import type { Codec } from "../../payload/codec.js";
import { codecNamed, codecNames } from "../../payload/codecs.js";
import { invalidPayload } from "../../payload/payload-error.js";
import type { SendResult, SessionApi, SessionEvent } from "../../protocol/session/session-api.js";

/** What arrived: one body for many items, or each its own. */
export type ItemsEvent = Extract<SessionEvent, { kind: "batch" | "items" }>;

/** What is about to be sent, encoded. */
export type EncodedItems = Uint8Array | readonly Uint8Array[];

/** The codec of a route; throws a `TypeError` for one that does not exist. */
export function codecOf(method: string, route: { readonly codec: string }): Codec {
  const codec = codecNamed(route.codec);
  if (codec !== undefined) return codec;
  throw new TypeError(
    `Cannot use the codec ${JSON.stringify(route.codec)} of ${method}: wanted ${codecNames.join(", ")}`,
  );
}

/** Encodes items as the codec's kind of body. Throws a PayloadError. */
export function encodeItems(codec: Codec, items: readonly unknown[]): EncodedItems {
  return codec.kind === "batch" ? codec.encode(items) : items.map((item) => codec.encode(item));
}

/** Encoded bytes without what the session adds. */
export function encodedLength(encoded: EncodedItems): number {
  if (encoded instanceof Uint8Array) return encoded.byteLength;
  return encoded.reduce((sum, item) => sum + item.byteLength, 0);
}

/** Hands encoded items to the session of a connection. */
export function sendEncoded(
  connection: Sending,
  id: number,
  count: number,
  encoded: EncodedItems,
): SendResult {
  const { session } = connection;
  if (encoded instanceof Uint8Array) return session.sendBatch(id, count, encoded);
  const [first] = encoded;
  const moves = count === 1 && first !== undefined && connection.moves(first);
  return session.sendItems(id, encoded, moves);
}

/** What it needs of a connection. */
interface Sending {
  readonly session: SessionApi;
  /** Whether the memory of this item moves to the peer. */
  moves(item: Uint8Array): boolean;
}

/** Decodes what arrived. Throws a PayloadError, also for a body that is not the codec's. */
export function decodeItems(codec: Codec, event: ItemsEvent): unknown[] {
  if (event.kind === "batch" && codec.kind === "batch") return codec.decode(event.payload, event.count);
  if (event.kind === "items" && codec.kind === "items") return event.items.map((item) => codec.decode(item));
  throw invalidPayload(codec.name, `the peer sent a body of kind "${event.kind}"`);
}

/** Bytes that arrived, without what the session adds. */
export function payloadLength(event: ItemsEvent): number {
  return encodedLength(event.kind === "batch" ? event.payload : event.items);
}

/** How many items arrived. */
export function itemCount(event: ItemsEvent): number {
  return event.kind === "batch" ? event.count : event.items.length;
}
