// Frames as an honest client would write them, for cases to spoil.

import { type Frame, settingsOf } from "@sluice/net/protocol";

export const NOTHING: Uint8Array = new Uint8Array(0);

type HelloFrame = Extract<Frame, { kind: "hello" }>;
type OpenFrame = Extract<Frame, { kind: "open" }>;

/** HELLO of a client with the defaults, but for what is given. */
export function helloOf(
  given: Partial<HelloFrame> = {},
  sizes: Readonly<Partial<HelloFrame["sizes"]>> = {},
): HelloFrame {
  const { ownStreams: _, ...defaults } = settingsOf("client");
  return {
    kind: "hello",
    server: false,
    major: 1,
    minor: 0,
    sizes: { ...defaults, ...sizes },
    codecs: ["msgpack", "raw", "json"],
    features: 0,
    token: NOTHING,
    epoch: 0,
    auth: NOTHING,
    ...given,
  };
}

/** OPEN of a call that no server has, but for what is given. */
export function openOf(streamId: number, given: Partial<OpenFrame> = {}): OpenFrame {
  return {
    kind: "open",
    streamId,
    pipelined: false,
    interaction: "call",
    urgency: 3,
    criticality: "critical",
    items: 1,
    bytes: 4096,
    deadlineMs: undefined,
    codec: 0,
    method: "sluice.tck.nobody",
    metadata: NOTHING,
    ...given,
  };
}

/** A batch of so many items in so many bytes. */
export function batchOf(streamId: number, count: number, length: number): Frame {
  return { kind: "items", streamId, body: "batch", count, payload: new Uint8Array(length) };
}

/** A part of one item. */
export function partOf(streamId: number, total: number, offset: number, length: number): Frame {
  return { kind: "part", streamId, body: "batch", total, offset, payload: new Uint8Array(length) };
}

export function completeOf(streamId: number, items = 0, bytes = 0): Frame {
  return { kind: "complete", streamId, items, bytes };
}

export function pingOf(last = 0): Frame {
  return { kind: "ping", opaque: new Uint8Array([1, 2, 3, 4, 5, 6, 7, last]) };
}
