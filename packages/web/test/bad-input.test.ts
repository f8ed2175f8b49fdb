// What is refused at the call, by name; and what only Node can do to a byte stream.

import { of, range } from "@sluice/core";
import {
  fromBody,
  fromByteStream,
  throughTransform,
  toBody,
  toByteStream,
  toTransformStream,
  toWebStream,
} from "@sluice/web";
import { describe, expect, it } from "vitest";

const stream = (): ReadableStream<Uint8Array> => new Blob(["x"]).stream();
const flow = of(new Uint8Array(1));

describe("wrong arguments are refused at the call", () => {
  const table: readonly (readonly [title: string, call: () => unknown, message: string])[] = [
    [
      "no stream",
      () => fromByteStream({} as never),
      "Cannot make a flow of <object>: fromByteStream takes a Readable",
    ],
    ["no options", () => fromByteStream(stream(), 5 as never), "Cannot give fromByteStream the options 5"],
    [
      "chunkBytes",
      () => fromByteStream(stream(), { chunkBytes: 0 }),
      "Cannot give fromByteStream the chunkBytes 0",
    ],
    ["no flow", () => toByteStream([] as never), "Cannot apply toByteStream to <object>"],
    ["prefetch", () => toByteStream(flow, { prefetch: 1.5 }), "the capacity 1.5"],
    [
      "giveAway",
      () => toByteStream(flow, { giveAway: 1 as never }),
      "Cannot give toByteStream the giveAway 1",
    ],
    [
      "signal",
      () => toByteStream(flow, { signal: {} as never }),
      "Cannot give toByteStream the signal <object>",
    ],
    [
      "no pair",
      () => throughTransform({} as never),
      "Cannot send a flow through <object>: throughTransform takes {",
    ],
    [
      "half a pair",
      () => throughTransform({ readable: stream() } as never),
      "Cannot send a flow through <object>",
    ],
    ["prefetch of a pair", () => throughTransform(new TransformStream(), { prefetch: 0 }), "the prefetch 0"],
    [
      "no operator",
      () => toTransformStream(5 as never),
      "Cannot toTransformStream with 5: it takes a function",
    ],
    ["no body", () => fromBody("text" as never), 'Cannot read the body of "text": fromBody takes a Response'],
    ["maxBytes", () => fromBody(new Blob([]), { maxBytes: -1 }), "Cannot give fromBody the maxBytes -1"],
    ["no flow for a body", () => toBody(undefined as never), "Cannot apply toBody to undefined"],
    ["options of a body", () => toBody(flow, 5 as never), "Cannot give toBody the options 5"],
    [
      "signal of a body",
      () => toBody(flow, { signal: 5 as never }),
      "the signal 5: it must be an AbortSignal",
    ],
    ["no flow for a stream", () => toWebStream(5 as never), "Cannot toWebStream 5: it takes a Flow"],
  ];
  for (const [title, call, message] of table) {
    it(title, () => {
      let thrown: unknown;
      try {
        call();
      } catch (error) {
        thrown = error;
      }
      expect(String(thrown)).toContain(message);
    });
  }

  it("a function that makes no pair is told to the subscriber", async () => {
    const wrong = range(0, 3).pipe(throughTransform(() => 5 as never));
    await expect(wrong.toArray()).rejects.toThrow("Cannot send a flow through 5");
  });
});

describe("toByteStream", () => {
  it("leaves the memory alone that small Buffers of Node share, also when chunks are given away", async () => {
    const shared = Buffer.from("shared").buffer;
    const { byteLength } = shared; // 8 KiB in Node 20, 64 in Node 24
    const chunks = [Buffer.from("abc"), Buffer.from("def")];
    for (const giveAway of [false, true]) {
      const text = await new Response(toByteStream(of(...chunks), { giveAway })).text();
      expect(text).toBe("abcdef");
    }
    expect([String(chunks[0]), shared.byteLength, String(Buffer.from("next"))]).toEqual([
      "abc",
      byteLength,
      "next",
    ]);
  });
});
