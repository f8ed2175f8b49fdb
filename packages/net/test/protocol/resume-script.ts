// A conversation with a bit of everything, played by both sides as events come: whatever happens to the link, what
// each side sees of each stream is always the same. Who cuts the link compares.

import type { Session } from "../../src/protocol/session/session.js";
import type { Interaction, SessionEvent, TakeTurn } from "../../src/protocol/session/session-api.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { ResumablePair, type Side } from "./resumable-pair.js";

/** What a side saw: of each stream, by its id, and of the connection under 0. */
export type Log = Record<number, string[]>;

/** Both sides of the scripted conversation. */
export class Conversation {
  readonly pair: ResumablePair;
  readonly logs: Record<Side, Log> = { client: {}, server: {} };
  private readonly actors: Record<Side, Actor>;

  constructor(settings: ConstructorParameters<typeof ResumablePair>[0] = SETTINGS) {
    this.pair = new ResumablePair(settings);
    this.actors = {
      client: new Client(this.pair.client, this.logs.client),
      server: new Server(this.pair.server, this.logs.server),
    };
    for (const side of ["client", "server"] as const) {
      this.pair.turns[side] = (streamId, turn) => this.actors[side].take(streamId, turn);
    }
    this.pair.onEvent = (side, event) => this.actors[side].on(event);
    // HELLO of both: from here on the link may be cut.
    for (const side of ["client", "server"] as const) {
      this.pair.transmit(side);
      this.pair.deliver(side);
    }
  }

  /** Whether everything has been said that will be. */
  isOver(): boolean {
    return (
      this.logs.client[0]?.includes("drained") === true && this.logs.server[0]?.includes("drained") === true
    );
  }
}

const BOTH = { replayBytes: 20_000, heartbeatMs: 40, blockedMs: 10, targetAlone: 2_500, targetShared: 1_500 };

/** Few slots, small messages and little to send again, so that all of it runs out. */
export const SETTINGS = {
  client: { ...BOTH, peerStreams: 1, ownStreams: 3 },
  server: { ...BOTH, peerStreams: 3, ownStreams: 1 },
};

interface Sending {
  next: number;
  readonly count: number;
  readonly size: number;
  readonly end: "complete" | "fail" | "never";
}

/** What both sides do alike: send what they are to send, take what comes. */
abstract class Actor {
  protected readonly session: Session;
  private readonly log: Log;
  private readonly sending = new Map<number, Sending>();

  constructor(session: Session, log: Log) {
    this.session = session;
    this.log = log;
  }

  on(event: SessionEvent): void {
    switch (event.kind) {
      case "ready":
      case "drained":
        this.note(0, event.kind);
        break;
      case "goaway":
        this.note(0, `goaway ${event.goaway.lastStreamId} ${event.goaway.reason}`);
        break;
      case "closed":
        this.note(0, `closed ${event.error?.message}`);
        break;
      case "opened":
        this.note(event.streamId, `opened ${event.method}`);
        break;
      case "items":
        for (const item of event.items) {
          this.note(event.streamId, `item ${item[0]} of ${item.length}`);
          this.session.consumed(event.streamId, 1);
        }
        break;
      case "completed":
      case "cancelled":
        this.note(event.streamId, event.kind);
        break;
      case "failed":
        this.note(event.streamId, `failed ${event.failure.name}`);
        break;
      default:
        break;
    }
    this.react(event);
    if ("streamId" in event) this.released(event.streamId);
  }

  readonly take: TakeTurn = (streamId, turn) => {
    const sending = this.sending.get(streamId);
    if (sending === undefined) return "idle";
    for (let sent = 0; sent < turn.items && sending.next < sending.count; sent++) {
      const item = new Uint8Array(sending.size).fill(sending.next);
      if (this.session.sendItems(streamId, [item]) !== "sent") return "more";
      sending.next++;
    }
    if (sending.next < sending.count) return "more";
    if (sending.end === "never") return "idle";
    this.sending.delete(streamId);
    if (sending.end === "complete") this.session.complete(streamId);
    else {
      this.session.fail(streamId, streamFailure("INTERNAL", "on purpose"));
      this.session.released(streamId);
    }
    this.released(streamId);
    return "idle";
  };

  // The handler of a channel has ended when both directions have.
  private released(streamId: number): void {
    const isSent = !this.sending.has(streamId);
    if (isSent && this.seen(streamId).at(-1) === "completed") this.session.released(streamId);
  }

  protected abstract react(event: SessionEvent): void;

  protected send(streamId: number, count: number, size: number, end: Sending["end"]): void {
    this.sending.set(streamId, { next: 1, count: count + 1, size, end });
    this.session.offer(streamId);
  }

  protected seen(streamId: number): readonly string[] {
    return this.log[streamId] ?? [];
  }

  private note(streamId: number, what: string): void {
    this.log[streamId] ??= [];
    this.log[streamId].push(what);
  }
}

// What a method does: items, their size, and how it ends.
const METHODS: Readonly<Record<string, readonly [number, number, Sending["end"]]>> = {
  few: [5, 10, "complete"],
  many: [40, 700, "complete"],
  large: [3, 40_000, "complete"],
  failing: [3, 10, "fail"],
  endless: [100, 10, "never"],
  both: [20, 100, "complete"],
};

class Server extends Actor {
  protected react(event: SessionEvent): void {
    const { session } = this;
    if (event.kind === "ready") {
      const id = session.open({ interaction: "stream", method: "few", codec: "raw", demand: 2 });
      if (typeof id === "number") session.complete(id);
    } else if (event.kind === "opened") {
      const [count, size, end] = METHODS[event.method] ?? [0, 0, "complete"];
      if (event.method === "last") session.goaway({ reason: "enough" });
      if (event.method === "both") session.grantItems(event.streamId, 3);
      if (count > 0) this.send(event.streamId, count, size, end);
    } else if (event.kind === "cancelled") {
      session.released(event.streamId);
    } else if (event.kind === "completed") {
      const [method, ...input] = this.seen(event.streamId);
      if (method === "opened nothing") session.reject(event.streamId, streamFailure("NOT_FOUND", "no such"));
      if (method === "opened call" || method === "opened last") {
        this.send(event.streamId, input.length - 1, 20, "complete");
      }
      if (method === "opened push") session.complete(event.streamId);
    } else if (event.kind === "items") {
      const seen = this.seen(event.streamId);
      if (event.streamId % 2 === 0 || seen[0] === "opened both")
        session.grantItems(event.streamId, seen.length + 2);
    }
  }
}

class Client extends Actor {
  private readonly plan = [
    "call",
    "many",
    "endless",
    "failing",
    "nothing",
    "large",
    "both",
    "call",
    "push",
    "few",
  ];
  private readonly methods = new Map<number, string>();
  private isLast = false;

  protected react(event: SessionEvent): void {
    if (event.kind === "ready" || event.kind === "slots") this.openNext();
    if (event.kind === "opened") this.send(event.streamId, 5, 10, "complete");
    if (!("streamId" in event)) return;
    const method = this.methods.get(event.streamId);
    if (event.kind === "items" && method !== undefined) {
      const { length } = this.seen(event.streamId);
      if (method === "endless") {
        if (length === ENDLESS) {
          this.session.cancel(event.streamId);
          this.methods.delete(event.streamId);
          this.openNext();
        }
      } else {
        this.session.grantItems(event.streamId, length + 7);
      }
    }
    if ((event.kind === "completed" || event.kind === "failed") && method !== undefined) {
      this.methods.delete(event.streamId);
      this.openNext();
    }
  }

  private openNext(): void {
    for (let method = this.plan[0]; method !== undefined; method = this.plan[0]) {
      const demand = method === "endless" ? ENDLESS : method === "push" ? 0 : 7;
      const interaction = INTERACTIONS[method] ?? "stream";
      const id = this.session.open({ interaction, method, codec: "raw", demand });
      if (typeof id !== "number") return;
      this.plan.shift();
      this.methods.set(id, method);
      if (method === "both") this.send(id, 15, 200, "complete");
      else if (interaction !== "stream") this.send(id, 1, 30, "complete");
      else this.session.complete(id);
    }
    if (this.methods.size > 0 || this.isLast) return;
    const id = this.session.open({ interaction: "call", method: "last", codec: "raw", demand: 1 });
    if (typeof id !== "number") return;
    this.isLast = true;
    this.methods.set(id, "last");
    this.send(id, 1, 30, "complete");
  }
}

const ENDLESS = 6;

const INTERACTIONS: Readonly<Record<string, Interaction>> = { call: "call", push: "push", both: "channel" };
