// A service that does whatever a service may do, chosen by a seed: it answers what happens to its session, and acts
// unasked. It keeps to the rules of the API, so that whatever throws is the session's fault.

import { streamFailure } from "../../src/protocol/protocol-error.js";
import type { Session } from "../../src/protocol/session/session.js";
import type { Role, SessionEvent, TakeTurn } from "../../src/protocol/session/session-api.js";
import type { Random } from "./random.js";

/** The local user of one session. */
export class LocalSide {
  readonly session: Session;
  /** Streams that this side knows of, with the items of each that wait to be taken. */
  readonly held = new Map<number, number>();
  readonly turn: TakeTurn;
  isClosed = false;
  private readonly random: Random;
  private readonly role: Role;

  constructor(session: Session, role: Role, random: Random) {
    this.session = session;
    this.role = role;
    this.random = random;
    this.turn = (streamId, turn) => this.send(streamId, turn.items);
  }

  react(event: SessionEvent): void {
    if (this.isClosed) throw new Error(`The session reports ${event.kind} after its end`);
    switch (event.kind) {
      case "opened":
        this.held.set(event.streamId, 0);
        this.answer(event.streamId);
        return;
      case "items":
        this.hold(event.streamId, event.items.length);
        return;
      case "batch":
        this.hold(event.streamId, event.count);
        return;
      case "completed":
        this.end(event.streamId);
        return;
      case "cancelled":
      case "failed":
        // Sometimes the handler goes on for a while, or for ever.
        if (!this.random.once(4)) this.session.released(event.streamId);
        return;
      case "closed":
        this.isClosed = true;
        return;
      default:
        return;
    }
  }

  /** Does one thing or another. */
  act(): void {
    const { session, random } = this;
    if (this.held.size < 40 && (this.role === "client" || random.once(10))) this.open();
    for (let i = random.int(4); i > 0; i -= 1) {
      const streamId = this.anyStream();
      if (streamId === undefined) return;
      this.actOn(streamId);
    }
    if (random.once(500)) session.goaway({ reason: "Enough" });
  }

  private actOn(streamId: number): void {
    const { session, random } = this;
    switch (random.int(8)) {
      case 0:
        session.offer(streamId);
        return;
      case 1:
        this.take(streamId);
        return;
      case 2:
        session.grantItems(streamId, random.once(20) ? Number.POSITIVE_INFINITY : random.int(2000));
        return;
      case 3:
        this.send(streamId, 1 + random.int(3));
        return;
      case 4:
        this.end(streamId);
        return;
      case 5:
        if (random.once(4)) session.cancel(streamId);
        return;
      case 6:
        if (random.once(6)) session.fail(streamId, streamFailure("INTERNAL", "By chance"));
        return;
      default:
        session.released(streamId);
        if (random.once(3)) this.held.delete(streamId);
    }
  }

  private open(): void {
    const { random, session } = this;
    const interaction = random.pick(INTERACTIONS);
    const demand = interaction === "push" ? 0 : random.int(300);
    const id = session.open({ interaction, method: "any", codec: random.pick(["raw", "msgpack"]), demand });
    if (typeof id !== "number") return;
    this.held.set(id, 0);
    if (random.once(3)) return;
    session.sendItems(id, [random.bytes(random.int(40))]);
    if (!random.once(3)) session.complete(id);
  }

  private answer(streamId: number): void {
    const { random, session } = this;
    switch (random.int(6)) {
      case 0:
        session.reject(streamId, streamFailure(random.pick(REFUSALS), "By chance", random.int(100)));
        return;
      case 1:
        session.complete(streamId);
        return;
      case 2:
        session.grantItems(streamId, random.int(100));
        return;
      default:
        session.offer(streamId);
    }
  }

  private send(streamId: number, most: number): "more" | "idle" {
    const { random, session } = this;
    const count = 1 + random.int(Math.min(most, 8));
    // Mostly small; at times larger than any share, so that it must borrow or be parted.
    const length = random.once(30) ? random.int(60_000) : random.int(200);
    const result = random.once(2)
      ? session.sendBatch(streamId, count, new Uint8Array(length))
      : session.sendItems(
          streamId,
          Array.from({ length: count }, () => new Uint8Array(length % 100)),
        );
    if (result === "ended" || random.once(5)) return "idle";
    if (result === "too-large") session.fail(streamId, streamFailure("ITEM_TOO_LARGE", "By chance"));
    return random.once(3) ? "idle" : "more";
  }

  private end(streamId: number): void {
    this.take(streamId);
    if (this.random.once(2)) this.session.complete(streamId);
  }

  private hold(streamId: number, count: number): void {
    this.held.set(streamId, (this.held.get(streamId) ?? 0) + count);
    if (this.random.once(2)) this.take(streamId);
  }

  // No more than was handed on: an item of which parts are still missing is held by the session, and not here.
  private take(streamId: number): void {
    const handed = this.held.get(streamId) ?? 0;
    const held = Math.min(handed, this.session.figures(streamId)?.receiveItems.held ?? 0);
    if (held === 0) return;
    const count = 1 + this.random.int(held);
    this.held.set(streamId, handed - count);
    this.session.consumed(streamId, count);
  }

  private anyStream(): number | undefined {
    let skip = this.random.int(this.held.size + 1);
    for (const streamId of this.held.keys()) if (skip-- === 0) return streamId;
    return undefined;
  }
}

const INTERACTIONS = ["call", "stream", "channel", "push"] as const;
const REFUSALS = ["NOT_FOUND", "OVERLOADED", "INVALID_PAYLOAD"] as const;
