// Frames of every kind, for properties: within what fields allow, whatever the state of a session.

import fc from "fast-check";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { settingsOf } from "../../src/protocol/limits.js";

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

/** Any frame that can be written. */
export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
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
