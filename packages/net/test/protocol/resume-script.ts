// A conversation with a bit of everything, played by both sides as events come: whatever happens to the link, what
// each side sees of each stream is always the same. Who cuts the link compares.

import type { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent, TakeTurn } from "../../src/protocol/session/session-api.js";
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
  }

  /** Whether everything has been said that will be. */
  isOver(): boolean {
    return (
      this.logs.client[0]?.includes("drained") === true && this.logs.server[0]?.includes("drained") === true
    );
  }
}

/** Few slots and small shares, so that both run out. */
export const SETTINGS = {
  client: { peerStreams: 1, ownStreams: 3, replayBytes: 20_000, heartbeatMs: 40, blockedMs: 10 },
  server: { peerStreams: 3, ownStreams: 1, replayBytes: 20_000, heartbeatMs: 40, blockedMs: 10 },
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
    else this.session.fail(streamId, streamFailure("HANDLER_FAILED", "on purpose"));
    return "idle";
  };

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
      else if (count > 0) this.send(event.streamId, count, size, end);
    } else if (event.kind === "cancelled") {
      session.released(event.streamId);
    } else if (event.kind === "completed") {
      const [method, ...input] = this.seen(event.streamId);
      if (method === "opened nothing") session.reject(event.streamId, streamFailure("NOT_FOUND", "no such"));
      if (method === "opened call" || method === "opened last") {
        this.send(event.streamId, input.length - 1, 20, "complete");
      }
    } else if (event.kind === "items" && event.streamId % 2 === 0) {
      session.grantItems(event.streamId, this.seen(event.streamId).length + 2);
    }
  }
}

class Client extends Actor {
  private readonly plan = ["call", "many", "endless", "failing", "nothing", "large", "call", "few", "call"];
  private readonly methods = new Map<number, string>();
  private isLast = false;

  protected react(event: SessionEvent): void {
    if (event.kind === "ready" || event.kind === "slots") this.openNext();
    if (event.kind === "opened") this.send(event.streamId, ...(METHODS.few as [number, number, "complete"]));
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
      const demand = method === "endless" ? ENDLESS : 7;
      const interaction = method === "call" ? "call" : "stream";
      const id = this.session.open({ interaction, method, codec: "raw", demand });
      if (typeof id !== "number") return;
      this.plan.shift();
      this.methods.set(id, method);
      if (method === "call") this.send(id, 1, 30, "complete");
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
