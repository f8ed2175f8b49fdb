// What the layers above need from a link: whole binary messages, in order, and to be told when to stop
// sending. Five members, so that a new link is one file; `@sluice/net/kit` has the cases that each must pass.

import type { Message } from "../protocol/byte/message.js";

export type { Message };

/**
 * An ordered link that carries whole binary messages between two sides.
 *
 * Each `on...` takes one listener, to be set before the first `send`.
 */
export interface Transport {
  /**
   * Sends one message, in one piece or in parts that arrive as one, and answers how many bytes of room are left: at
   * 0 or below, hold everything back until `onRoom` but the last message of a connection. The bytes are changed
   * neither by the sender nor by the transport, which may not detach them either: they may be sent again. Sending on a closed transport does nothing and answers 0.
   */
  send(message: Message): number;
  /**
   * Hears every message that the peer sent, in order; reading starts with this call, so that none is missed.
   * The bytes stay valid as long as they are held.
   */
  onMessage(listener: (message: Uint8Array) => void): void;
  /**
   * As `onMessage` and instead of it, for who takes a message in parts where that spares a copy: bytes that were moved
   * here stay where they are. Only a transport that moves memory has it.
   */
  onParts?(listener: (message: Message) => void): void;
  /** Whether these bytes, as a part of a message, would move and not be copied. Absent: none do. */
  moves?(bytes: Uint8Array): boolean;
  /** Is told once there is room again after `send` had answered 0 or less. */
  onRoom(listener: () => void): void;
  /** Is told exactly once that the link has ended, whoever ended it; nothing else comes after it. */
  onClose(listener: (end: TransportEnd) => void): void;
  /** Delivers what was sent before, then ends the link. Idempotent. `reason` is cut to 123 bytes. */
  close(code: number, reason: string): void;
}

/** How a link ended. */
export interface TransportEnd {
  /** A WebSocket close code (RFC 6455 §7.4.1), for every kind of transport. */
  readonly code: number;
  readonly reason: string;
  /** Who ended it: this side, the other side by saying so, or neither (the link broke). */
  readonly by: "us" | "peer" | "network";
}

/** The subprotocol that both sides must name (protocol.md Decided 1). */
export const SUBPROTOCOL = "sluice.v1";

/** Largest message, in bytes: protocol.md G, 1 MiB; it is what one peer may make the other hold at once. */
export const MAX_MESSAGE_BYTES: number = 1 << 20;

/**
 * Bytes that may wait in a transport before `send` answers "no room": two messages of the lone-stream target
 * (protocol.md G, 32 KiB), so that the socket never runs dry while one is being encoded, and no more, because
 * a call's answer waits behind them.
 */
export const SEND_CAPACITY: number = 64 * 1024;

/**
 * Bytes that may wait in front of another message at most: capacity, two data messages of ours, more for peers that
 * take larger ones. A sender that goes on without room has a peer that does not read its socket; the link is ended.
 */
export const SEND_LIMIT: number = SEND_CAPACITY + 2 * MAX_MESSAGE_BYTES;

/** Close codes of RFC 6455 §7.4.1 and its registry that we use. */
export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_NOT_BINARY = 1003;
export const CLOSE_LOST = 1006;
export const CLOSE_OVERLOADED = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_TRY_AGAIN_LATER = 1013;

/** Cuts a reason to what a close frame carries: at most 123 bytes of UTF-8 (RFC 6455 §5.5.1), whole characters. */
export function cutReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.byteLength <= 123) return reason;
  return new TextDecoder().decode(bytes.subarray(0, 123)).replace(/\uFFFD$/, "");
}
