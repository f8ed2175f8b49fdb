// Items as columns (columnar-layout.ts): looks at the values of a column once to find what they have in common, and
// writes them by it.

import { varintLength, writeVarint } from "../protocol/byte/varint.js";
import {
  BOOLEANS,
  CHOICES,
  FLOATS,
  GAPS,
  HERE,
  INTS,
  LISTS,
  MAX_COLUMN_DEPTH,
  NULL,
  NULLS,
  RECORDS,
  rowLimit,
  TEXTS,
  UNDEFINED,
  UNDEFINEDS,
  VALUES,
} from "./columnar-layout.js";
import { writeTexts } from "./columnar-texts.js";
import { choicesOf } from "./choices.js";
import { GrowingBytes } from "./growing-bytes.js";
import { MAX_COLLECTION } from "./msgpack-walk.js";
import { isRememberable } from "./record-shapes.js";

type Column = readonly unknown[];

/** Encodes one batch at a time. */
export class ColumnarWriter {
  private readonly out = new GrowingBytes();
  private readonly encodeValues: (values: Column) => Uint8Array;
  private rows = 0;
  private isBusy = false;

  /** `encodeValues`: for what is no column; throws for what cannot be sent. */
  constructor(encodeValues: (values: Column) => Uint8Array) {
    this.encodeValues = encodeValues;
  }

  batch(items: Column): Uint8Array {
    // A getter of an item may send something itself.
    if (this.isBusy) return new ColumnarWriter(this.encodeValues).batch(items);
    const { out } = this;
    this.isBusy = true;
    this.rows = 0;
    out.begin();
    try {
      this.column(items, 0);
      if (this.rows > rowLimit(out.length, items.length)) {
        // Nearly all of it takes no bytes: more than a receiver lets in.
        out.drop();
        this.values(items);
      }
      return out.take();
    } catch (error) {
      out.drop();
      throw error;
    } finally {
      this.isBusy = false;
    }
  }

  private column(values: Column, depth: number): void {
    this.rows += values.length;
    if (!this.isAlike(values, depth) && !this.hasGaps(values, depth)) this.values(values);
  }

  /** Writes a column whose values are all of one kind; writes nothing of another one. */
  private isAlike(values: Column, depth: number): boolean {
    const first = values[0];
    if (typeof first === "number") return this.numbers(values);
    if (typeof first === "string") return this.texts(values);
    if (typeof first === "boolean") return this.booleans(values);
    if (first === null || first === undefined) return this.nothings(values, first);
    if (typeof first !== "object" || depth >= MAX_COLUMN_DEPTH) return false;
    return Array.isArray(first) ? this.lists(values, depth) : this.records(values, first, depth);
  }

  private numbers(values: Column): boolean {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let areInts = true;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (typeof value !== "number") return false;
      if (!Number.isSafeInteger(value) || (value === 0 && 1 / value < 0)) areInts = false;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (areInts && most - least <= 0xffff_ffff) this.ints(values as readonly number[], least, most - least);
    else this.floats(values as readonly number[]);
    return true;
  }

  private ints(values: readonly number[], least: number, span: number): void {
    const width = span === 0 ? 0 : widthOf(span);
    const { out } = this;
    out.reserve(10 + values.length * width);
    const { bytes, view } = out;
    bytes[out.at] = INTS;
    view.setFloat64(out.at + 1, least, true);
    bytes[out.at + 9] = width;
    out.at += 10;
    if (width > 0) this.numbersOf(values, width, least);
  }

  /** Each value as so many bytes; room for them must be there. */
  private numbersOf(values: ArrayLike<number>, width: number, least: number): void {
    const { out } = this;
    const { bytes, view, at } = out;
    const { length } = values;
    if (width === 1) for (let i = 0; i < length; i += 1) bytes[at + i] = (values[i] as number) - least;
    else if (width === 2)
      for (let i = 0; i < length; i += 1) view.setUint16(at + 2 * i, (values[i] as number) - least, true);
    else for (let i = 0; i < length; i += 1) view.setUint32(at + 4 * i, (values[i] as number) - least, true);
    out.at = at + length * width;
  }

  private floats(values: readonly number[]): void {
    const { out } = this;
    this.kind(FLOATS, 8 * values.length);
    const { view } = out;
    let { at } = out;
    for (let i = 0; i < values.length; i += 1) {
      view.setFloat64(at, values[i] as number, true);
      at += 8;
    }
    out.at = at;
  }

  private texts(values: Column): boolean {
    const { out } = this;
    const choices = choicesOf(values);
    if (choices === undefined) {
      for (let i = 0; i < values.length; i += 1) if (typeof values[i] !== "string") return false;
      this.kind(TEXTS, 0);
      writeTexts(out, values as readonly string[]);
      return true;
    }
    const { texts, which } = choices;
    this.rows += texts.length;
    this.kind(CHOICES, 0);
    this.varint(texts.length);
    writeTexts(out, texts);
    const width = texts.length <= 0x100 ? 1 : 2;
    out.reserve(1 + which.length * width);
    out.bytes[out.at++] = width;
    this.numbersOf(which, width, 0);
    return true;
  }

  private booleans(values: Column): boolean {
    for (const value of values) if (typeof value !== "boolean") return false;
    const { out } = this;
    this.kind(BOOLEANS, values.length);
    for (const value of values) out.bytes[out.at++] = value === true ? 1 : 0;
    return true;
  }

  private nothings(values: Column, first: null | undefined): boolean {
    for (const value of values) if (value !== first) return false;
    this.kind(first === null ? NULLS : UNDEFINEDS, 0);
    return true;
  }

  private lists(values: Column, depth: number): boolean {
    let longest = 0;
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) {
      const list = values[i];
      if (!Array.isArray(list)) return false;
      sum += list.length;
      if (list.length > longest) longest = list.length;
    }
    if (longest > MAX_COLLECTION) return false;
    const lengths = new Int32Array(values.length);
    const elements = new Array<unknown>(sum);
    let next = 0;
    for (let row = 0; row < values.length; row += 1) {
      const list = values[row] as Column;
      lengths[row] = list.length;
      for (let i = 0; i < list.length; i += 1) elements[next++] = list[i];
    }
    const { out } = this;
    const width = widthOf(longest);
    this.kind(LISTS, 1 + lengths.length * width);
    out.bytes[out.at++] = width;
    this.numbersOf(lengths, width, 0);
    if (sum > 0) this.column(elements, depth + 1);
    return true;
  }

  private records(values: Column, first: object, depth: number): boolean {
    const keys = Object.keys(first);
    if (keys.length === 0 || !isRememberable(keys) || keys.includes("__proto__")) return false;
    const columns = columnsOf(values, keys);
    if (columns === undefined) return false;
    this.kind(RECORDS, 3);
    this.keys(keys);
    for (const column of columns) this.column(column, depth + 1);
    return true;
  }

  private keys(keys: readonly string[]): void {
    const encoded = this.encodeValues(keys);
    const { out } = this;
    out.reserve(encoded.length);
    out.bytes.set(encoded, out.at);
    out.at += encoded.length;
  }

  /** Some are null or undefined, and the others alike, or at least together. */
  private hasGaps(values: Column, depth: number): boolean {
    if (depth >= MAX_COLUMN_DEPTH) return false;
    const here: unknown[] = [];
    for (const value of values) if (value !== null && value !== undefined) here.push(value);
    if (here.length === values.length) return false;
    const { out } = this;
    this.kind(GAPS, values.length);
    for (const value of values) {
      out.bytes[out.at++] = value === null ? NULL : value === undefined ? UNDEFINED : HERE;
    }
    if (here.length > 0) this.column(here, depth + 1);
    return true;
  }

  private values(values: Column): void {
    const encoded = this.encodeValues(values);
    const { out } = this;
    this.kind(VALUES, 8 + encoded.length);
    this.varint(encoded.length);
    out.bytes.set(encoded, out.at);
    out.at += encoded.length;
  }

  private kind(kind: number, more: number): void {
    const { out } = this;
    out.reserve(1 + more);
    out.bytes[out.at++] = kind;
  }

  private varint(value: number): void {
    const { out } = this;
    out.reserve(varintLength(value));
    out.at = writeVarint(out.bytes, out.at, value);
  }
}

/** The values of each key; undefined unless all are plain objects with just these keys in this order. */
function columnsOf(values: Column, keys: readonly string[]): unknown[][] | undefined {
  const { length } = values;
  const columns = keys.map(() => new Array<unknown>(length));
  for (let row = 0; row < length; row += 1) {
    const object = values[row] as Readonly<Record<string, unknown>> | null | undefined;
    if (typeof object !== "object" || object === null || object.constructor !== Object) return undefined;
    let count = 0;
    for (const key in object) {
      if (key !== keys[count] || !hasOwn.call(object, key)) return undefined;
      (columns[count] as unknown[])[row] = object[key];
      count += 1;
    }
    if (count !== keys.length) return undefined;
  }
  return columns;
}

/** Bytes of numbers up to `most`. */
function widthOf(most: number): 1 | 2 | 4 {
  return most < 0x100 ? 1 : most < 0x1_0000 ? 2 : 4;
}

const hasOwn = Object.prototype.hasOwnProperty;
