// Chunks of bytes to text, where a chunk may end within a character. What a chunk is, is asked here for all of them.

import { SluiceError } from "@sluice/core";
import { checkOptions } from "@sluice/core/kit";

/** How bytes become text. */
export interface DecodeOptions {
  /** A label of the Encoding Standard, such as `"utf-16le"` or `"windows-1252"`; default `"utf-8"`. */
  readonly encoding?: string | undefined;
  /** `true`: bytes that are no text fail the flow; default `false`: each becomes U+FFFD. */
  readonly fatal?: boolean | undefined;
}

/** Checks the options at the call, and answers with what makes a decoder for each subscriber. */
export function decodingBy(place: string, options: DecodeOptions | undefined): () => TextDecoding {
  checkOptions(place, options);
  const { encoding = "utf-8", fatal = false } = options ?? {};
  new TextDecoder(encoding, { fatal }); // throws a RangeError that names the encoding
  return () => new TextDecoding(place, new TextDecoder(encoding, { fatal }));
}

/** Holds the bytes of one character at most; a byte order mark at the beginning is left out. */
export class TextDecoding {
  private readonly place: string;
  private readonly decoder: TextDecoder;
  private chunks = 0;

  constructor(place: string, decoder: TextDecoder) {
    this.place = place;
    this.decoder = decoder;
  }

  /** A string is text already. */
  textOf(chunk: string | Uint8Array): string {
    this.chunks++;
    if (typeof chunk === "string") return chunk;
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot read the chunk ${this.chunks} of ${this.place}, a ${typeof chunk}: it must be a Uint8Array or a string`,
      );
    }
    return this.decode(chunk, true);
  }

  /** What is left of a character whose end did not come. */
  rest(): string {
    return this.decode(undefined, false);
  }

  private decode(chunk: Uint8Array | undefined, stream: boolean): string {
    try {
      return this.decoder.decode(chunk, { stream });
    } catch (thrown) {
      const where = chunk === undefined ? "the end" : `the chunk ${this.chunks}`;
      throw new SluiceError(
        "INVALID_TEXT",
        `Cannot decode ${where} as ${this.decoder.encoding}: it holds bytes that are no such text; name its encoding, or leave out fatal`,
        { cause: thrown },
      );
    }
  }
}
