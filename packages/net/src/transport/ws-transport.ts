// A WebSocket of the `ws` package as a Transport: what client and server have in common. The options with
// their reasons stand here too, because both sides must agree on them.

import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { joined, type Message, messageLength } from "../protocol/byte/message.js";
import { meantCode } from "./close-code.js";
import {
  CLOSE_LOST,
  CLOSE_NOT_BINARY,
  CLOSE_OVERLOADED,
  MAX_MESSAGE_BYTES,
  SEND_CAPACITY,
  SEND_LIMIT,
  cutReason,
} from "./transport.js";
import type { Transport, TransportEnd } from "./transport.js";

interface WsOptions {
  readonly perMessageDeflate: boolean;
  readonly maxPayload: number;
  readonly skipUTF8Validation: boolean;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Milliseconds; known to ws 8.23 and not to its types. */
  readonly closeTimeout: number;
}

/** What both sides tell `ws`. */
export const WS_OPTIONS: WsOptions = {
  // Deflate costs twenty times on single messages (protocol.md, "Data path"), and is a bomb (H18).
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  // No text is ever accepted, so there is nothing to validate: about 3 %.
  skipUTF8Validation: true,
  // A message in ever smaller pieces costs memory per piece (H13): protocol.md G.
  maxFragments: 256,
  maxBufferedChunks: 4096,
  // A peer that does not answer a close frame is cut off; the default of 30 s would hold a server's end up.
  closeTimeout: 2000,
};

/**
 * Makes a Transport of an open socket. `carrier`: a server's, the connection under it, over which a message in parts goes
 * without a copy; a client masks all that it sends (RFC 6455 §5.3), and that is a copy. *Buffers:* 64 KiB before "no room", 2 MiB
 * beyond it and one message at most.
 */
export function wsTransport(socket: WebSocket, carrier?: Duplex): Transport {
  const transport = new WsTransport(socket, carrier);
  transport.listen();
  return transport;
}

class WsTransport implements Transport {
  private readonly socket: WebSocket;
  private readonly carrier: Duplex | undefined;
  private readonly sent: () => void;
  private starved = false;
  private closedBy: TransportEnd | undefined;
  private failure = "";
  private messageListener: (message: Uint8Array) => void = ignore;
  private roomListener: () => void = ignore;
  private closeListener: (end: TransportEnd) => void = ignore;

  constructor(socket: WebSocket, carrier: Duplex | undefined) {
    this.socket = socket;
    this.carrier = carrier;
    // One function for all messages: send is called once per message, and needs no closure of its own.
    this.sent = () => this.onSent();
  }

  listen(): void {
    // Nothing is read before somebody listens: what comes along with the upgrade would be lost otherwise.
    this.socket.pause();
    this.socket.on("message", (message: RawData, isBinary: boolean) => this.receive(message, isBinary));
    this.socket.on("error", (error: Error) => {
      this.failure = error.message;
    });
    this.socket.on("close", (code: number, reason: Buffer) => this.end(code, reason.toString()));
  }

  send(message: Message): number {
    if (this.socket.readyState !== this.socket.OPEN) return 0;
    // What waits already is judged and not the message itself: that is as large as the peer says that it takes.
    if (this.socket.bufferedAmount > SEND_LIMIT) {
      this.abort(CLOSE_OVERLOADED, `The peer does not read: ${this.socket.bufferedAmount} bytes wait for it`);
      return 0;
    }
    if (message instanceof Uint8Array) this.socket.send(message, this.sent);
    else if (this.carrier === undefined) this.socket.send(joined(message), this.sent);
    else this.sendParts(this.carrier, message);
    const waiting = this.socket.bufferedAmount;
    this.starved = waiting >= SEND_CAPACITY;
    return this.starved ? 0 : SEND_CAPACITY - waiting;
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.messageListener = listener;
    this.socket.resume();
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
  }

  close(code: number, reason: string): void {
    if (this.closedBy !== undefined) return;
    const cut = cutReason(reason);
    this.closedBy = { code, reason: cut, by: "us" };
    this.socket.resume();
    this.socket.close(code, cut);
  }

  private receive(message: RawData, isBinary: boolean): void {
    if (this.closedBy !== undefined) return;
    if (!isBinary || !(message instanceof Uint8Array)) {
      this.close(CLOSE_NOT_BINARY, "Cannot read a text message: sluice.v1 speaks binary messages only");
      return;
    }
    this.messageListener(message);
  }

  /**
   * One frame, written as `ws` writes its own: it hands them to the same socket at once, since nothing is compressed
   * (WS_OPTIONS) and no Blob is sent, so that the order holds. As fragments of a message, the receiver would join them.
   */
  private sendParts(carrier: Duplex, parts: readonly Uint8Array[]): void {
    const last = parts.length - 1;
    carrier.cork();
    carrier.write(frameHeader(messageLength(parts)));
    for (let i = 0; i < last; i += 1) carrier.write(parts[i]);
    carrier.write(parts[last], this.sent);
    carrier.uncork();
  }

  private onSent(): void {
    // Low water at half, so that one `onRoom` is worth a whole message.
    if (!this.starved || this.socket.bufferedAmount > SEND_CAPACITY / 2) return;
    this.starved = false;
    this.roomListener();
  }

  /** Ends a link whose peer would not even read a close frame. */
  private abort(code: number, reason: string): void {
    this.closedBy ??= { code, reason, by: "us" };
    this.socket.terminate();
  }

  private end(code: number, reason: string): void {
    const network = code === CLOSE_LOST;
    this.closeListener(
      this.closedBy ?? {
        code: meantCode(code),
        reason: reason || this.failure,
        by: network || this.failure ? "network" : "peer",
      },
    );
  }
}

/** Of a server's frame that is a whole binary message (RFC 6455 §5.2). */
function frameHeader(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(FIN_BINARY, length);
  if (length <= 0xffff) return Uint8Array.of(FIN_BINARY, 126, length >> 8, length & 0xff);
  const header = new Uint8Array(10);
  header[0] = FIN_BINARY;
  header[1] = 127;
  // As 64 bits; a message is far below 2^32 bytes.
  new DataView(header.buffer).setUint32(6, length);
  return header;
}

/** The final frame of its message, opcode 2. */
const FIN_BINARY = 0x82;

function ignore(): void {}
