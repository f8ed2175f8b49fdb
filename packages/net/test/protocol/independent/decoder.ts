// A second decoder, written from docs/protocol.md alone: it imports nothing, and shares no idea with the first but
// those of the document. Where the two disagree, the document is unclear or one of them is wrong.

/** What is wrong with a frame: the name of a code of §8. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A frame with its fields as §11.1 names them. */
export type IndependentFrame = Readonly<Record<string, unknown>>;

/** All frames of a message; those that are skipped are left out. Throws a Refusal. */
export function decodeMessage(message: Uint8Array): IndependentFrame[] {
  if (message.length === 0) refuse("MALFORMED");
  const cursor = new Cursor(message, 0, message.length);
  const frames: IndependentFrame[] = [];
  while (cursor.left > 0) {
    const frame = decodeOne(cursor);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

// §1.2: in the order in which the document says that a frame is checked.
function decodeOne(cursor: Cursor): IndependentFrame | undefined {
  const first = cursor.byte();
  const stream = cursor.integer();
  const length = cursor.integer();
  const known = FRAMES[first & 0x1f];
  const ignorable = first >= 0x80;
  if (known === undefined) {
    if (!ignorable) refuse("FRAME_UNKNOWN");
    cursor.part(length);
    return undefined;
  }
  const [on, flags, read] = known;
  if (ignorable || ((first & 0x60) | flags) !== flags) refuse("MALFORMED");
  if ((on === "connection" && stream !== 0) || (on === "stream" && stream === 0)) refuse("MALFORMED");
  const body = cursor.part(length);
  const frame = read(body, stream, (first & A) !== 0, (first & B) !== 0);
  if (body.left > 0) refuse("MALFORMED");
  return frame;
}

type Read = (body: Cursor, streamId: number, a: boolean, b: boolean) => IndependentFrame;

const A = 0x20;
const B = 0x40;

// §1.3 and §5. Object literals evaluate their fields in order, which is the order on the wire.
const FRAMES: Readonly<Record<number, readonly [on: string, flags: number, read: Read]>> = {
  1: ["connection", A, (body, _streamId, server) => hello(body, server)],
  2: ["stream", A | B, open],
  3: ["stream", A | B, (body, streamId, a, b) => (b ? part(body, streamId, a) : items(body, streamId, a))],
  4: ["connection", 0, (body) => credit(body)],
  5: ["stream", 0, (body, streamId) => ({ kind: "drain", streamId, bytes: body.integer() })],
  6: ["stream", 0, (body, streamId) => ({ kind: "drained", streamId, bytes: body.integer() })],
  7: [
    "stream",
    0,
    (body, streamId) => ({ kind: "complete", streamId, items: body.integer(), bytes: body.integer() }),
  ],
  8: [
    "either",
    A | B,
    (body, streamId, a, b) => ({
      kind: "error",
      streamId,
      items: body.integer(),
      bytes: body.integer(),
      failure: failure(body, a, b),
    }),
  ],
  9: ["stream", 0, (_body, streamId) => ({ kind: "cancel", streamId })],
  10: [
    "stream",
    A | B,
    (body, streamId, a, b) => ({ kind: "reject", streamId, failure: failure(body, a, b) }),
  ],
  11: ["either", 0, blocked],
  12: ["connection", 0, (body) => ({ kind: "ping", opaque: eight(body) })],
  13: ["connection", 0, (body) => ({ kind: "pong", opaque: eight(body) })],
  14: ["connection", 0, (body) => ({ kind: "ack", received: body.integer() })],
  15: [
    "connection",
    0,
    (body) => ({ kind: "resume", token: body.blob(64, 16), epoch: body.integer(), received: body.integer() }),
  ],
  16: [
    "connection",
    0,
    (body) => ({
      kind: "resume-reject",
      reason: body.oneOf(["", "unknown", "gap", "stale"]),
      message: body.text(1024),
    }),
  ],
  17: [
    "connection",
    0,
    (body) => ({
      kind: "goaway",
      lastStreamId: body.integer(),
      reconnectAfterMs: body.integer(),
      spreadMs: body.integer(),
      reason: body.text(1024),
    }),
  ],
  18: ["stream", 0, (body, streamId) => ({ kind: "urgency", streamId, ...rank(body) })],
};

function hello(body: Cursor, server: boolean): IndependentFrame {
  const major = body.integer();
  if (major !== 1) refuse("VERSION_UNSUPPORTED");
  const minor = body.integer();
  const count = body.integer();
  if (count > 64) refuse("MALFORMED");
  const said = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const id = body.integer();
    if (said.has(id)) refuse("MALFORMED");
    said.set(id, body.integer());
  }
  const sizes: Record<string, number> = {};
  for (const [index, name] of SETTINGS.entries()) {
    const value = said.get(index + 1);
    if (value !== undefined) sizes[name] = value;
    else if (index < 8) refuse("MALFORMED");
  }
  const names = body.integer();
  if (names < 1 || names > 16) refuse("MALFORMED");
  const codecs = Array.from({ length: names }, () => body.text(32));
  const features = body.integer();
  const token = body.blob(64);
  if (token.length > 0 && (token.length < 16 || !server)) refuse("MALFORMED");
  const epoch = body.integer();
  const auth = body.blob(4096);
  if (auth.length > 0 && server) refuse("MALFORMED");
  body.rest();
  return { kind: "hello", server, major, minor, sizes, codecs, features, token, epoch, auth };
}

function open(body: Cursor, streamId: number, a: boolean, pipelined: boolean): IndependentFrame {
  const interaction = body.oneOf(["", "call", "stream", "channel", "push"]);
  const { urgency, criticality } = rank(body);
  const demand = body.integer();
  if (interaction === "push" && demand !== 0) refuse("MALFORMED");
  const bytes = body.integer();
  const deadlineMs = a ? body.integer() : undefined;
  const codec = body.integer();
  const method = body.text(256);
  if (method === "") refuse("MALFORMED");
  const known = { kind: "open", streamId, pipelined, interaction, urgency, criticality, items: demand };
  return { ...known, bytes, deadlineMs, codec, method, metadata: body.rest() };
}

function items(body: Cursor, streamId: number, batch: boolean): IndependentFrame {
  const count = body.integer();
  if (count === 0) refuse("MALFORMED");
  return { kind: "items", streamId, body: batch ? "batch" : "items", count, payload: body.rest() };
}

function part(body: Cursor, streamId: number, batch: boolean): IndependentFrame {
  const total = body.integer();
  const offset = body.integer();
  const payload = body.rest();
  const after = total - payload.length - offset;
  if (payload.length === 0 || after < 0 || (after > 0 && payload.length < 1024)) refuse("MALFORMED");
  return { kind: "part", streamId, body: batch ? "batch" : "items", total, offset, payload };
}

function credit(body: Cursor): IndependentFrame {
  if (body.left === 0) refuse("MALFORMED");
  let streams: number | undefined;
  const entries: IndependentFrame[] = [];
  while (body.left > 0) {
    const streamId = body.integer();
    if (streamId === 0) streams = Math.max(streams ?? 0, body.integer());
    else entries.push({ streamId, items: body.integer(), bytes: body.integer() });
  }
  return { kind: "credit", streams, entries };
}

function blocked(body: Cursor, streamId: number): IndependentFrame {
  const limit = body.oneOf(["", "items", "bytes", "streams"]);
  if ((limit === "streams") !== (streamId === 0)) refuse("MALFORMED");
  const value = body.integer();
  const backlog = body.integer();
  const needed = body.integer();
  if (needed !== 0 && (limit !== "bytes" || needed <= value)) refuse("MALFORMED");
  return { kind: "blocked", streamId, limit, value, backlog, needed };
}

function failure(body: Cursor, notStarted: boolean, doNotRetry: boolean): IndependentFrame {
  const code = body.integer();
  const retry = body.integer();
  const name = body.text(128);
  const message = body.text(4096);
  const details = body.rest();
  if (details.length > 8192) refuse("MALFORMED");
  return {
    code,
    name,
    message,
    ...(retry > 0 && { retryAfterMs: retry }),
    ...(details.length > 0 && { details }),
    notStarted,
    doNotRetry,
  };
}

function rank(body: Cursor): { readonly urgency: number; readonly criticality: string } {
  const number = body.integer();
  const criticality = ["sheddable", "sheddablePlus", "critical", "criticalPlus"][Math.floor(number / 8)];
  return { urgency: number % 8, criticality: criticality ?? refuse("MALFORMED") };
}

function eight(body: Cursor): Uint8Array {
  return body.left === 8 ? body.rest() : refuse("MALFORMED");
}

function refuse(code: string): never {
  throw new Refusal(code);
}

/** Reads what lies between `at` and `end`, §1.1. */
class Cursor {
  private readonly bytes: Uint8Array;
  private at: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at === this.end) refuse("MALFORMED");
    return this.bytes[this.at++] ?? 0;
  }

  integer(): number {
    let value = 0n;
    for (let index = 0n; index < 8n; index++) {
      const byte = this.byte();
      value += BigInt(byte & 0x7f) << (7n * index);
      if (byte >= 0x80) continue;
      if ((byte === 0 && index > 0n) || value > BigInt(Number.MAX_SAFE_INTEGER)) refuse("MALFORMED");
      return Number(value);
    }
    return refuse("MALFORMED");
  }

  /** A cursor over the next `length` bytes, which are passed. */
  part(length: number): Cursor {
    if (length > this.left) refuse("MALFORMED");
    this.at += length;
    return new Cursor(this.bytes, this.at - length, this.at);
  }

  rest(): Uint8Array {
    const rest = this.bytes.slice(this.at, this.end);
    this.at = this.end;
    return rest;
  }

  blob(most: number, least = 0): Uint8Array {
    const length = this.integer();
    if (length > most || length < least) refuse("MALFORMED");
    return this.part(length).rest();
  }

  text(most: number): string {
    const bytes = this.blob(most);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return refuse("MALFORMED");
    }
  }

  /** A name by its number. */
  oneOf(names: readonly string[]): string {
    return names[this.integer()] || refuse("MALFORMED");
  }
}

// §9, by their ids from 1.
const SETTINGS = (
  "messageBytes itemBytes itemOverhead shareBytes metadataBytes peerStreams resumeMs replayBytes receiveBudget " +
  "handshakeMs heartbeatMs heartbeatsMissed blockedMs targetAlone targetShared idleMs itemMs unfinishedHandlers " +
  "peerErrors churnBurst churnPerSecond controlBurst controlPerSecond writeStallMs stallMs"
).split(" ");
