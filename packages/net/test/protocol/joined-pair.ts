// Two sessions joined by hand: whole messages, in order, moved when the test says so.

import type { MemoryAccount } from "@sluice/core";
import { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent, SessionOptions, TakeTurn } from "../../src/protocol/session/session-api.js";

/** Either end of a pair. */
export type Side = "client" | "server";

/** A client and a server session, with what is under way between them and what they reported. */
export class JoinedPair {
  readonly client: Session;
  readonly server: Session;
  readonly events: { readonly client: SessionEvent[]; readonly server: SessionEvent[] } = {
    client: [],
    server: [],
  };
  /** Messages on their way, named by who sent them. */
  readonly wire: { readonly client: Uint8Array[]; readonly server: Uint8Array[] } = {
    client: [],
    server: [],
  };
  readonly turns: { client: TakeTurn | undefined; server: TakeTurn | undefined } = {
    client: undefined,
    server: undefined,
  };
  now = 0;

  constructor(
    settings: { client?: SessionOptions["settings"]; server?: SessionOptions["settings"] } = {},
    codecs: readonly string[] = ["raw"],
    accounts: { client?: MemoryAccount; server?: MemoryAccount } = {},
  ) {
    this.client = new Session(
      {
        role: "client",
        codecs,
        ...(settings.client && { settings: settings.client }),
        ...(accounts.client && { account: accounts.client }),
      },
      0,
    );
    this.server = new Session(
      {
        role: "server",
        codecs,
        ...(settings.server && { settings: settings.server }),
        ...(accounts.server && { account: accounts.server }),
      },
      0,
    );
  }

  /** Takes one message out of a side and puts it on the wire. */
  transmit(from: Side): Uint8Array | undefined {
    const message = this[from].transmit(this.now, this.turns[from]);
    if (message !== undefined) this.wire[from].push(message);
    return message;
  }

  /** Delivers the oldest message that a side has sent. */
  deliver(from: Side): boolean {
    const message = this.wire[from].splice(0, 1)[0];
    if (message === undefined) return false;
    const to = from === "client" ? "server" : "client";
    this[to].receive(message, this.now);
    this.collect();
    return true;
  }

  /** Moves everything until both sides are silent. */
  run(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const side of ["client", "server"] as const) {
        while (this.transmit(side) !== undefined) moved = true;
        while (this.deliver(side)) moved = true;
      }
    }
    this.collect();
  }

  /** Takes what the sessions have to report. */
  collect(): void {
    for (const side of ["client", "server"] as const) {
      for (let event = this[side].nextEvent(); event !== undefined; event = this[side].nextEvent()) {
        this.events[side].push(event);
      }
    }
  }

  /** The events of a side since the last call, as their kinds. */
  kinds(side: Side): string[] {
    return this.events[side].splice(0).map((event) => event.kind);
  }

  /** Opens a stream from the client, which must succeed. */
  open(options: { demand?: number; interaction?: "call" | "stream"; method?: string } = {}): number {
    const { demand = 256, interaction = "stream", method = "numbers" } = options;
    const id = this.client.open({ interaction, method, codec: "raw", demand });
    if (typeof id !== "number") throw new Error(`no stream: ${id}`);
    return id;
  }
}
