// Turns the bytes of one JSON array into its records, as many bytes at a time as the caller has use for.
// Knows no file and no stream: bytes in, records out, a broken record by its number and position.

import { JSONParser, TokenType } from "@streamparser/json";

/**
 * The bytes are not a JSON array of such records. `offset` counts bytes from the start of the input, so
 * that whoever owns the bytes can show the text around it.
 */
export class BrokenRecordError extends Error {
  override readonly name = "BrokenRecordError";
  /** Which record, counted from 1. */
  readonly record: number;
  /** Byte at which reading failed. */
  readonly offset: number;
  /** Whether the input ended too early, as against saying something wrong. */
  readonly cutShort: boolean;

  constructor(message: string, where: { record: number; offset: number; cutShort: boolean }) {
    super(message);
    this.record = where.record;
    this.offset = where.offset;
    this.cutShort = where.cutShort;
  }
}

/**
 * A parser of one array, fed from outside.
 *
 * *Buffers:* the unfinished record only, at most {@link MAX_RECORD_BYTES} of it, and what one `push` returns.
 * *Errors:* `BrokenRecordError` at the record that is broken, after all before it have been returned.
 */
export class RecordParser<T> {
  private readonly parser: JSONParser = new JSONParser({ paths: ["$.*"], keepStack: false });
  private readonly read: (value: unknown) => T;
  private found: T[] = [];
  private failure: BrokenRecordError | undefined;
  private records = 0;
  private bytes = 0;
  private tokenOffset = 0;
  private recordEnd = 0;
  private opened = false;

  /** @param read makes a record of a parsed value, or throws an Error whose message says what is wrong. */
  constructor(read: (value: unknown) => T) {
    this.read = read;
    this.parser.onToken = ({ token, value, offset }) => {
      this.tokenOffset = offset;
      if (!this.opened && token !== TokenType.LEFT_BRACKET) {
        throw new Error(`expected "[" that opens the array of records, got ${JSON.stringify(value)}`);
      }
      this.opened = true;
    };
    this.parser.onValue = ({ value }) => this.onValue(value);
  }

  /** Takes the next bytes and returns the records which they complete, in order. */
  push(bytes: Uint8Array): readonly T[] {
    if (this.failure !== undefined) throw this.failure;
    this.found = [];
    try {
      this.parser.write(bytes);
    } catch (error) {
      this.fail(error as Error);
    }
    this.bytes += bytes.length;
    if (this.bytes - this.recordEnd > MAX_RECORD_BYTES) {
      this.fail(new Error(`no record ends within ${MAX_RECORD_BYTES} bytes`), this.recordEnd);
    }
    // What was whole before the break still counts; the break is told at the next call.
    if (this.found.length === 0 && this.failure !== undefined) throw this.failure;
    return this.found;
  }

  /** Says that no bytes follow. Throws when the array is not closed. */
  end(): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.parser.isEnded) return;
    const where = { record: this.records + 1, offset: this.bytes, cutShort: true };
    throw new BrokenRecordError(`the array is not closed after ${this.bytes} bytes`, where);
  }

  private onValue(value: unknown): void {
    if (this.failure !== undefined) return;
    try {
      this.found.push(this.read(value));
      this.records++;
      this.recordEnd = this.tokenOffset;
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error, offset: number = offsetIn(error.message) ?? this.tokenOffset): void {
    const where = { record: this.records + 1, offset, cutShort: false };
    this.failure ??= new BrokenRecordError(withoutInnards(error.message), where);
  }
}

/** Longest record that is waited for, in bytes. A flight has about 50; a file without ends must not fill memory. */
export const MAX_RECORD_BYTES = 65_536;

/** The tokenizer tells where it stumbled only in its message. */
function offsetIn(message: string): number | undefined {
  const match = /absolute position "(\d+)"/.exec(message);
  return match === null ? undefined : Number(match[1]);
}

/** Leaves the parser's own state names out of what a user reads. */
function withoutInnards(message: string): string {
  const text = message
    .replace(/ at chunk position .*$/, "")
    .replace(/ in state .*$/, "")
    .replace(/ [A-Z_]+ \((.*)\)$/, " $1");
  return text.charAt(0).toLowerCase() + text.slice(1);
}
