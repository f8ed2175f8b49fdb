// How values become bytes and back. A payload is opaque to the session: it sees bodies and counts. Each ITEMS
// frame decodes by itself (protocol.md Decided 6), so a codec keeps no state between two of them.

/** A codec that encodes many items as one body (ITEMS with a batch body). */
export interface BatchCodec {
  readonly kind: "batch";
  /** The name under which both sides agree on it in HELLO. */
  readonly name: string;
  /**
   * Throws a PayloadError that names the item and the field that cannot be encoded. What it returns is never written to
   * again: from 8 KiB up it is held, and not copied, until the peer is known to have it.
   */
  encode(items: readonly unknown[]): Uint8Array;
  /** Throws a PayloadError for bytes that are not exactly `count` items; of such bytes nothing is handed out. */
  decode(payload: Uint8Array, count: number): unknown[];
}

/** A codec that encodes each item on its own (ITEMS with a length table). */
export interface ItemCodec {
  readonly kind: "items";
  /** The name under which both sides agree on it in HELLO. */
  readonly name: string;
  /** Throws a PayloadError that names the field that cannot be encoded. What it returns is held, as above. */
  encode(item: unknown): Uint8Array;
  /** Throws a PayloadError for bytes that are no item. */
  decode(payload: Uint8Array): unknown;
}

/** Either kind; `kind` tells which body of ITEMS it fills. */
export type Codec = BatchCodec | ItemCodec;

/** Names of the codecs that exist, the preferred one first. */
export type CodecName = "msgpack" | "columnar" | "json" | "raw";
