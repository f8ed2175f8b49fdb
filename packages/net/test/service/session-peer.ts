// A peer that speaks the protocol through a bare Session: it grants and consumes only what the test says.

import { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent, SessionOptions } from "../../src/protocol/session/session-api.js";
import type { Transport } from "../../src/transport/transport.js";

export class SessionPeer {
  session: Session;
  readonly events: SessionEvent[] = [];
  private readonly transport: Transport;
  private readonly now: () => number;

  constructor(transport: Transport, options: SessionOptions, now: () => number = () => performance.now()) {
    this.transport = transport;
    this.now = now;
    this.session = new Session(options, now());
    transport.onMessage((message) => {
      this.session.receive(message, now());
      this.flush();
    });
    this.flush();
  }

  /** Another session goes on over this transport. */
  adopt(session: Session): void {
    this.session = session;
    session.tick(this.now() + 200);
    this.flush();
  }

  /** Sends what the session has to say, and gathers its events. */
  flush(): void {
    this.gather();
    for (;;) {
      const message = this.session.transmit(this.now());
      if (message === undefined) break;
      this.transport.send(message);
    }
    this.gather();
  }

  /** Events of one kind so far. */
  of<K extends SessionEvent["kind"]>(kind: K): Extract<SessionEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<SessionEvent, { kind: K }> => event.kind === kind);
  }

  close(): void {
    this.transport.close(1000, "");
  }

  private gather(): void {
    for (let event = this.session.nextEvent(); event !== undefined; event = this.session.nextEvent()) {
      this.events.push(event);
    }
  }
}
