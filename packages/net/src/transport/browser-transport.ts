// The WebSocket that pages and workers of a browser have, as a Transport. What it lacks beside `ws`:
//
//   no pause        what comes before somebody listens is held here, bounded
//   no word of room the browser does not say when its buffer has run down: it is asked, soon and then less often
//   no terminate    a socket whose peer does not answer a close is left to the browser, after two seconds
//   few close codes see close-code.ts

import { systemClock } from "@sluice/core";
import { joined } from "../protocol/byte/message.js";
import { codeForPage, meantCode } from "./close-code.js";
import { EarlyMessages } from "./early-messages.js";
import {
  CLOSE_LOST,
  CLOSE_NOT_BINARY,
  CLOSE_OVERLOADED,
  CLOSE_TOO_BIG,
  cutReason,
  MAX_MESSAGE_BYTES,
  SEND_CAPACITY,
  SEND_LIMIT,
} from "./transport.js";
import type { Message, Transport, TransportEnd } from "./transport.js";

/**
 * Makes a Transport of a socket that has just opened, in the turn of its `open` event. *Buffers:* 64 KiB before "no
 * room", 2 MiB beyond it and one message at most; as much of what comes before `onMessage`.
 */
export function browserTransport(socket: WebSocket): Transport {
  const transport = new BrowserTransport(socket);
  transport.listen();
  return transport;
}

class BrowserTransport implements Transport {
  private readonly socket: WebSocket;
  private readonly early: EarlyMessages = new EarlyMessages();
  private starved = false;
  private cancelWatch: () => void = ignore;
  private cancelWait: () => void = ignore;
  private closedBy: TransportEnd | undefined = undefined;
  private ended = false;
  private messageListener: ((message: Uint8Array) => void) | undefined = undefined;
  private roomListener: () => void = ignore;
  private closeListener: (end: TransportEnd) => void = ignore;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  listen(): void {
    const { socket } = this;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.receive(data);
    socket.onclose = ({ code, reason }: CloseEvent) => this.onSocketClose(code, reason);
    // It says nothing that `close` does not say, but it must have been heard.
    socket.onerror = ignore;
  }

  send(message: Message): number {
    const { socket } = this;
    if (this.closedBy !== undefined || socket.readyState !== OPEN) return 0;
    if (socket.bufferedAmount > SEND_LIMIT) {
      this.abort(`The peer does not read: ${socket.bufferedAmount} bytes wait for it`);
      return 0;
    }
    // A page has no way to send parts as one message: they are joined. The platform itself refuses memory that threads
    // share, which the cast says it is not.
    socket.send(joined(message) as Uint8Array<ArrayBuffer>);
    const waiting = socket.bufferedAmount;
    if (waiting < SEND_CAPACITY) return SEND_CAPACITY - waiting;
    if (!this.starved) {
      this.starved = true;
      this.watchRoom(0);
    }
    return 0;
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    // Not at once: who begins to listen has not said a word yet. No message of the socket comes in between.
    queueMicrotask(() => {
      this.messageListener = listener;
      for (const message of this.early.release()) this.deliver(message);
    });
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
  }

  close(code: number, reason: string): void {
    if (this.closedBy !== undefined || this.ended) return;
    const cut = cutReason(reason);
    this.closedBy = { code, reason: cut, by: "us" };
    this.cancelWatch();
    this.socket.close(codeForPage(code), cut);
    // The browser itself waits without end for a peer that reads nothing.
    this.cancelWait = systemClock.schedule(CLOSE_TIMEOUT_MS, () => this.leave());
  }

  private receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      this.close(CLOSE_NOT_BINARY, "Cannot read a text message: sluice.v1 speaks binary messages only");
    } else if (data.byteLength > MAX_MESSAGE_BYTES) {
      this.close(CLOSE_TOO_BIG, `Cannot take ${data.byteLength} bytes: at most ${MAX_MESSAGE_BYTES}`);
    } else {
      this.deliver(new Uint8Array(data));
    }
    // What the peer says is often an answer to what has left this side.
    if (this.starved) this.tellRoom();
  }

  private deliver(message: Uint8Array): void {
    // What comes after this side's close was on its way.
    if (this.closedBy !== undefined || this.ended) return;
    if (this.messageListener !== undefined) this.messageListener(message);
    else if (this.early.hold(message) === "full") this.abort("Cannot hold more: nobody reads what comes");
  }

  /** Asks for room until there is some: four times in the next turns, for a fast network, then with a growing wait. */
  private watchRoom(times: number): void {
    const waitMs = times < 4 ? 0 : Math.min(2 ** (times - 4), 16);
    this.cancelWatch = systemClock.schedule(waitMs, () => {
      if (!this.tellRoom()) this.watchRoom(times + 1);
    });
  }

  private tellRoom(): boolean {
    // Low water at half, so that one `onRoom` is worth a whole message.
    if (this.socket.bufferedAmount > SEND_CAPACITY / 2) return false;
    this.starved = false;
    this.cancelWatch();
    this.roomListener();
    return true;
  }

  /** Ends a link whose other side does not keep up: a close frame would wait behind all the rest. */
  private abort(reason: string): void {
    this.close(CLOSE_OVERLOADED, reason);
    this.cancelWait();
    this.cancelWait = systemClock.schedule(0, () => this.leave());
  }

  private leave(): void {
    this.socket.onmessage = null;
    this.socket.onclose = null;
    this.end(this.closedBy ?? { code: CLOSE_LOST, reason: "", by: "network" });
  }

  private onSocketClose(code: number, reason: string): void {
    const by = code === CLOSE_LOST ? "network" : "peer";
    this.end(this.closedBy ?? { code: meantCode(code), reason, by });
  }

  private end(how: TransportEnd): void {
    if (this.ended) return;
    this.ended = true;
    this.cancelWatch();
    this.cancelWait();
    this.closeListener(how);
  }
}

/** `WebSocket.OPEN`, of whatever made the socket. */
const OPEN = 1;

/** As `ws` has it here: a peer that does not answer a close is left. */
const CLOSE_TIMEOUT_MS = 2000;

function ignore(): void {}
