// What is asked of a WebSocket, by shape: `ws` on Node, the global one of pages, Deno, Bun and Node >= 22 all fit.

import { describe } from "@sluice/core/kit";

/** What can be sent. */
export type SocketMessage = string | ArrayBuffer | ArrayBufferView;

/** What arrives: text as a string, binary as bytes (on `ws`: a Buffer). */
export type ReceivedMessage = string | Uint8Array;

/** A WebSocket. What not every runtime has is optional, and used where it is. */
export interface SocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that it was given and the network has not taken; absent in workerd, always 0 in some clients. */
  readonly bufferedAmount?: number;
  binaryType?: string;
  /** `sent` is called by `ws` when the message has left the process; elsewhere it is ignored. */
  send(message: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>, sent?: () => void): void;
  close(code?: number, reason?: string): void;
  /** Stops and starts reading: `ws` has them. */
  pause?(): void;
  resume?(): void;
  readonly isPaused?: boolean;
  addEventListener(type: SocketEventType, listener: SocketListener): void;
  removeEventListener(type: SocketEventType, listener: SocketListener): void;
}

/** What is listened to. */
export type SocketEventType = "open" | "message" | "close" | "error";

/** An event of any of the four types. */
export interface SocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly error?: unknown;
}

/** Hears of all events by one method. */
export interface SocketListener {
  handleEvent(event: SocketEvent): void;
}

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSED = 3;

/** Returns `socket` if it has the shape of one, throws a `TypeError` that names `place` otherwise. */
export function checkSocket(place: string, socket: SocketLike): SocketLike {
  const { send, close, addEventListener, removeEventListener } = socket ?? {};
  for (const method of [send, close, addEventListener, removeEventListener]) {
    if (typeof method !== "function")
      throw new TypeError(`Cannot use ${describe(socket)}: ${place} takes a WebSocket`);
  }
  return socket;
}

/** Throws the `TypeError` of a `place` that was given an option of another type. */
export function checkFlag(place: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new TypeError(`Cannot give ${place} ${option}: ${describe(value)}: it must be true or false`);
}
