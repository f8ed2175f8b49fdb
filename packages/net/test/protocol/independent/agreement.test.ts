// The decoder written from the document alone and the one of src agree: on every vector, on random frames, and on
// bytes that are nearly frames. Agreeing on a refusal means the same code.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../../src/protocol/frame/batch.js";
import type { Frame } from "../../../src/protocol/frame/frame.js";
import { ProtocolError } from "../../../src/protocol/protocol-error.js";
import { anyFrame } from "../any-frame.js";
import { messageOf, type Sequence } from "../sequence-player.js";
import { bytesOf, type Vector, vectorFiles } from "../vector-files.js";
import { decodeMessage, Refusal } from "./decoder.js";

const vectors = vectorFiles<{ vectors: Vector[] }>().flatMap(({ content }) => content.vectors);
const sequences = vectorFiles<{ sequences: Sequence[] }>("sequences/").flatMap(
  ({ content }) => content.sequences,
);

/** All frames of a message, or the code with which it is refused, in the words of the document. */
function theirs(bytes: Uint8Array): unknown {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

function ours(bytes: Uint8Array): unknown {
  const frames: Frame[] = [];
  try {
    readMessage(bytes, (frame) => {
      frames.push(frame);
      return "more";
    });
  } catch (error) {
    if (error instanceof ProtocolError) return error.codeName;
    throw error;
  }
  return frames;
}

function agree(bytes: Uint8Array): void {
  expect(theirs(bytes)).toEqual(ours(bytes));
}

describe("a decoder written from docs/protocol.md alone", () => {
  for (const { name, hex, error, skipped } of vectors) {
    it(`agrees on the vector: ${name}`, () => {
      const read = theirs(bytesOf(hex));
      expect(read).toEqual(ours(bytesOf(hex)));
      if (error !== undefined) expect(read).toBe(error);
      else expect(read).toHaveLength(skipped === true ? 0 : 1);
    });
  }

  it("agrees on every message of the sequences", () => {
    const messages = sequences.flatMap(({ rows }) => rows.flatMap((row) => ("hex" in row ? [row.hex] : [])));
    expect(messages.length).toBeGreaterThan(50);
    for (const hex of messages) expect(theirs(bytesOf(hex))).toEqual(ours(bytesOf(hex)));
  });

  it("agrees on random messages of many frames", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), (frames) => {
        const message = messageOf(frames);
        expect(theirs(message)).toEqual(frames);
        expect(ours(message)).toEqual(frames);
      }),
      { numRuns: 500 },
    );
  });

  it("agrees on vectors in which some bytes are others, more or fewer", () => {
    const change = fc.record({
      at: fc.nat(),
      remove: fc.integer({ min: 0, max: 2 }),
      insert: fc.uint8Array({ maxLength: 2 }),
    });
    const changed = fc
      .tuple(fc.constantFrom(...vectors), fc.array(change, { minLength: 1, maxLength: 3 }))
      .map(([{ hex }, changes]) => {
        const bytes = [...bytesOf(hex)];
        for (const { at, remove, insert } of changes)
          bytes.splice(at % (bytes.length + 1), remove, ...insert);
        return new Uint8Array(bytes);
      });
    fc.assert(fc.property(changed, agree), { numRuns: 5_000 });
  });

  it("agrees on random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), agree), { numRuns: 5_000 });
  });
});
