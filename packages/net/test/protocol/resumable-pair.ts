// Two sessions on a link that can be cut at any message and joined again: what the service does with transports,
// without them. Tokens are counted, time is said, nothing is random.

import type { MemoryAccount } from "@sluice/core";
import { Session } from "../../src/protocol/session/session.js";
import type {
  ResumeAnswer,
  ResumeRequest,
  SessionEvent,
  SessionOptions,
  TakeTurn,
} from "../../src/protocol/session/session-api.js";

/** Either end. */
export type Side = "client" | "server";

export const SIDES: readonly Side[] = ["client", "server"];

export function other(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** A token that says its number. */
export function tokenOf(n: number): Uint8Array {
  return new Uint8Array(16).fill(n);
}

/** A client and a server that survive their link. */
export class ResumablePair {
  readonly client: Session;
  readonly server: Session;
  readonly events: Record<Side, SessionEvent[]> = { client: [], server: [] };
  /** Messages on their way, named by who sent them. */
  readonly wire: Record<Side, Uint8Array[]> = { client: [], server: [] };
  readonly turns: Record<Side, TakeTurn | undefined> = { client: undefined, server: undefined };
  /** Called with each event as soon as it is there. */
  onEvent: (side: Side, event: SessionEvent) => void = () => {};
  now = 0;
  private tokens = 1;
  private readonly options: Record<Side, SessionOptions>;

  constructor(
    settings: { client?: SessionOptions["settings"]; server?: SessionOptions["settings"] } = {},
    codecs: readonly string[] = ["raw"],
    accounts: { client?: MemoryAccount; server?: MemoryAccount } = {},
  ) {
    this.options = {
      client: { role: "client", codecs, ...(settings.client && { settings: settings.client }) },
      server: { role: "server", codecs, ...(settings.server && { settings: settings.server }) },
    };
    const charged = (side: Side) => {
      const account = accounts[side];
      return account === undefined ? {} : { account };
    };
    this.client = new Session({ ...this.options.client, ...charged("client") }, 0);
    this.server = new Session({ ...this.options.server, ...charged("server"), token: tokenOf(0) }, 0);
  }

  transmit(from: Side): Uint8Array | undefined {
    const message = this[from].transmit(this.now, this.turns[from]);
    if (message !== undefined) this.wire[from].push(message);
    this.collect();
    return message;
  }

  /** Delivers the oldest message that a side has sent. */
  deliver(from: Side): boolean {
    const message = this.wire[from].shift();
    if (message === undefined) return false;
    const to = this[other(from)];
    to.receive(message, this.now, to.epoch);
    this.collect();
    return true;
  }

  /** Moves everything until both sides are silent. */
  run(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const side of SIDES) {
        while (this.transmit(side) !== undefined) moved = true;
        while (this.deliver(side)) moved = true;
      }
    }
  }

  collect(): void {
    for (let found = true; found; ) {
      found = false;
      for (const side of SIDES) {
        for (let event = this[side].nextEvent(); event !== undefined; event = this[side].nextEvent()) {
          found = true;
          this.events[side].push(event);
          this.onEvent(side, event);
        }
      }
    }
  }

  /** The link is gone, with all that was under way. A side that does not notice goes on as if it were there. */
  cut(noticedBy: readonly Side[] = SIDES): void {
    for (const side of SIDES) this.wire[side].length = 0;
    for (const side of noticedBy) this[side].suspend(this.now);
    this.collect();
  }

  /**
   * A new link, with the sessions that speak HELLO on it. `lose`: where this link is cut too, before the client's
   * RESUME arrives or before the server's answer does. Otherwise both sides have gone on.
   */
  reconnect(lose?: "request" | "answer"): ResumeAnswer | "refused" {
    const request = this.client.resumption();
    if (request === undefined) throw new Error("the client cannot resume");
    const client = new Session({ ...this.options.client, resume: request }, this.now);
    const server = new Session({ ...this.options.server, token: tokenOf(this.tokens++) }, this.now);
    const hello = client.transmit(this.now) as Uint8Array;
    const greeting = server.transmit(this.now) as Uint8Array;
    if (lose === "request") return "refused";
    server.receive(hello, this.now);
    const asked = requestOf(server);
    const answer = this.server.resume(asked, { token: tokenOf(this.tokens++), now: this.now });
    this.collect();
    client.receive(greeting, this.now);
    if (answer !== "resumed") {
      server.refuseResume(answer);
      client.receive(server.transmit(this.now) as Uint8Array, this.now);
      return "refused";
    }
    server.handOver();
    const said = this.server.transmit(this.now) as Uint8Array;
    if (lose === "answer") return "refused";
    client.receive(said, this.now);
    const agreed = this.client.resume(requestOf(client), { now: this.now });
    this.collect();
    return agreed;
  }
}

/** The request in a session's event `resume`. */
export function requestOf(session: Session): ResumeRequest {
  for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
    if (event.kind === "resume") return event.request;
  }
  throw new Error("no RESUME came");
}
