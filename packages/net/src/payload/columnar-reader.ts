// Columns back to items (columnar-layout.ts). Every length is held against the bytes that are left, and every row
// against what the payload may become, before anything is made for it.

import { invalidPayload } from "./payload-error.js";
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
import { Reader } from "../protocol/byte/reader.js";
import { MAX_COLLECTION } from "./msgpack-walk.js";
import { RecordCache } from "./record-cache.js";
import { ShortTexts } from "./short-texts.js";

type Column = ArrayLike<unknown>;

/** Decodes one batch at a time. */
export class ColumnarReader {
  private readonly decodeValues: (payload: Uint8Array, count: number) => unknown[];
  private readonly cache = new RecordCache();
  private readonly known = new ShortTexts();
  private bytes: Uint8Array = NOTHING;
  private view: DataView = new DataView(NOTHING.buffer);
  private at = 0;
  private rowsLeft = 0;

  /** `decodeValues`: for what is no column. */
  constructor(decodeValues: (payload: Uint8Array, count: number) => unknown[]) {
    this.decodeValues = decodeValues;
  }

  /** The items. Throws a PayloadError. */
  batch(bytes: Uint8Array, count: number): unknown[] {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.rowsLeft = rowLimit(bytes.length, count);
    try {
      const items = this.column(count, 0);
      if (this.at !== bytes.length) throw invalid(`${bytes.length - this.at} bytes follow its last column`);
      return Array.isArray(items) ? items : Array.from(items);
    } finally {
      this.bytes = NOTHING;
    }
  }

  private column(rows: number, depth: number): Column {
    if (depth > MAX_COLUMN_DEPTH) throw invalid(`its columns nest deeper than ${MAX_COLUMN_DEPTH} levels`);
    this.spend(rows);
    const kind = this.bytes[this.skip(1)];
    switch (kind) {
      case VALUES:
        return this.values(rows);
      case RECORDS:
        return this.records(rows, depth);
      case FLOATS:
        return this.floats(rows);
      case INTS:
        return this.ints(rows);
      case TEXTS:
        return this.texts(rows);
      case CHOICES:
        return this.choices(rows);
      case BOOLEANS:
        return this.booleans(rows);
      case NULLS:
        return new Array<null>(rows).fill(null);
      case UNDEFINEDS:
        return new Array<undefined>(rows).fill(undefined);
      case LISTS:
        return this.lists(rows, depth);
      case GAPS:
        return this.gaps(rows, depth);
      default:
        throw invalid(`it has a column of the kind ${kind}, of which there are 0 to ${GAPS}`);
    }
  }

  private values(rows: number): unknown[] {
    const length = this.varint();
    const start = this.skip(length);
    return this.decodeValues(this.bytes.subarray(start, this.at), rows);
  }

  private records(rows: number, depth: number): object[] {
    const shape = this.cache.read(this.bytes, this.at);
    if (shape === undefined) throw invalid("it has a column of objects whose keys are none");
    this.at = this.cache.end;
    const columns: Column[] = [];
    for (let i = 0; i < shape.keys.length; i += 1) columns.push(this.column(rows, depth + 1));
    return shape.makeAll(columns, rows);
  }

  private floats(rows: number): Float64Array {
    let at = this.skip(8 * rows);
    const { view } = this;
    const column = new Float64Array(rows);
    for (let i = 0; i < rows; i += 1) {
      column[i] = view.getFloat64(at, true);
      at += 8;
    }
    return column;
  }

  private ints(rows: number): Int32Array | Float64Array {
    const head = this.skip(9);
    const least = this.view.getFloat64(head, true);
    const width = this.bytes[head + 8] as number;
    if (!Number.isSafeInteger(least)) throw invalid(`it has a column of integers from ${least} on`);
    if (width !== 0) checkWidth(width);
    const isSmall = least >= -0x8000_0000 && least + 2 ** (8 * width) <= 0x8000_0000;
    const column = isSmall ? new Int32Array(rows) : new Float64Array(rows);
    if (width === 0) column.fill(least);
    else this.numbers(column, rows, width, least);
    return column;
  }

  private numbers(
    column: Int32Array | Uint32Array | Float64Array,
    rows: number,
    width: number,
    least: number,
  ): void {
    const at = this.skip(rows * width);
    const { bytes, view } = this;
    if (width === 1) for (let i = 0; i < rows; i += 1) column[i] = least + (bytes[at + i] as number);
    else if (width === 2)
      for (let i = 0; i < rows; i += 1) column[i] = least + view.getUint16(at + 2 * i, true);
    else for (let i = 0; i < rows; i += 1) column[i] = least + view.getUint32(at + 4 * i, true);
  }

  /** A column of numbers that says its width itself. */
  private lengths(rows: number): Uint32Array {
    const width = this.bytes[this.skip(1)] as number;
    checkWidth(width);
    const column = new Uint32Array(this.checked(rows, width));
    this.numbers(column, rows, width, 0);
    return column;
  }

  private texts(rows: number): string[] {
    const lengths = this.lengths(rows);
    const { bytes, view } = this;
    const column: string[] = [];
    for (let i = 0; i < rows; i += 1) {
      const length = lengths[i] as number;
      const start = this.skip(length);
      column.push(this.text(bytes, view, start, length));
    }
    return column;
  }

  private text(bytes: Uint8Array, view: DataView, start: number, length: number): string {
    try {
      return this.known.text(bytes, view, start, length);
    } catch (error) {
      throw invalid("it has a text that is no UTF-8", { cause: error });
    }
  }

  private choices(rows: number): string[] {
    const count = this.varint();
    this.spend(count);
    const texts = this.texts(count);
    const which = this.lengths(rows);
    const column = new Array<string>(rows);
    for (let i = 0; i < rows; i += 1) {
      const number = which[i] as number;
      if (number >= count) throw invalid(`it chooses the text ${number} of ${count}`);
      column[i] = texts[number] as string;
    }
    return column;
  }

  private booleans(rows: number): boolean[] {
    const start = this.skip(rows);
    const column: boolean[] = [];
    for (let i = 0; i < rows; i += 1) {
      const value = this.bytes[start + i] as number;
      if (value > 1) throw invalid(`it has a boolean that is ${value}`);
      column.push(value === 1);
    }
    return column;
  }

  private lists(rows: number, depth: number): unknown[][] {
    const lengths = this.lengths(rows);
    let sum = 0;
    for (let i = 0; i < rows; i += 1) {
      const length = lengths[i] as number;
      if (length > MAX_COLLECTION) {
        throw invalid(`it has a collection of ${length} elements, more than ${MAX_COLLECTION}`);
      }
      sum += length;
    }
    const elements = sum === 0 ? [] : this.column(sum, depth + 1);
    const column = new Array<unknown[]>(rows);
    let at = 0;
    for (let i = 0; i < rows; i += 1) {
      const length = lengths[i] as number;
      column[i] = listOf(elements, at, length);
      at += length;
    }
    return column;
  }

  private gaps(rows: number, depth: number): unknown[] {
    const start = this.skip(rows);
    const { bytes } = this;
    let count = 0;
    for (let i = 0; i < rows; i += 1) {
      const mark = bytes[start + i] as number;
      if (mark === HERE) count += 1;
      else if (mark > UNDEFINED) throw invalid(`it has a gap of the kind ${mark}`);
    }
    const values = count === 0 ? [] : this.column(count, depth + 1);
    const column: unknown[] = [];
    let next = 0;
    for (let i = 0; i < rows; i += 1) {
      const mark = bytes[start + i];
      if (mark === HERE) column.push(values[next++]);
      else column.push(mark === NULL ? null : undefined);
    }
    return column;
  }

  private spend(rows: number): void {
    this.rowsLeft -= rows;
    if (this.rowsLeft >= 0) return;
    const most = `4 x ${this.bytes.length} bytes and 16 for each item`;
    throw invalid(`its columns have more rows than it may have: ${most}`);
  }

  private varint(): number {
    const reader = new Reader(this.bytes);
    reader.at = this.at;
    let value: number;
    try {
      value = reader.varint("length");
    } catch (error) {
      throw invalid("it has a length that is none", { cause: error });
    }
    this.at = reader.at;
    return value;
  }

  /** Passes over so many bytes, which are there; answers where they begin. */
  private skip(length: number): number {
    const { at } = this;
    if (length > this.bytes.length - at) throw invalid("it ends in the middle of a column");
    this.at = at + length;
    return at;
  }

  /** `rows`, for which the bytes are there. */
  private checked(rows: number, width: number): number {
    if (rows * width > this.bytes.length - this.at) throw invalid("it ends in the middle of a column");
    return rows;
  }
}

/** Short ones written out, so that they are as long as they must be. */
function listOf(elements: Column, at: number, length: number): unknown[] {
  switch (length) {
    case 0:
      return [];
    case 1:
      return [elements[at]];
    case 2:
      return [elements[at], elements[at + 1]];
    case 3:
      return [elements[at], elements[at + 1], elements[at + 2]];
  }
  const list = new Array<unknown>(length);
  for (let i = 0; i < length; i += 1) list[i] = elements[at + i];
  return list;
}

function checkWidth(width: number): void {
  if (width !== 1 && width !== 2 && width !== 4) {
    throw invalid(`it has numbers of ${width} bytes, wanted 1, 2 or 4`);
  }
}

function invalid(complaint: string, options?: ErrorOptions): Error {
  return invalidPayload("columnar", complaint, options);
}

const NOTHING: Uint8Array = new Uint8Array(0);
