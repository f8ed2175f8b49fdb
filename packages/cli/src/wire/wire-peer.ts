// The other side of a server under test: says what a case wants it to say, right or wrong, and remembers what comes.
// It reads with our codec, but keeps no state of a session, so it has no opinion on what it may send.
//
// Bounds: of what came it keeps the kinds that cases ask for, one frame each; a message at most 16 MiB.

import { encodeFrame, errorName, type Frame, readMessage, Writer } from "@sluice/net/protocol";
import { WebSocket } from "ws";

type HelloFrame = Extract<Frame, { kind: "hello" }>;

/** One connection to the server under test. */
export class WirePeer {
  private readonly socket: WebSocket;
  private readonly timeoutMs: number;
  private readonly last = new Map<Frame["kind"], Frame>();
  private readonly seen = new Map<Frame["kind"], number>();
  private ending: string | undefined = undefined;
  private wake: () => void = () => {};

  private constructor(socket: WebSocket, timeoutMs: number) {
    this.socket = socket;
    this.timeoutMs = timeoutMs;
    socket.on("message", (data: Buffer) => this.receive(data));
    socket.on("error", (error) => this.end(`the transport failed: ${error.message}`));
    socket.on("close", (code) => this.end(`close ${code}`));
  }

  /** Connects, with another subprotocol or none where a case wants that. Rejects if the server does not let it in. */
  static connect(url: string, timeoutMs: number, subprotocols: string[] = ["sluice.v1"]): Promise<WirePeer> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, subprotocols, {
        handshakeTimeout: Math.max(timeoutMs, 1_000),
        maxPayload: MOST,
        perMessageDeflate: false,
      });
      const peer = new WirePeer(socket, timeoutMs);
      socket.once("open", () => resolve(peer));
      socket.once("error", reject);
    });
  }

  /** The server's HELLO. */
  async hello(): Promise<HelloFrame> {
    return (await this.frame("hello")) as HelloFrame;
  }

  /** A limit of the server that its HELLO says, or what it is where nothing is said. */
  setting(
    name: "controlBurst" | "controlPerSecond" | "churnBurst" | "handshakeMs",
    otherwise: number,
  ): number {
    const hello = this.last.get("hello") as HelloFrame | undefined;
    return hello?.sizes[name] ?? otherwise;
  }

  /** Sends these frames as one message. */
  send(...frames: readonly Frame[]): void {
    const writer = new Writer();
    for (const frame of frames) encodeFrame(writer, frame);
    this.sendBytes(writer.take());
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  /** The last frame of this kind, as soon as one more came than when it was asked for last. Rejects when none does. */
  async frame(kind: Frame["kind"]): Promise<Frame> {
    const found = await this.until(() => this.last.get(kind));
    this.last.delete(kind);
    if (found !== undefined) return found;
    throw new Error(this.ending ?? `no ${kind} within ${this.timeoutMs} ms`);
  }

  /** How many frames of this kind came so far. */
  count(kind: Frame["kind"]): number {
    return this.seen.get(kind) ?? 0;
  }

  /** How it ended: the name of the code in ERROR, or what came in its place; undefined: it did not. */
  ended(moreMs = 0): Promise<string | undefined> {
    return this.until(() => this.ending, moreMs);
  }

  close(): void {
    this.socket.terminate();
  }

  private receive(data: Buffer): void {
    try {
      readMessage(data, (frame) => {
        this.last.set(frame.kind, frame);
        this.seen.set(frame.kind, this.count(frame.kind) + 1);
        if (frame.kind !== "error" || frame.streamId !== 0) return "more";
        const { code, name } = frame.failure;
        this.end(errorName(code) ?? `${name} (code ${code})`);
        return "stop";
      });
    } catch (error) {
      this.end(`sent what is no frame: ${(error as Error).message}`);
    }
    this.wake();
  }

  // The first ending counts: what the transport says after ERROR is no news.
  private end(how: string): void {
    this.ending ??= how;
    this.wake();
  }

  private async until<T>(look: () => T | undefined, moreMs = 0): Promise<T | undefined> {
    const deadline = Date.now() + this.timeoutMs + moreMs;
    for (;;) {
      const found = look();
      const left = deadline - Date.now();
      if (found !== undefined || this.ending !== undefined || left <= 0) return found;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Largest message taken from the server. */
const MOST = 0x100_0000;
