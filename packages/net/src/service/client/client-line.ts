// One connection of a client, from its HELLO to its end: what the connection says of itself, with its name on it, for
// whoever has several of them in turn.

import type { SluiceError } from "@sluice/core";
import type { ResumeRequest, SessionOptions } from "../../protocol/session/session-api.js";
import type { Transport } from "../../transport/transport.js";
import { Connection } from "../connection/connection.js";
import type { ConnectionOwner, EventOf } from "../connection/connection-parts.js";
import { Link } from "../connection/link.js";
import type { Runtime } from "../connection/runtime.js";

/** Who has lines: the client. */
export interface LineOwner {
  onLineReady(line: ClientLine): void;
  onLineSlots(line: ClientLine): void;
  onLineGoaway(line: ClientLine, event: EventOf<"goaway">): void;
  /** Whether a line that lost its transport is to wait for another one. */
  mayLineSuspend(line: ClientLine): boolean;
  onLineSuspended(line: ClientLine): void;
  /** The session that was to be resumed goes on over the link of this line. */
  onLineResume(line: ClientLine, request: ResumeRequest): void;
  /** It does not; this line begins anew. */
  onLineResumeRefused(line: ClientLine, message: string): void;
  /** The session is over; `error` is undefined when it was closed as wished. */
  onLineEnd(line: ClientLine, error: SluiceError | undefined): void;
  /** Nothing of it is left. Last call. */
  onLineGone(line: ClientLine): void;
}

/** A connection and where it goes. */
export class ClientLine implements ConnectionOwner {
  readonly connection: Connection;
  /** Where its link goes now. */
  address: string;
  private readonly owner: LineOwner;

  constructor(
    transport: Transport,
    address: string,
    runtime: Runtime,
    owner: LineOwner,
    options: SessionOptions,
  ) {
    this.address = address;
    this.owner = owner;
    this.connection = new Connection(new Link(transport), runtime, this, options);
  }

  onReady(): void {
    this.owner.onLineReady(this);
  }

  /** A server opens no streams: its session has no slot for them, and none gets here. */
  onOpened(): void {}

  onSlots(): void {
    this.owner.onLineSlots(this);
  }

  onGoaway(event: EventOf<"goaway">): void {
    this.owner.onLineGoaway(this, event);
  }

  onDrained(): void {
    this.connection.close();
  }

  maySuspend(): boolean {
    return this.owner.mayLineSuspend(this);
  }

  onSuspended(): void {
    this.owner.onLineSuspended(this);
  }

  onResume(request: ResumeRequest): void {
    this.owner.onLineResume(this, request);
  }

  onResumeRefused(message: string): void {
    this.owner.onLineResumeRefused(this, message);
  }

  onEnd(error: SluiceError | undefined): void {
    this.owner.onLineEnd(this, error);
  }

  onGone(): void {
    this.owner.onLineGone(this);
  }
}
