// What a client sends into a channel: the items of a publisher or iterable, as the server's credit allows
// (connection/outgoing-flow.ts). The request that it belongs to opens and ends the stream.

import { from, type Subscription } from "@sluice/core";
import { connect, dropError, type Terminal } from "@sluice/core/kit";
import type { Connection } from "../connection/connection.js";
import { OutgoingFlow, type OutgoingOwner, type OutgoingRoute } from "../connection/outgoing-flow.js";
import type { Streamable } from "../contract/route.js";

/** Whose input it is. */
export interface ChannelSide {
  readonly connection: Connection | undefined;
  readonly streamId: number;
  readonly route: OutgoingRoute;
  /** All items are sent, and the end is said. */
  onInputOver(): void;
  /** The source failed, or made what cannot be sent: the channel is to end with this. */
  onInputFailed(error: unknown): void;
}

/** The input of one channel. Its source is subscribed to when the channel is open, and asked for what the server wants. */
export class ChannelInput implements OutgoingOwner {
  readonly outgoing: OutgoingFlow;
  isOver = false;
  private readonly side: ChannelSide;
  private readonly source: Streamable<unknown>;
  private isConnected = false;

  constructor(side: ChannelSide, source: Streamable<unknown>) {
    this.side = side;
    this.source = source;
    this.outgoing = new OutgoingFlow(this);
  }

  get connection(): Connection | undefined {
    return this.side.connection;
  }

  get streamId(): number {
    return this.side.streamId;
  }

  get route(): OutgoingRoute {
    return this.side.route;
  }

  /** The channel is open, for the first time or again. */
  opened(): void {
    if (this.isConnected) {
      this.outgoing.opened();
      return;
    }
    this.isConnected = true;
    try {
      connect(from(this.source), this.outgoing);
    } catch (error) {
      this.side.onInputFailed(error);
    }
  }

  ask(source: Subscription, count: number): void {
    source.request(count);
  }

  onSourceEnd(end: Terminal): void {
    if (end.kind === "error") {
      this.side.onInputFailed(end.error);
      return;
    }
    this.isOver = true;
    this.connection?.session.complete(this.streamId);
    this.connection?.wake();
    this.side.onInputOver();
  }

  onUnsendable(error: unknown): void {
    this.side.onInputFailed(error);
  }

  /** There is no hook for it on this side: as core does with whatever nobody may hear of any more. */
  onLateError(error: unknown): void {
    dropError(error);
  }

  /** Nobody takes it any more. */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.outgoing.stop();
  }
}
