// The messages of a socket that cannot be paused, into the stage of a policy; the base of one that can.
//
//   open --(close: clean)--> completed        --(close: any other)--> failed
//     +----(cancel)--> left: closing, or let go

import type { Subscription } from "@sluice/core";
import { NOBODY, nobody, signalTerminal, type StageSubscriber, type Terminal } from "@sluice/core/kit";
import { closeSocket } from "./close-socket.js";
import { SocketClosedError } from "./socket-closed-error.js";
import type { ReceivedMessage, SocketEvent, SocketLike, SocketListener } from "./socket-like.js";

export interface SocketReaderSettings {
  readonly closeOnCancel: boolean;
  readonly cleanCodes: readonly number[];
}

/** Sockets that have a reader: paused by one, they would starve another. */
const claimed = new WeakSet<SocketLike>();

/** Whether the caller is the reader of `socket` from now on. */
export function claim(socket: SocketLike): boolean {
  if (claimed.has(socket)) return false;
  claimed.add(socket);
  return true;
}

export class SocketReader implements Subscription, SocketListener {
  protected readonly socket: SocketLike;
  protected stage: StageSubscriber<ReceivedMessage> = NOBODY;
  /** Nothing is signalled any more. */
  protected done = false;
  private readonly settings: SocketReaderSettings;
  private failure: unknown = undefined;

  constructor(socket: SocketLike, settings: SocketReaderSettings) {
    this.socket = socket;
    this.settings = settings;
  }

  /** @param stage of the policy, which asks for everything */
  start(stage: StageSubscriber<ReceivedMessage>): void {
    const { socket } = this;
    this.stage = stage;
    // Bytes that can be had at once, which a Blob's cannot; `ws` has them as a Buffer.
    if (socket.binaryType !== "nodebuffer") socket.binaryType = "arraybuffer";
    for (const type of EVENTS) socket.addEventListener(type, this);
    stage.onSubscribe(this);
  }

  /** Of the socket. */
  handleEvent({ type, data, code = 1006, reason = "", error }: SocketEvent): void {
    if (type === "error")
      this.failure = error; // and heard, which `ws` insists on
    else if (type === "close") this.closed(code, reason);
    else if (!this.done)
      this.receive(data instanceof ArrayBuffer ? new Uint8Array(data) : (data as ReceivedMessage));
  }

  /** The policy asks for everything once. */
  request(): void {}

  cancel(): void {
    if (this.done) return;
    this.done = true;
    this.stage = nobody(this.stage);
    this.release();
    const { socket } = this;
    socket.resume?.(); // paused, it would not even read the peer's answer to a close
    if (this.settings.closeOnCancel) {
      socket.removeEventListener("message", this);
      closeSocket(socket, "well"); // until it has closed, its errors are still heard
    } else this.forget();
  }

  protected receive(message: ReceivedMessage): void {
    this.stage.next(message);
  }

  /** The socket has closed. */
  protected end(terminal: Terminal): void {
    const { stage } = this;
    this.done = true;
    this.stage = nobody(stage);
    signalTerminal(stage, terminal);
  }

  /** It was cancelled: drops what is held. */
  protected release(): void {}

  private closed(code: number, reason: string): void {
    this.forget();
    if (this.done) return;
    const cause = this.failure === undefined ? undefined : { cause: this.failure };
    const isClean = this.settings.cleanCodes.includes(code);
    this.end(
      isClean ? { kind: "complete" } : { kind: "error", error: new SocketClosedError(code, reason, cause) },
    );
  }

  private forget(): void {
    for (const type of EVENTS) this.socket.removeEventListener(type, this);
    claimed.delete(this.socket);
  }
}

const EVENTS = ["message", "close", "error"] as const;
