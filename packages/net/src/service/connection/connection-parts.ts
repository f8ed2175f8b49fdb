// What a connection speaks to: the streams that run over it, and whoever made it.

import type { PermitOutcome, SluiceError } from "@sluice/core";
import type { Peer, ResumeRequest, SessionEvent, Turn } from "../../protocol/session/session-api.js";
import type { ItemsEvent } from "./bodies.js";
import type { StreamSnapshot } from "./snapshot.js";

/** A session event of one kind. */
export type EventOf<K extends SessionEvent["kind"]> = Extract<SessionEvent, { kind: K }>;

/** One stream of a connection on this side: what the connection tells it. */
export interface StreamEnd {
  /** It is this stream's turn: encode and send now (see `TakeTurn`). */
  onTurn(turn: Turn): "more" | "idle";
  onItems(event: ItemsEvent): void;
  onCompleted(): void;
  onFailed(event: EventOf<"failed">): void;
  onCancelled(): void;
  onCredit(): void;
  /** The peer says anew how soon it wants this stream, and what it is worth. */
  onRank(event: EventOf<"urgency">): void;
  /** The connection is gone; no session is left to talk to. `neverSent`: the peer surely has not heard of the stream. */
  onClosed(error: SluiceError, neverSent: boolean): void;
  /** What this side knows of the stream besides the session's counters. */
  snapshot(): Pick<StreamSnapshot, "method" | "interaction" | "produced">;
}

/** Keeps an account of the streams of a connection, besides those who run them. */
export interface StreamWatch {
  /** It has ended; its handler may be at work still. Said once. */
  onStreamEnded(streamId: number, outcome: PermitOutcome, error: unknown, items: number): void;
  /** Its handler has ended too, and its slot is free. */
  onStreamReleased(streamId: number): void;
}

/** Whoever made the connection: client or server. */
export interface ConnectionOwner {
  onReady(peer: Peer): void;
  onOpened(event: EventOf<"opened">): void;
  onSlots(): void;
  onGoaway(event: EventOf<"goaway">): void;
  onDrained(): void;
  /** Whether a session that lost its transport is to wait for another one, if it can. */
  maySuspend(): boolean;
  /** The transport is lost, the session waits for another one. */
  onSuspended(): void;
  /** The other side wants the session that this names to go on over this connection's link (session-api.ts). */
  onResume(request: ResumeRequest): void;
  /** The session that was to go on over this connection's link never will. */
  onResumeRefused(message: string): void;
  /** The session has ended; `error` is undefined when it was closed as wished. */
  onEnd(error: SluiceError | undefined): void;
  /** The transport has ended too, nothing of the connection is left. Last call. */
  onGone(): void;
}
