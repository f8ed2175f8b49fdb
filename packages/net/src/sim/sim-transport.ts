// One side of a simulated connection, as a Transport: it keeps the same word as a socket (transport-cases.ts).

import { joined, type Message } from "../protocol/byte/message.js";
import type { Transport, TransportEnd } from "../transport/transport.js";
import { CLOSE_LOST, CLOSE_OVERLOADED, cutReason, MAX_MESSAGE_BYTES } from "../transport/transport.js";
import { type LinkDirection, Pipe, type PipeReceiver } from "./pipe.js";
import type { Transmitter } from "./transmitter.js";

/** A peer that does not answer a close is left after so long, in milliseconds, as over WebSocket. */
const CLOSE_TIMEOUT_MS = 2000;

/** What happens at this side, for the trace and for what concerns both sides. */
export interface SimTransportOwner {
  sent(message: Uint8Array, from: string): void;
  delivered(message: Uint8Array, to: string): void;
  ended(end: TransportEnd, at: string): void;
  /** This side ends the connection without waiting for anyone. */
  aborted(by: string): void;
}

/** Sends into one pipe; the other one delivers here. */
export class SimTransport implements Transport, PipeReceiver {
  readonly node: string;
  private readonly owner: SimTransportOwner;
  private readonly direction: LinkDirection;
  private readonly transmitter: Transmitter;
  private pipe: Pipe | undefined;
  private incoming: Pipe | undefined;
  /** Set as soon as this side has closed: it hears nothing more but the end. */
  private closing: TransportEnd | undefined;
  private hasEnded = false;
  private messageListener: ((message: Uint8Array) => void) | undefined;
  private roomListener: () => void = ignore;
  private closeListener: ((end: TransportEnd) => void) | undefined;
  /** The end, when nobody listened. */
  private missed: TransportEnd | undefined;

  constructor(node: string, direction: LinkDirection, transmitter: Transmitter, owner: SimTransportOwner) {
    this.node = node;
    this.direction = direction;
    this.transmitter = transmitter;
    this.owner = owner;
  }

  /** Makes the pipe towards `peer`, which must call this too. */
  join(peer: SimTransport): Pipe {
    this.pipe = new Pipe(
      this.direction,
      peer,
      (pipe) => this.transmitter.add(pipe),
      () => {
        if (!this.hasEnded && this.closing === undefined) this.roomListener();
      },
    );
    peer.incoming = this.pipe;
    return this.pipe;
  }

  get isOver(): boolean {
    return this.hasEnded;
  }

  send(sent: Message): number {
    const { pipe } = this;
    if (pipe === undefined || this.closing !== undefined || this.hasEnded) return 0;
    const message = joined(sent);
    if (message.byteLength > MAX_MESSAGE_BYTES || !pipe.takesMore || pipe.room < -2 * MAX_MESSAGE_BYTES) {
      this.closing = {
        code: CLOSE_OVERLOADED,
        reason: `More than the link takes: a message of ${message.byteLength} bytes, ${pipe.bufferedBytes} wait`,
        by: "us",
      };
      this.owner.aborted(this.node);
      return 0;
    }
    this.owner.sent(message, this.node);
    pipe.push(message);
    pipe.isStarved = pipe.room <= 0;
    return Math.max(pipe.room, 0);
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.messageListener = listener;
    this.incoming?.retry();
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
    // A connection may break between the moment it is there and the moment somebody listens.
    const { missed } = this;
    if (missed !== undefined) this.direction.clock.schedule(0, () => listener(missed));
  }

  close(code: number, reason: string): void {
    if (this.closing !== undefined || this.hasEnded) return;
    const cut = cutReason(reason);
    const closing: TransportEnd = { code, reason: cut, by: "us" };
    this.closing = closing;
    this.pipe?.pushEnd({ code, reason: cut, by: "peer" });
    this.direction.clock.schedule(CLOSE_TIMEOUT_MS, () => this.end(closing));
    // What comes now is read and dropped, up to the peer's answer.
    this.incoming?.retry();
  }

  isReading(): boolean {
    return this.messageListener !== undefined || this.closing !== undefined || this.hasEnded;
  }

  deliver(message: Uint8Array): void {
    if (this.closing !== undefined || this.hasEnded) return;
    this.owner.delivered(message, this.node);
    this.messageListener?.(message);
  }

  end(how: TransportEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    // A side that hears the peer's end answers it, in place of what it still had to say.
    if (this.closing === undefined && how.by === "peer") {
      this.pipe?.clearBuffer();
      this.pipe?.pushEnd({ code: how.code, reason: how.reason, by: "peer" });
    }
    const told = this.closing ?? how;
    this.owner.ended(told, this.node);
    if (this.closeListener === undefined) this.missed = told;
    else this.closeListener(told);
  }
}

/** How a side hears that the connection broke. */
export function broken(reason: string): TransportEnd {
  return { code: CLOSE_LOST, reason, by: "network" };
}

function ignore(): void {}
