// Bytes as they are: no encoding, and what arrives is a view of the received message.

import type { ItemCodec } from "./codec.js";
import { PayloadError } from "./payload-error.js";

/**
 * The codec of items that are bytes already. A sent item of 8 KiB or more is not copied, so it must not be changed
 * afterwards; a received one is a view: whoever keeps it keeps its message, of 128 KiB at most or the item itself.
 */
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
