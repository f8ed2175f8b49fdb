// Items that a source has delivered and that have not been sent: what was asked for one message. They are encoded
// when it is their turn, and again in halves when credit does not cover them all.

import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Codec } from "../../payload/codec.js";
import { type EncodedItems, encodeItems } from "../connection/bodies.js";
import { checkOutput } from "../contract/validate.js";

/** Encoded items, or the error of one that cannot be sent; then only what stood before it is left. */
export type Encoding =
  | { readonly kind: "encoded"; readonly encoded: EncodedItems }
  | { readonly kind: "bad item"; readonly error: unknown };

/** *Buffers:* what it is given; who asks the source bounds that (`BatchSize`). */
export class OutgoingItems {
  private readonly codec: Codec;
  private readonly schema: StandardSchemaV1 | undefined;
  private readonly method: string;
  private items: unknown[] = [];

  /** `schema`: checks each item before it is encoded; undefined checks none. */
  constructor(codec: Codec, schema: StandardSchemaV1 | undefined, method: string) {
    this.codec = codec;
    this.schema = schema;
    this.method = method;
  }

  get count(): number {
    return this.items.length;
  }

  push(item: unknown): void {
    this.items.push(item);
  }

  clear(): void {
    this.items = [];
  }

  /** Encodes the first `count`. After "bad item" fewer are left, perhaps none. */
  encode(count: number): Encoding {
    const items = count === this.items.length ? this.items : this.items.slice(0, count);
    try {
      return { kind: "encoded", encoded: this.encodeChecked(items) };
    } catch (error) {
      this.items = this.items.slice(0, this.firstBad(items));
      return { kind: "bad item", error };
    }
  }

  /** The first `count` have been sent. */
  sent(count: number): void {
    this.items = count === this.items.length ? [] : this.items.slice(count);
  }

  private encodeChecked(items: readonly unknown[]): EncodedItems {
    if (this.schema !== undefined) for (const item of items) checkOutput(this.schema, item, this.method);
    return encodeItems(this.codec, items);
  }

  /** One by one, the slow way, now that the stream ends anyway. */
  private firstBad(items: readonly unknown[]): number {
    for (let i = 0; i < items.length; i += 1) {
      try {
        this.encodeChecked([items[i]]);
      } catch {
        return i;
      }
    }
    return 0;
  }
}
