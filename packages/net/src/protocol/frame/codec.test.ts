import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../byte/reader.js";
import { Writer } from "../byte/writer.js";
import {
  AUTH_BYTES,
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  ERROR_DETAILS_BYTES,
  ERROR_MESSAGE_BYTES,
  ERROR_NAME_BYTES,
  HELLO_REQUIRED,
  HELLO_SETTINGS,
  METHOD_BYTES,
  REASON_BYTES,
  settingsOf,
} from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import { readMessage } from "./batch.js";
import { decodeFrame, encodeFrame } from "./codec.js";
import type { Frame } from "./frame.js";
import { beginFrame, ERROR, endFrame, FLAG_A, GOAWAY, HELLO, OPEN, RESUME_REJECT } from "./header.js";

const integer = fc.maxSafeNat();
const streamId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const failure = fc.record({
  code: fc.integer({ min: 1 }),
  name: text,
  message: text,
  notStarted: fc.boolean(),
  doNotRetry: fc.boolean(),
});
const sizes = fc.record({
  messageBytes: integer,
  itemBytes: integer,
  itemOverhead: integer,
  shareBytes: integer,
  metadataBytes: integer,
  peerStreams: integer,
  resumeMs: integer,
  replayBytes: integer,
});
const token = fc.uint8Array({ minLength: 16, maxLength: 64 });
const nothing = fc.constant(new Uint8Array(0));
const hello = {
  kind: fc.constant("hello" as const),
  major: fc.constant(1),
  minor: integer,
  codecs: fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 16 }),
  features: integer,
  epoch: integer,
};
const allSizes = fc.constant(settingsOf("server")).map(({ ownStreams: _, ...sizes }) => sizes);
const rank = {
  urgency: fc.integer({ min: 0, max: 7 }),
  criticality: fc.constantFrom("sheddable", "sheddablePlus", "critical", "criticalPlus"),
} as const;
const opaque = fc.uint8Array({ minLength: 8, maxLength: 8 });

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ ...hello, server: fc.constant(true), sizes, token: fc.oneof(token, nothing), auth: nothing }),
  fc.record({ ...hello, server: fc.constant(false), sizes: allSizes, token: nothing, auth: bytes }),
  fc.record({
    kind: fc.constant("open" as const),
    streamId,
    pipelined: fc.boolean(),
    interaction: fc.constantFrom("call" as const, "stream" as const, "channel" as const),
    ...rank,
    items: integer,
    bytes: integer,
    deadlineMs: fc.option(integer, { nil: undefined }),
    codec: integer,
    method: fc.string({ minLength: 1, maxLength: 60 }),
    metadata: bytes,
  }),
  fc.record({
    kind: fc.constant("items" as const),
    streamId,
    body: fc.constantFrom("items" as const, "batch" as const),
    count: fc.integer({ min: 1 }),
    payload: bytes,
  }),
  fc.record({
    kind: fc.constant("credit" as const),
    streams: fc.constant(7),
    entries: fc.array(fc.record({ streamId, items: integer, bytes: integer }), { maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant("complete" as const), streamId, items: integer, bytes: integer }),
  fc.record({
    kind: fc.constant("error" as const),
    streamId: integer,
    items: integer,
    bytes: integer,
    failure,
  }),
  fc.record({ kind: fc.constant("cancel" as const), streamId }),
  fc.record({ kind: fc.constant("reject" as const), streamId, failure }),
  fc.record({
    kind: fc.constant("blocked" as const),
    streamId,
    limit: fc.constant("bytes" as const),
    value: fc.nat(),
    backlog: integer,
    needed: fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER })),
  }),
  fc.record({
    kind: fc.constant("part" as const),
    streamId,
    body: fc.constantFrom("items" as const, "batch" as const),
    total: fc.integer({ min: 2100, max: Number.MAX_SAFE_INTEGER }),
    offset: fc.nat({ max: 1000 }),
    payload: fc.uint8Array({ minLength: 1024, maxLength: 1100 }),
  }),
  fc.record({ kind: fc.constantFrom("drain" as const, "drained" as const), streamId, bytes: integer }),
  fc.record({ kind: fc.constant("ack" as const), received: integer }),
  fc.record({ kind: fc.constant("resume" as const), token, epoch: integer, received: integer }),
  fc.record({
    kind: fc.constant("resume-reject" as const),
    reason: fc.constantFrom("unknown" as const, "gap" as const, "stale" as const),
    message: text,
  }),
  fc.record({ kind: fc.constant("urgency" as const), streamId, ...rank }),
  fc.record({ kind: fc.constantFrom("ping" as const, "pong" as const), opaque }),
  fc.record({
    kind: fc.constant("goaway" as const),
    lastStreamId: integer,
    reconnectAfterMs: integer,
    spreadMs: integer,
    reason: text,
  }),
);

/** What becomes of a frame with these fields: "taken", or the error's message. */
function outcome(type: number, stream: number, fields: readonly (number | string | Uint8Array)[]): string {
  const writer = new Writer();
  const body = beginFrame(writer, type, stream);
  for (const field of fields) {
    if (typeof field === "number") writer.varint(field);
    else if (typeof field === "string") writer.text(field);
    else writer.bytes(field);
  }
  endFrame(writer, body);
  try {
    decodeFrame(new Reader(writer.take()));
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
  return "taken";
}

describe("codec", () => {
  it("reads every frame as it was written, several to a message", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 5 }), (frames) => {
        const writer = new Writer();
        for (const frame of frames) encodeFrame(writer, frame);
        const read: Frame[] = [];
        readMessage(writer.take(), (frame) => {
          read.push(frame);
          return "more";
        });
        expect(read).toEqual(frames);
      }),
    );
  });

  it("§1.1 takes each text up to its limit and refuses one byte more", () => {
    const cases: [limit: number, (length: number) => string][] = [
      [ERROR_NAME_BYTES, (length) => outcome(ERROR, 1, [0, 0, 66, 0, "x".repeat(length), ""])],
      [ERROR_MESSAGE_BYTES, (length) => outcome(ERROR, 1, [0, 0, 66, 0, "E", "x".repeat(length)])],
      [METHOD_BYTES, (length) => outcome(OPEN, 1, [1, 19, 1, 1, 0, "x".repeat(length)])],
      [REASON_BYTES, (length) => outcome(RESUME_REJECT, 0, [1, "x".repeat(length)])],
      [REASON_BYTES, (length) => outcome(GOAWAY, 0, [0, 0, 0, "x".repeat(length)])],
    ];
    for (const [limit, send] of cases) {
      expect(send(limit)).toBe("taken");
      expect(send(limit + 1)).toContain(`at most ${limit}`);
    }
  });

  it("§5.6 refuses error details above their limit", () => {
    const details = (length: number) => outcome(ERROR, 1, [0, 0, 66, 0, "E", "m", new Uint8Array(length)]);
    expect(details(ERROR_DETAILS_BYTES)).toBe("taken");
    expect(details(ERROR_DETAILS_BYTES + 1)).toContain("8192");
  });

  it("§5.1 takes tokens of 16 to 64 bytes and authentication of at most 4,096, each from its side alone", () => {
    const hello = (flags: number, tokenBytes: number, authBytes: number) => {
      const pairs = Array.from({ length: HELLO_REQUIRED }, (_, i) => [i + 1, 1]).flat();
      const blobs = [tokenBytes, new Uint8Array(tokenBytes), 0, authBytes, new Uint8Array(authBytes)];
      return outcome(HELLO | flags, 0, [1, 0, HELLO_REQUIRED, ...pairs, 1, "raw", 0, ...blobs]);
    };
    expect([hello(FLAG_A, 0, 0), hello(FLAG_A, 16, 0), hello(FLAG_A, 64, 0)]).toEqual(Array(3).fill("taken"));
    expect(hello(FLAG_A, 15, 0)).toContain("at least 16");
    expect(hello(FLAG_A, 65, 0)).toContain("at most 64");
    expect(hello(0, 0, AUTH_BYTES)).toBe("taken");
    expect(hello(0, 0, AUTH_BYTES + 1)).toContain("at most 4096");
    expect(hello(0, 16, 0)).toContain("a client gives no token");
    expect(hello(FLAG_A, 0, 1)).toContain("a server says no authentication");
  });

  it("§5.1 bounds what HELLO can hold, and skips what it does not know", () => {
    const hello = (settings: number, codecs: number, codecBytes = 1) => {
      const pairs = Array.from({ length: settings }, (_, i) => [i + 1, 1]).flat();
      const names = new Array<string>(codecs).fill("x".repeat(codecBytes));
      return outcome(HELLO, 0, [
        1,
        0,
        settings,
        ...pairs,
        codecs,
        ...names,
        0,
        0,
        0,
        0,
        new Uint8Array([1, 2, 3]),
      ]);
    };
    expect(hello(HELLO_SETTINGS, CODEC_NAMES, CODEC_NAME_BYTES)).toBe("taken");
    expect(hello(HELLO_SETTINGS + 1, 1)).toContain("65 settings");
    expect(hello(8, CODEC_NAMES + 1)).toContain("17 codecs");
    expect(hello(8, 1, CODEC_NAME_BYTES + 1)).toContain("at most 32");
  });
});
