// A WebSocket that says what the test says, and nothing else.

import { WebSocket } from "ws";
import { Writer } from "../../src/protocol/byte/writer.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { helloOf } from "../../src/protocol/session/handshake.js";

/** How a raw peer's socket ended. */
export interface RawEnd {
  readonly code: number;
  readonly reason: string;
}

/** A hostile peer on a real socket. */
export class RawPeer {
  readonly socket: WebSocket;
  readonly closed: Promise<RawEnd>;
  end: RawEnd | undefined = undefined;
  /** Frames of the server, oldest first, while `listens`. */
  readonly heard: Frame[] = [];
  listens = true;

  private constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(url, "sluice.v1", { perMessageDeflate: false, headers });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.end = { code, reason: reason.toString() };
        resolve(this.end);
      });
    });
    this.socket.on("message", (data: Buffer) => {
      if (!this.listens) return;
      readMessage(data, (frame) => {
        this.heard.push(frame);
        return "more";
      });
    });
  }

  /** Connects; says HELLO unless told not to. */
  static async connect(url: string, greeting: "hello" | "silent" = "hello"): Promise<RawPeer> {
    const peer = new RawPeer(url, {});
    await new Promise((resolve) => peer.socket.once("open", resolve));
    if (greeting === "hello") peer.says(helloOf("client", settingsOf("client"), ["msgpack"]));
    return peer;
  }

  /** Sends frames as one message. */
  says(...frames: Frame[]): void {
    this.socket.send(messageOf(...frames));
  }
}

/** Frames as one message. */
export function messageOf(...frames: Frame[]): Uint8Array {
  const writer = new Writer();
  for (const frame of frames) encodeFrame(writer, frame);
  return writer.take();
}

/** An OPEN of a route of server-process.ts. */
export function opening(
  streamId: number,
  method: string,
  interaction: "call" | "stream",
  credit: { readonly items: number; readonly bytes: number },
): Frame {
  return {
    kind: "open",
    streamId,
    pipelined: false,
    interaction,
    urgency: 3,
    criticality: "critical",
    ...credit,
    deadlineMs: undefined,
    codec: 0,
    method,
    metadata: new Uint8Array(0),
  };
}
