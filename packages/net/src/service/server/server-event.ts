// What a server can be heard doing, one event a fact: for logs, counters and traces. Each connection that connected is
// disconnected once, each stream that was opened ends once.

import type { Criticality, PermitOutcome, SluiceError } from "@sluice/core";
import type { Interaction } from "../../protocol/session/session-api.js";

/** Which connection, and whose. */
export interface ConnectionFacts {
  /** 1 for the first connection that this server accepted, and one more for each that follows. */
  readonly connection: number;
  /** As `authenticate` says; "" without it. */
  readonly principal: string;
  /** Network address of the client, when there is one. */
  readonly address: string | undefined;
}

/** Which stream or call, of which connection. */
export interface StreamFacts extends ConnectionFacts {
  readonly stream: number;
  /** `service.route`. */
  readonly method: string;
  readonly interaction: Interaction;
}

/** A client was let in. */
export interface ConnectedEvent extends ConnectionFacts {
  readonly kind: "connected";
}

/** The transport is lost; the session waits for its client, and its streams go on as far as they have credit. */
export interface SuspendedEvent extends ConnectionFacts {
  readonly kind: "suspended";
}

/**
 * The client came back, over the link of another connection, which was disconnected by that.
 */
export interface ResumedEvent extends ConnectionFacts {
  readonly kind: "resumed";
  /** Milliseconds without a transport. */
  readonly afterMs: number;
}

/** The session is over. Streams whose handlers are still at work end after it. */
export interface DisconnectedEvent extends ConnectionFacts {
  readonly kind: "disconnected";
  /** Undefined: one side closed it as wished. */
  readonly error: SluiceError | undefined;
  /** Milliseconds since it connected. */
  readonly ms: number;
  /** Streams and calls that were opened on it. */
  readonly streams: number;
}

/** A connection was not let in: no place, the gate at the door, `authorizeUpgrade`, or who it is. */
export interface RefusedEvent {
  readonly kind: "refused";
  readonly address: string | undefined;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
}

/** A stream or call was admitted; its input comes next. */
export interface OpenedEvent extends StreamFacts {
  readonly kind: "opened";
  readonly criticality: Criticality;
}

/** It has ended, and so has its handler; a permit that it held was given back with this outcome. */
export interface EndedEvent extends StreamFacts {
  readonly kind: "ended";
  /**
   * `"failure"`: the handler's error, its output's, or the deadline. `"ignored"`: the input was wrong, or the
   * client asked for what it may not have, cancelled, or lost the connection.
   */
  readonly outcome: PermitOutcome;
  /** What ended it; undefined: it succeeded. */
  readonly error: unknown;
  /** Milliseconds since it was opened. */
  readonly ms: number;
  /** Items that the handler had made: of a call its answer. */
  readonly items: number;
}

/** A stream or call was refused before anything of its input was read. */
export interface RejectedEvent extends ConnectionFacts {
  readonly kind: "rejected";
  readonly stream: number;
  /** As the client wrote it, cut to 100 characters. */
  readonly method: string;
  /** Name of the error that the client gets, such as `"OVERLOADED"`. */
  readonly code: string;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
}

/** What `onEvent` is told. */
export type ServerEvent =
  | ConnectedEvent
  | SuspendedEvent
  | ResumedEvent
  | DisconnectedEvent
  | RefusedEvent
  | OpenedEvent
  | EndedEvent
  | RejectedEvent;
