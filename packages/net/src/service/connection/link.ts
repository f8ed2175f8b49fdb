// One transport under a connection, for as long as it lasts. A connection can lose its link and go on over another
// one; a link can pass from the session that opened it to the one that is resumed over it. Who listens to it is
// told here and nowhere else: whoever was fenced off hears nothing of it any more (protocol.md H21).

import type { Message } from "../../protocol/byte/message.js";
import type { Transport, TransportEnd } from "../../transport/transport.js";

/** What a link tells the connection that it belongs to. */
export interface LinkListener {
  onMessage(message: Message): void;
  onRoom(): void;
  /** The transport has ended. Last call. */
  onLinkEnd(end: TransportEnd): void;
}

/** A transport and who listens to it. *Buffers:* nothing. */
export class Link {
  private readonly transport: Transport;
  private readonly onGone: () => void;
  private listener: LinkListener | undefined = undefined;
  private roomLeft = true;

  /** `onGone` is told once that the transport has ended, whoever listens then. */
  constructor(transport: Transport, onGone: () => void = nothing) {
    this.transport = transport;
    this.onGone = onGone;
  }

  /** Starts to read. Apart from the constructor, so that the listener can keep the link first. */
  start(listener: LinkListener): void {
    this.listener = listener;
    this.transport.onClose((end) => {
      this.roomLeft = false;
      const heard = this.listener;
      this.listener = undefined;
      heard?.onLinkEnd(end);
      this.onGone();
    });
    this.transport.onRoom(() => {
      this.roomLeft = true;
      this.listener?.onRoom();
    });
    const hear = (message: Message): void => this.listener?.onMessage(message);
    if (this.transport.onParts === undefined) this.transport.onMessage(hear);
    else this.transport.onParts(hear);
  }

  /** From here on somebody else hears of it. */
  handTo(listener: LinkListener): void {
    this.listener = listener;
  }

  /** Nobody hears of it any more, and it ends. */
  fence(code: number, reason: string): void {
    this.listener = undefined;
    this.transport.close(code, reason);
  }

  /** Whether the memory of these bytes moves over it. */
  moves(bytes: Uint8Array): boolean {
    return this.transport.moves?.(bytes) ?? false;
  }

  /** Whether more may be sent now; `onRoom` comes otherwise. */
  hasRoom(): boolean {
    return this.roomLeft;
  }

  send(message: Message): void {
    this.roomLeft = this.transport.send(message) > 0;
  }

  close(code: number, reason: string): void {
    this.transport.close(code, reason);
  }
}

function nothing(): void {}
