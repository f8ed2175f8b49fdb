// The default codec: msgpack with msgpackr's records. The keys of equal-shaped objects stand once in each
// batch, which takes 48 bytes instead of 69 for a small item (protocol.md, "Data path"), and no batch depends on
// another one.
//
//   items ──► MsgpackWriter ──► bytes        plain objects, arrays, strings, numbers, booleans, null, undefined
//     └─ anything else ──► msgpackr ──► bytes
//   bytes ──► MsgpackReader ──► items        the same; it checks as it reads
//     └─ anything else ──► walk, which refuses what must not come ──► msgpackr ──► items

import { Packr, Unpackr } from "msgpackr";
import type { BatchCodec } from "./codec.js";
import { MsgpackReader } from "./msgpack-reader.js";
import { checkMsgpackBatch, MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";
import { MsgpackWriter } from "./msgpack-writer.js";
import { invalidPayload } from "./payload-error.js";
import { describeUnencodable, unencodable } from "./unencodable.js";

/**
 * msgpack by msgpackr: plain objects, arrays, strings, numbers, booleans, null, undefined, bigint up to 64 bits,
 * Date, Map, Set, bytes and typed arrays keep their type. *Errors:* anything else is refused by name when it is
 * sent or, at the latest, by the walk of the receiver.
 */
export const msgpackCodec: BatchCodec = {
  kind: "batch",
  name: "msgpack",
  encode(items) {
    try {
      return writer.batch(items) ?? packr.pack(items);
    } catch (error) {
      throw explain("msgpack", items, error);
    }
  },
  decode(payload, count) {
    const items = reader.batch(payload, count);
    if (items !== undefined) return items;
    checkMsgpackBatch(payload, count);
    try {
      return unpackr.unpack(payload) as unknown[];
    } catch (error) {
      throw invalidPayload("msgpack", "a value in it is not what its type says", { cause: error });
    }
  },
};

/** What msgpackr writes as nothing, or with an extension that the walk of the receiver refuses. */
export function refusedByMsgpack(value: unknown): string | undefined {
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (
    typeof value === "bigint" &&
    BigInt.asIntN(64, value) !== value &&
    BigInt.asUintN(64, value) !== value
  ) {
    return "a bigint beyond 64 bits";
  }
  if (value instanceof RegExp) return "a regular expression";
  if (value instanceof Error) return "an error";
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value) && value.length > MAX_COLLECTION) {
    return `an array of ${value.length} elements, more than ${MAX_COLLECTION}`;
  }
  return undefined;
}

/** The error of items that could not be encoded: which field it was, looked for now. */
export function explain(codec: string, items: readonly unknown[], cause: unknown): Error {
  for (const item of items) {
    const complaint = describeUnencodable(item, refusedByMsgpack, MAX_DEPTH);
    if (complaint !== undefined) return unencodable(codec, complaint, { cause });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return unencodable(codec, `the encoder stopped (${text})`, { cause });
}

// One of each for the process: they hold what they have learnt of shapes, and nothing of a batch once it is done.
const writer: MsgpackWriter = new MsgpackWriter();
const reader: MsgpackReader = new MsgpackReader();

const packr: Packr = new Packr({
  useRecords: true,
  moreTypes: true,
  // Left alone, msgpackr writes a function as undefined, and the receiver never learns of it.
  writeFunction: () => {
    throw new TypeError("a function");
  },
});

// Bytes inside an item are copied out, so that keeping a small one does not keep the whole message.
const unpackr: Unpackr = new Unpackr({ useRecords: true, copyBuffers: true });
