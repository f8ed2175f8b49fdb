// A peer that speaks the protocol through a bare Session: it grants and consumes only what the test says.

import { Session } from "../../src/protocol/session/session.js";
import type { SessionEvent, SessionOptions } from "../../src/protocol/session/session-api.js";
import type { Transport } from "../../src/transport/transport.js";

export class SessionPeer {
  readonly session: Session;
  readonly events: SessionEvent[] = [];
  private readonly transport: Transport;

  constructor(transport: Transport, options: SessionOptions) {
    this.transport = transport;
    this.session = new Session(options, performance.now());
    transport.onMessage((message) => {
      this.session.receive(message, performance.now());
      this.flush();
    });
    this.flush();
  }

  /** Sends what the session has to say, and gathers its events. */
  flush(): void {
    this.gather();
    for (;;) {
      const message = this.session.transmit(performance.now());
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
