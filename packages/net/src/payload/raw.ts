// Bytes as they are: no encoding, and what arrives is a view of the received message.

import type { ItemCodec } from "./codec.js";
import { PayloadError } from "./payload-error.js";

/** The codec of items that are bytes already. A received item is a view: whoever keeps it keeps its message. */
export const rawCodec: ItemCodec = {
  kind: "items",
  name: "raw",
  encode(item) {
    if (item instanceof Uint8Array) return item;
    const what = item === null ? "null" : typeof item;
    throw new PayloadError(
      "PAYLOAD_UNENCODABLE",
      `Cannot send ${what === "object" ? "an object" : what} as raw bytes: the item must be a Uint8Array; use the codec "msgpack" for values`,
    );
  },
  decode: (payload) => payload,
};
