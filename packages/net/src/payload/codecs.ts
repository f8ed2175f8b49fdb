// Which codecs this side speaks, the preferred one first.

import type { Codec } from "./codec.js";
import { columnarCodec } from "./columnar.js";
import { jsonCodec } from "./json.js";
import { msgpackCodec } from "./msgpack.js";
import { rawCodec } from "./raw.js";

/** Names as they stand in HELLO, the preferred one first. */
export const codecNames: readonly string[] = [
  msgpackCodec.name,
  columnarCodec.name,
  rawCodec.name,
  jsonCodec.name,
];

/** The codec of that name, or undefined. */
export function codecNamed(name: string): Codec | undefined {
  switch (name) {
    case "msgpack":
      return msgpackCodec;
    case "columnar":
      return columnarCodec;
    case "raw":
      return rawCodec;
    case "json":
      return jsonCodec;
    default:
      return undefined;
  }
}
