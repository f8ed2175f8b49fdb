// A MessagePort as a Transport: between a page or process and its workers, or between workers. A port has no bound and
// no word of how much waits in it, so this has both: whoever takes messages out says how far it has come, and what is
// under way is never more than a socket would hold.
//
//   sender  ── ArrayBuffer ──────► a message, moved and not copied; [ArrayBuffer, ...] one in parts (given-away.ts)
//   taker   ◄── number ─────────── bytes taken out since the beginning, said each quarter of the capacity, before
//                                  what was taken is worked on: the peer makes the next message meanwhile
//   either  ── [code, reason] ───► the end
//
// As everywhere, credit is a position and no difference: room = capacity - (sent - taken).

import { joined, type Message, messageLength } from "../protocol/byte/message.js";
import { isGivenAway, takeBack } from "./given-away.js";
import {
  CLOSE_LOST,
  CLOSE_NOT_BINARY,
  CLOSE_OVERLOADED,
  CLOSE_PROTOCOL_ERROR,
  CLOSE_TOO_BIG,
  cutReason,
  MAX_MESSAGE_BYTES,
  SEND_CAPACITY,
} from "./transport.js";
import type { Transport, TransportEnd } from "./transport.js";

/**
 * A `MessagePort` of any runtime; or a `Worker`, `parentPort`, or `self` of a worker, which are one end of a port each.
 * It must be nobody else's: what comes over it and is not of ours ends the link.
 */
export interface PortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** As an `EventTarget` has it: everything in browsers, and the ports of Node. */
  addEventListener?(type: string, listener: (event: unknown) => void): void;
  removeEventListener?(type: string, listener: (event: unknown) => void): void;
  /** As an `EventEmitter` has it: the `Worker` of Node. */
  on?(type: string, listener: (message: unknown) => void): unknown;
  off?(type: string, listener: (message: unknown) => void): unknown;
  start?(): void;
  close?(): void;
}

/**
 * Makes a Transport of a port. Each message is copied once, into memory of its own, and that is moved to the other side:
 * what the sender has stays as it is, and items that are bytes are views of what has come.
 *
 * *Buffers:* 64 KiB under way before "no room", two of the longest messages beyond it and one message at most. *Errors:*
 * what is no port is a `TypeError` at the call; what comes over it and is no message of ours ends the link.
 *
 * @param messageBytes the longest message taken, 1 MiB by default; both ends should say the same. More is of use for
 *   bytes that are given away: what moves is held once, however much it is
 *
 * @example
 * ```ts
 * import { portTransport } from "@sluice/net/port";
 * const { port1, port2 } = new MessageChannel();
 * const [near, far] = [portTransport(port1), portTransport(port2)];
 * far.onMessage((message) => {
 *   console.log(message); // prints Uint8Array(2) [ 1, 2 ]
 *   far.close(1000, "");
 * });
 * near.onClose(({ by }) => console.log(by)); // prints peer
 * near.onMessage(() => {});
 * near.send(new Uint8Array([1, 2]));
 * ```
 */
export function portTransport(port: PortLike, messageBytes: number = MAX_MESSAGE_BYTES): Transport {
  if (typeof port?.postMessage !== "function") {
    throw new TypeError(`Cannot use ${String(port)} as a port: it must be a MessagePort or a Worker`);
  }
  return new PortTransport(port, messageBytes);
}

class PortTransport implements Transport {
  private readonly port: PortLike;
  private readonly messageBytes: number;
  private readonly heard: (event: unknown) => void;
  private readonly unreadable: () => void;
  private readonly gone: () => void;
  /** Positions, in bytes as they are charged: sent from here and taken there, come here and said to be taken. */
  private sent = 0;
  private takenThere = 0;
  private come = 0;
  private said = 0;
  private starved = false;
  private isListening = false;
  private ending: TransportEnd | undefined = undefined;
  private messageListener: (message: Message) => void = ignore;
  private roomListener: () => void = ignore;
  private closeListener: (end: TransportEnd) => void = ignore;

  constructor(port: PortLike, messageBytes: number) {
    this.port = port;
    this.messageBytes = messageBytes;
    const emits = port.addEventListener === undefined;
    this.heard = emits
      ? (message) => this.receive(message)
      : (event) => this.receive((event as { readonly data: unknown }).data);
    this.unreadable = () => this.close(CLOSE_NOT_BINARY, "Cannot read what came over the port");
    this.gone = () =>
      this.end({ code: CLOSE_LOST, reason: "the other side of the port is gone", by: "network" });
  }

  send(message: Message): number {
    if (this.ending !== undefined) return 0;
    const waiting = this.sent - this.takenThere;
    if (waiting > SEND_CAPACITY + 2 * this.messageBytes) {
      this.close(CLOSE_OVERLOADED, `The peer does not read: ${waiting} bytes wait for it`);
      return 0;
    }
    this.sent += chargeOf(messageLength(message));
    this.post(message);
    const room = SEND_CAPACITY - (this.sent - this.takenThere);
    this.starved = room <= 0;
    return Math.max(room, 0);
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.onParts((message) => listener(joined(message)));
  }

  onParts(listener: (message: Message) => void): void {
    this.messageListener = listener;
    if (this.isListening || this.ending !== undefined) return;
    this.isListening = true;
    for (const [type, hear] of this.events()) {
      if (this.port.addEventListener !== undefined) this.port.addEventListener(type, hear);
      else this.port.on?.(type, hear);
    }
    this.port.start?.();
  }

  moves(bytes: Uint8Array): boolean {
    return isGivenAway(bytes);
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
  }

  close(code: number, reason: string): void {
    if (this.ending !== undefined) return;
    const cut = cutReason(reason);
    this.ending = { code, reason: cut, by: "us" };
    // Behind all that was sent: a port that is closed still delivers it. Nothing is to be waited for.
    this.port.postMessage([code, cut], []);
    queueMicrotask(() => this.leave(this.ending as TransportEnd));
  }

  /**
   * The memory of a message holds others too and may be sent again: it stays here. A copy that is moved costs one pass
   * over these bytes; left to the port it would be two, over all that the memory holds. What was given away moves as it
   * is, and its message goes in parts: what stands between is copied as ever.
   */
  private post(message: Message): void {
    if (message instanceof Uint8Array || !message.some(isGivenAway)) {
      const { buffer } = copied(message);
      this.port.postMessage(buffer, [buffer]);
      return;
    }
    const parts: ArrayBuffer[] = [];
    let from = 0;
    for (const [i, part] of message.entries()) {
      if (!isGivenAway(part)) continue;
      if (i > from) parts.push(copied(message.slice(from, i)).buffer);
      takeBack(part);
      parts.push(part.buffer as ArrayBuffer); // what is given away is nothing else
      from = i + 1;
    }
    if (from < message.length) parts.push(copied(message.slice(from)).buffer);
    this.port.postMessage(parts, parts);
  }

  private receive(data: unknown): void {
    if (this.ending !== undefined) return;
    if (data instanceof ArrayBuffer) this.take(new Uint8Array(data));
    else if (isParts(data)) this.take(data.map((part) => new Uint8Array(part)));
    else if (typeof data === "number") this.onTaken(data);
    else if (isEnd(data)) this.end({ code: data[0], reason: cutReason(data[1]), by: "peer" });
    else this.close(CLOSE_NOT_BINARY, `Cannot read ${kindOf(data)}: nobody else may post over this port`);
  }

  private take(message: Message): void {
    const length = messageLength(message);
    if (length > this.messageBytes) {
      this.close(CLOSE_TOO_BIG, `Cannot take ${length} bytes: at most ${this.messageBytes}`);
      return;
    }
    this.come += chargeOf(length);
    // Said before it is worked on, so that the peer makes the next one meanwhile: otherwise one thread waits for the
    // other, and a stream took as long as both together (920 ns an item instead of 460).
    if (this.come - this.said >= SAY_EVERY) {
      this.said = this.come;
      this.port.postMessage(this.come, []);
    }
    this.messageListener(message);
  }

  private onTaken(position: number): void {
    if (!(position >= this.takenThere && position <= this.sent)) {
      const range = `from ${this.takenThere} to ${this.sent}`;
      this.close(CLOSE_PROTOCOL_ERROR, `Cannot have byte ${position} taken: it must be ${range}`);
      return;
    }
    this.takenThere = position;
    // Any room is worth a whole message: what is sent may exceed it.
    if (!this.starved || this.sent - position >= SEND_CAPACITY) return;
    this.starved = false;
    this.roomListener();
  }

  private end(how: TransportEnd): void {
    if (this.ending !== undefined) return;
    this.ending = how;
    this.leave(how);
  }

  private leave(how: TransportEnd): void {
    if (this.isListening) {
      for (const [type, hear] of this.events()) {
        if (this.port.removeEventListener !== undefined) this.port.removeEventListener(type, hear);
        else this.port.off?.(type, hear);
      }
    }
    // A worker has no `start`, and its `close` would end the worker.
    if (this.port.start !== undefined) this.port.close?.();
    this.closeListener(how);
  }

  private events(): readonly (readonly [string, (event: unknown) => void])[] {
    const { heard, unreadable, gone } = this;
    // `exit`: of the Worker of Node. Some browsers do not say `close`: there the heartbeat finds out.
    return [
      ["message", heard],
      ["messageerror", unreadable],
      ["close", gone],
      ["exit", gone],
    ];
  }
}

function copied(message: Message): Uint8Array<ArrayBuffer> {
  if (message instanceof Uint8Array) return new Uint8Array(message);
  const [only] = message;
  // `joined` makes memory of its own for several parts.
  return message.length === 1
    ? new Uint8Array(only as Uint8Array)
    : (joined(message) as Uint8Array<ArrayBuffer>);
}

function isParts(data: unknown): data is readonly ArrayBuffer[] {
  return Array.isArray(data) && data.length > 1 && data.every((part) => part instanceof ArrayBuffer);
}

function isEnd(data: unknown): data is readonly [number, string] {
  return Array.isArray(data) && data.length === 2 && Number.isInteger(data[0]) && typeof data[1] === "string";
}

function kindOf(data: unknown): string {
  if (data === null || data === undefined) return String(data);
  return typeof data === "object" ? "an object" : `a ${typeof data}`;
}

/** Each message counts for some bytes more, so that empty ones are bounded too: judgement. */
function chargeOf(bytes: number): number {
  return bytes + 64;
}

/** A word costs as much as a small message. */
const SAY_EVERY = SEND_CAPACITY / 4;

function ignore(): void {}
