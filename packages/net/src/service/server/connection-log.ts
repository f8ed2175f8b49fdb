// The events of one connection and of its streams, for the server's hook. There is none of these where nobody listens.

import type { Clock, SluiceError } from "@sluice/core";
import type { StreamFailure } from "../../protocol/protocol-error.js";
import type { ConnectRequest } from "./authenticate.js";
import type { ConnectionFacts, EndedEvent, OpenedEvent, ServerEvent } from "./server-event.js";

/** An event of a stream, without what its connection adds. */
export type OfStream<E> = Omit<E, "kind" | keyof ConnectionFacts>;

/** Tells what happens to a connection. */
export class ConnectionLog {
  private readonly emit: (event: ServerEvent) => void;
  private readonly clock: Pick<Clock, "now">;
  private readonly request: ConnectRequest;
  private readonly number: number;
  /** Undefined until it is let in. */
  private facts: ConnectionFacts | undefined = undefined;
  private connectedAt = 0;
  private suspendedAt: number | undefined = undefined;
  private streams = 0;

  /** `emit` must not throw. `number`: of the connection. */
  constructor(
    emit: (event: ServerEvent) => void,
    clock: Pick<Clock, "now">,
    request: ConnectRequest,
    number: number,
  ) {
    this.emit = emit;
    this.clock = clock;
    this.request = request;
    this.number = number;
  }

  connected(principal: string): void {
    this.facts = { connection: this.number, principal, address: this.request.address };
    this.connectedAt = this.clock.now();
    this.emit({ kind: "connected", ...this.facts });
  }

  suspended(): void {
    if (this.facts === undefined) return;
    this.suspendedAt = this.clock.now();
    this.emit({ kind: "suspended", ...this.facts });
  }

  /** Over a link that came from `address`. The client may have known of a loss of which nothing was heard here. */
  resumed(address: string | undefined): void {
    if (this.facts === undefined) return;
    const now = this.clock.now();
    const afterMs = now - (this.suspendedAt ?? now);
    this.suspendedAt = undefined;
    this.facts = { ...this.facts, address };
    this.emit({ kind: "resumed", ...this.facts, afterMs });
  }

  disconnected(error: SluiceError | undefined): void {
    const { facts, streams } = this;
    if (facts !== undefined) {
      this.emit({ kind: "disconnected", ...facts, error, ms: this.clock.now() - this.connectedAt, streams });
    } else if (error !== undefined) {
      const { address } = this.request;
      this.emit({ kind: "refused", address, reason: error.message, retryAfterMs: undefined });
    }
  }

  opened(event: OfStream<OpenedEvent>): void {
    this.streams += 1;
    this.emit({ kind: "opened", ...this.known(), ...event });
  }

  ended(event: OfStream<EndedEvent>): void {
    this.emit({ kind: "ended", ...this.known(), ...event });
  }

  rejected(stream: number, method: string, failure: StreamFailure): void {
    const { name: code, message: reason, retryAfterMs = 0 } = failure;
    this.emit({
      kind: "rejected",
      ...this.known(),
      stream,
      method: method.slice(0, METHOD_LENGTH),
      code,
      reason,
      retryAfterMs: retryAfterMs === 0 ? undefined : retryAfterMs,
    });
  }

  /** Streams are opened by who was let in. */
  private known(): ConnectionFacts {
    return this.facts as ConnectionFacts;
  }
}

/** A client may write what it likes, up to the limit of a frame. */
const METHOD_LENGTH = 100;
