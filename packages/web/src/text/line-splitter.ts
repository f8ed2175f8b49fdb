// Text to lines. Only "\n" ends a line, with or without a "\r" before it, so a chunk that ends between the two needs
// no care. What is kept of a line that has not ended is searched once: the next "\n" is looked for in the new text only.

import { concat, fail, type FlowInput } from "@sluice/core";
import { checkCapacity } from "@sluice/core/kit";
import { MalformedInputError } from "./malformed-input-error.js";
import type { ChunkParser } from "./parse-with.js";
import { type DecodeOptions, decodingBy, type TextDecoding } from "./text-decoding.js";

/** How text is cut into lines. */
export interface LineOptions extends DecodeOptions {
  /** The longest line, without its end, in characters of JavaScript; default 1,048,576. */
  readonly maxLength?: number | undefined;
}

/** Hears of a line that is too long, which then counts as an empty one; or else it is the end of the flow. */
export type TooLong = (error: MalformedInputError) => void;

/** Checks the options at the call, and answers with what makes a splitter for each subscriber. */
export function splitterBy(
  place: string,
  options: LineOptions | undefined,
): (skip?: TooLong) => LineSplitter {
  const decoding = decodingBy(place, options);
  const maxLength = checkCapacity(place, options?.maxLength ?? 2 ** 20, 1, "maxLength");
  return (skip) => new LineSplitter(decoding(), maxLength, skip);
}

/** Holds one line that has not ended: at most `maxLength` characters, and a "\r" that may turn out to end it. */
export class LineSplitter implements ChunkParser<string | Uint8Array, string> {
  private readonly decoding: TextDecoding;
  private readonly maxLength: number;
  private readonly skip: TooLong | undefined;
  private rest = "";
  /** The line under way is too long, and was told of: the rest of it is passed over. */
  private isSkipping = false;
  /** Ended so far. */
  private lines = 0;

  constructor(decoding: TextDecoding, maxLength: number, skip: TooLong | undefined) {
    this.decoding = decoding;
    this.maxLength = maxLength;
    this.skip = skip;
  }

  push(chunk: string | Uint8Array): FlowInput<string> {
    return this.split(this.decoding.textOf(chunk));
  }

  end(): FlowInput<string> {
    const last = this.decoding.rest();
    if (this.rest === "" && last === "" && !this.isSkipping) return [];
    return this.split(`${last}\n`); // as if it had ended
  }

  private split(text: string): FlowInput<string> {
    const found: string[] = [];
    let start = 0;
    try {
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
        const line = this.rest === "" ? text.slice(start, end) : this.rest + text.slice(start, end);
        this.rest = "";
        start = end + 1;
        found.push(this.whole(line.endsWith("\r") ? line.slice(0, -1) : line));
      }
      if (this.isSkipping) return found;
      this.rest += text.slice(start);
      if (this.rest.length > this.maxLength + 1) this.refuse(this.rest);
    } catch (error) {
      return concat([found, fail(error)]);
    }
    return found;
  }

  private whole(line: string): string {
    if (!this.isSkipping && line.length > this.maxLength) this.refuse(line);
    this.lines++;
    if (!this.isSkipping) return line;
    this.isSkipping = false;
    return "";
  }

  private refuse(line: string): void {
    const { maxLength } = this;
    const error = new MalformedInputError(
      "LINE_TOO_LONG",
      `Cannot read the line ${this.lines + 1}: it is longer than the maxLength of ${maxLength} characters; raise that if such lines are meant to come`,
      this.lines + 1,
      maxLength + 1,
      line.slice(0, maxLength + 1),
    );
    if (this.skip === undefined) throw error;
    this.rest = "";
    this.isSkipping = true;
    this.skip(error);
  }
}
