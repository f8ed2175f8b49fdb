// Sequences of well-formed frames from a peer that knows the rules and keeps to most of them: it opens streams in
// order, counts what it sent, and then says something else than it should.

import type { Frame } from "../../src/protocol/frame/frame.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import type { Role } from "../../src/protocol/session/session-api.js";
import { messageOf } from "./mutate.js";
import type { Random } from "./random.js";

/** Messages of a peer in this role, HELLO not among them. */
export function someFrames(role: Role, random: Random): Uint8Array[] {
  const peer = new FramePeer(role, random);
  const messages: Uint8Array[] = [];
  for (let i = 1 + random.int(8); i > 0; i -= 1) {
    const frames: Frame[] = [];
    for (let n = 1 + random.int(8); n > 0; n -= 1) frames.push(...peer.next());
    const message = messageOf(frames);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

class FramePeer {
  private readonly random: Random;
  private readonly role: Role;
  /** Position of what was sent on each stream that is not ended, by id. */
  private readonly sent = new Map<number, { items: number; bytes: number }>();
  private opened = 0;

  constructor(role: Role, random: Random) {
    this.role = role;
    this.random = random;
  }

  next(): Frame[] {
    const { random } = this;
    if (this.opened === 0 && !random.once(8)) return this.open();
    if (random.once(60)) return this.flood();
    const streamId = this.streamId();
    switch (random.int(18)) {
      case 0:
      case 1:
      case 2:
        return this.open();
      case 3:
      case 4:
        return this.items(streamId);
      case 5:
        return this.end(streamId, "complete");
      case 6:
        return this.end(streamId, "error");
      case 7:
        return [{ kind: "cancel", streamId }];
      case 8:
        return [{ kind: "reject", streamId, failure }];
      case 9:
      case 10:
        return [this.credit(streamId)];
      case 11:
        return [this.blocked(streamId)];
      case 12:
        return [{ kind: random.once(3) ? "pong" : "ping", opaque: random.bytes(8) }];
      case 13:
        return this.part(streamId);
      case 14:
        return [{ kind: random.once(2) ? "drain" : "drained", streamId, bytes: random.number() }];
      case 15:
        return [{ kind: "urgency", streamId, urgency: random.int(8), criticality: "sheddable" }];
      case 16:
        return [{ kind: "ack", received: random.number() }];
      default:
        return [this.seldom()];
    }
  }

  /** One frame again and again: what is cheap to say and might not be cheap to hear. */
  private flood(): Frame[] {
    const [frame] = this.next();
    return frame === undefined ? [] : Array.from({ length: 30 + this.random.int(300) }, () => frame);
  }

  private open(): Frame[] {
    const { random } = this;
    this.opened += random.once(30) ? random.int(3) : 1;
    const streamId = this.role === "client" ? 2 * this.opened - 1 : 2 * this.opened;
    this.sent.set(streamId, { items: 0, bytes: 0 });
    const interaction = random.pick(["call", "stream", "channel", "push"] as const);
    const open: Frame = {
      kind: "open",
      streamId,
      pipelined: random.once(10),
      interaction,
      urgency: random.int(8),
      criticality: "critical",
      items: interaction === "push" && !random.once(10) ? 0 : random.number(),
      bytes: random.number(),
      deadlineMs: random.once(3) ? random.number() : undefined,
      codec: random.once(20) ? random.int(3) : 0,
      method: random.pick(["fuzz.call", "fuzz.stream", "fuzz.hostile", "fuzz.channel", "fuzz.push", "x"]),
      metadata: random.once(4) ? random.bytes(random.int(100)) : new Uint8Array(0),
    };
    if (random.once(4)) return [open];
    return [open, ...this.items(streamId), ...(random.once(5) ? [] : this.end(streamId, "complete"))];
  }

  private items(streamId: number): Frame[] {
    const { random } = this;
    const count = random.once(4) ? 1 + random.int(4) : 1;
    const payload = random.once(10) ? random.bytes(random.int(2000)) : msgpackItems(count, random);
    this.spend(streamId, count, payload.length);
    return [{ kind: "items", streamId, body: "batch", count, payload }];
  }

  private part(streamId: number): Frame[] {
    const { random } = this;
    const total = random.once(4) ? random.number() : 2048 + random.int(9000);
    const parts: Frame[] = [];
    for (let offset = 0; offset < total && parts.length < 12; ) {
      const length = Math.min(total - offset, random.once(8) ? random.int(1200) : 1024 + random.int(3000));
      const payload = new Uint8Array(Math.max(1, length));
      parts.push({
        kind: "part",
        streamId,
        body: random.once(8) ? "items" : "batch",
        total,
        offset,
        payload,
      });
      offset += payload.length;
      if (random.once(8)) break;
    }
    this.spend(streamId, 1, total);
    return parts;
  }

  private end(streamId: number, kind: "complete" | "error"): Frame[] {
    const { random } = this;
    const { items = 0, bytes = 0 } = this.sent.get(streamId) ?? {};
    this.sent.delete(streamId);
    const at = random.once(8) ? { items: random.number(), bytes: random.number() } : { items, bytes };
    if (kind === "complete") return [{ kind, streamId, ...at }];
    const code = random.once(2) ? 0x40 : 0x4b;
    return [{ kind, streamId, ...at, failure: { ...failure, code } }];
  }

  private credit(streamId: number): Frame {
    const { random } = this;
    const entries = Array.from({ length: 1 + random.int(3) }, () => ({
      streamId: random.once(3) ? this.streamId() : streamId,
      items: random.number(),
      bytes: random.number(),
    }));
    return { kind: "credit", streams: random.once(4) ? random.number() : undefined, entries };
  }

  private blocked(streamId: number): Frame {
    const { random } = this;
    if (random.once(8)) {
      return {
        kind: "blocked",
        streamId: 0,
        limit: "streams",
        value: random.number(),
        backlog: 0,
        needed: 0,
      };
    }
    const limit = random.pick(["items", "bytes"] as const);
    const needed = limit === "bytes" && random.once(2) ? random.number() : 0;
    return { kind: "blocked", streamId, limit, value: random.number(), backlog: random.number(), needed };
  }

  private seldom(): Frame {
    const { random } = this;
    const token = random.bytes(16 + random.int(8));
    switch (random.int(5)) {
      case 0:
        return {
          kind: "goaway",
          lastStreamId: random.number(),
          reconnectAfterMs: random.number(),
          spreadMs: random.number(),
          reason: "By chance",
        };
      case 1:
        return { kind: "resume", token, epoch: random.int(3), received: random.number() };
      case 2:
        return {
          kind: "resume-reject",
          reason: random.pick(["unknown", "gap", "stale"] as const),
          message: "",
        };
      case 3:
        return {
          kind: "error",
          streamId: 0,
          items: 0,
          bytes: 0,
          failure: { ...failure, code: 1 + random.int(30) },
        };
      default:
        return { kind: "ping", opaque: random.bytes(8) };
    }
  }

  private spend(streamId: number, count: number, length: number): void {
    const at = this.sent.get(streamId);
    if (at === undefined) return;
    at.items += count;
    at.bytes += length + count * OVERHEAD;
  }

  // A stream of its own mostly, or one of the other side, or one that is not there.
  private streamId(): number {
    const { random } = this;
    if (random.once(60)) return Math.max(1, random.number());
    if (random.once(12)) return this.role === "client" ? 2 + 2 * random.int(6) : 1 + 2 * random.int(6);
    const own = 1 + random.int(Math.max(1, this.opened));
    return this.role === "client" ? 2 * own - 1 : 2 * own;
  }
}

/** A batch that can be decoded, of small numbers. */
function msgpackItems(count: number, random: Random): Uint8Array {
  return Uint8Array.from([0x90 + count, ...Array.from({ length: count }, () => random.int(64))]);
}

const failure = streamFailure("INTERNAL", "By chance");

// itemOverhead of all settings of the fuzz.
const OVERHEAD = 16;
