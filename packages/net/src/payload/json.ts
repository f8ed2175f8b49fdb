// JSON, for looking at what goes over the wire and for peers that have nothing else. Three times slower than
// msgpack (protocol.md, "Data path"); it has the same bounds.

import type { ItemCodec } from "./codec.js";
import { MAX_COLLECTION, MAX_DEPTH } from "./msgpack-walk.js";
import { invalidPayload } from "./payload-error.js";
import { describeUnencodable, unencodable } from "./unencodable.js";

/**
 * UTF-8 JSON, one text an item. *Errors:* what JSON would drop or change without a word (functions, symbols,
 * bigint, NaN, an item that is undefined, cycles) is refused by name.
 */
export const jsonCodec: ItemCodec = {
  kind: "items",
  name: "json",
  encode(item) {
    const complaint =
      item === undefined
        ? "the item itself is undefined"
        : describeUnencodable(item, refusedByJson, MAX_DEPTH);
    if (complaint !== undefined) throw unencodable("json", complaint);
    return encoder.encode(JSON.stringify(item));
  },
  decode(payload) {
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(payload));
    } catch (error) {
      throw invalidPayload("json", error instanceof Error ? error.message : "not JSON", { cause: error });
    }
    check(value, 0);
    return value;
  },
};

function refusedByJson(value: unknown): string | undefined {
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "bigint") return "a bigint";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return undefined;
}

/** The bounds of protocol.md G, on the value: JSON.parse itself neither recurses nor sets a prototype. */
function check(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= MAX_DEPTH) throw invalidPayload("json", `it nests deeper than ${MAX_DEPTH} levels`);
  if (Object.hasOwn(value, "__proto__")) throw invalidPayload("json", 'it has the key "__proto__"');
  const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (children.length > MAX_COLLECTION) {
    throw invalidPayload(
      "json",
      `it has a collection of ${children.length} elements, more than ${MAX_COLLECTION}`,
    );
  }
  for (const child of children) check(child, depth + 1);
}

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { fatal: true });
