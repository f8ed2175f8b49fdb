// Two sessions at the ends of a simulated link, without a service: for whoever tests the protocol itself, or writes
// something else on top of it. They are driven as a connection drives them, and go on over another connection when
// the one they had is lost.
//
//   connect() ──► both talk ──cut──► suspended ──reconnect()──► fresh sessions say HELLO and RESUME ──► both talk
//                                        └─ resumeMs over ─► closed                        └─ refused ─► closed

import { Session } from "../protocol/session/session.js";
import type { SessionEvent, SessionOptions, TakeTurn } from "../protocol/session/session-api.js";
import type { SimConnection } from "./sim-connection.js";
import type { SimLink } from "./sim-link.js";
import { SimSession } from "./sim-session.js";
import type { Simulation } from "./simulation.js";

/** What one side of a pair is told; the codec is "raw" where nothing is said. */
export interface PairSide extends Omit<SessionOptions, "role" | "codecs" | "resume" | "token"> {
  readonly codecs?: readonly string[];
  /** Hears every event of the session, in order. */
  readonly onEvent?: (event: SessionEvent) => void;
  /** Sends what a stream has when it is its turn. Default: nothing. */
  readonly takeTurn?: TakeTurn;
}

/** Both sides of a pair. */
export interface SessionPairOptions {
  readonly client?: PairSide;
  readonly server?: PairSide;
}

/**
 * A client and a server session that are joined by connections over one link.
 *
 * *Errors:* what a session finds wrong is its event `closed`. `reconnect` while a session is closed throws.
 *
 * @example
 * ```ts
 * import { SessionPair, Simulation } from "@sluice/net/sim";
 * const sim = new Simulation({ seed: 1 });
 * const pair = new SessionPair(sim, sim.link({ delayMs: 10 }), {
 *   client: { onEvent: (event) => event.kind === "items" && console.log("item at", sim.now()) },
 * });
 * sim.advance(20);
 * const id = pair.client.session.open({ interaction: "stream", method: "letters", codec: "raw", demand: 2 });
 * pair.client.wake();
 * sim.advance(10);
 * pair.server.session.sendItems(Number(id), [new Uint8Array([97])]);
 * pair.server.wake();
 * sim.advance(5);
 * pair.connection.cut(); // the item is lost on its way
 * sim.advance(5);
 * pair.reconnect();
 * sim.advance(100); // prints item at 60
 * ```
 */
export class SessionPair {
  readonly client: SimSession;
  readonly server: SimSession;
  private readonly sim: Simulation;
  private readonly link: SimLink;
  private readonly options: Readonly<Record<"client" | "server", SessionOptions>>;
  private latest: SimConnection;

  constructor(sim: Simulation, link: SimLink, { client = {}, server = {} }: SessionPairOptions = {}) {
    this.sim = sim;
    this.link = link;
    this.options = { client: optionsOf("client", client), server: optionsOf("server", server) };
    const now = sim.now();
    this.client = new SimSession(sim.clock, new Session(this.options.client, now), client);
    this.server = new SimSession(sim.clock, new Session(this.withToken(), now), server);
    this.latest = link.pair();
    this.client.attach(this.latest.near);
    this.server.attach(this.latest.far);
  }

  /** The connection that was made last. */
  get connection(): SimConnection {
    return this.latest;
  }

  /**
   * Makes another connection on which both sessions go on, when the server has agreed. What the old one still brings
   * is dropped.
   */
  reconnect(): void {
    const resume = this.client.session.resumption();
    if (resume === undefined) {
      throw new Error("Cannot reconnect: the client's session cannot be resumed; make another pair");
    }
    const now = this.sim.now();
    this.latest = this.link.pair();
    this.client.attachFresh(
      this.latest.near,
      new Session({ ...this.options.client, resume }, now),
      (request) => this.client.session.resume(request, { now: this.sim.now() }),
    );
    this.server.attachFresh(this.latest.far, new Session(this.withToken(), now), (request) =>
      this.server.session.resume(request, { token: this.token(), now: this.sim.now() }),
    );
  }

  private withToken(): SessionOptions {
    return { ...this.options.server, token: this.token() };
  }

  private token(): Uint8Array {
    return Uint8Array.from({ length: 16 }, () => this.sim.random.int(0, 255));
  }
}

function optionsOf(
  role: "client" | "server",
  { codecs = ["raw"], onEvent: _, takeTurn: __, ...rest }: PairSide,
): SessionOptions {
  return { ...rest, role, codecs };
}
