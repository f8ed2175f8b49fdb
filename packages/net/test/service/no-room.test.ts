// A peer that sends and never reads: what it provokes gathers in the session, bounded, and not in its socket.

import { call, defineService, serveTransport, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { joined } from "../../src/protocol/byte/message.js";
import { Writer } from "../../src/protocol/byte/writer.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { helloOf } from "../../src/protocol/session/handshake.js";
import type { Message, Transport, TransportEnd } from "../../src/transport/transport.js";
import { turns } from "./both-ways.js";

const service = defineService("numbers", {
  upTo: stream({ output: unchecked<number>() }),
  echo: call({ output: unchecked<number>() }),
});

/** A link whose other side is the test, with room only when the test says so. */
class Stuffed implements Transport {
  readonly sent: Frame[][] = [];
  end: TransportEnd | undefined = undefined;
  hasRoom = true;
  private listener: (message: Uint8Array) => void = () => {};
  private roomListener: () => void = () => {};
  private closeListener: (end: TransportEnd) => void = () => {};

  send(message: Message): number {
    const frames: Frame[] = [];
    readMessage(joined(message), (frame) => {
      frames.push(frame);
      return "more";
    });
    this.sent.push(frames);
    return this.hasRoom ? 65_536 : 0;
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.listener = listener;
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
  }

  close(code: number, reason: string): void {
    this.end = { code, reason, by: "us" };
    this.closeListener(this.end);
  }

  receive(...frames: Frame[]): void {
    const writer = new Writer();
    for (const frame of frames) encodeFrame(writer, frame);
    this.listener(writer.take());
  }

  makeRoom(): void {
    this.hasRoom = true;
    this.roomListener();
  }
}

const ping: Frame = { kind: "ping", opaque: new Uint8Array(8) };

function open(streamId: number, method: string, interaction: "call" | "stream" = "stream"): Frame[] {
  return [
    {
      kind: "open",
      streamId,
      interaction,
      pipelined: false,
      urgency: 3,
      criticality: "critical",
      items: 1000,
      bytes: 262_144,
      deadlineMs: undefined,
      codec: 0,
      method,
      metadata: new Uint8Array(0),
    },
    { kind: "complete", streamId, items: 0, bytes: 0 },
  ];
}

/** A server that has said HELLO and whose next message leaves no room. */
async function stuffed(): Promise<Stuffed> {
  const link = new Stuffed();
  serveTransport(link, service, { upTo: () => Array.from({ length: 1000 }, (_, i) => i), echo: () => 1 });
  link.receive(helloOf("client", settingsOf("client"), ["msgpack"]));
  link.hasRoom = false;
  link.receive(ping);
  await turns(3);
  link.sent.length = 0;
  return link;
}

describe("a server whose peer reads nothing", () => {
  it("§7.1 answers one PING when there is room again, and ends with a peer that sends a second", async () => {
    const link = await stuffed();
    link.receive(ping);
    await turns(3);
    expect(link.sent).toEqual([]);
    link.makeRoom();
    await turns(3);
    expect(link.sent.flat().map((frame) => frame.kind)).toEqual(["pong"]);
    link.hasRoom = false;
    link.receive(ping);
    await turns(3);
    for (let i = 0; i < 10_000 && link.end === undefined; i += 1) link.receive(ping);
    await turns(3);
    expect(link.end?.reason).toContain("PING before the last one is answered");
    expect(link.sent.length).toBeLessThan(5);
  });

  it("holds the refusals of no more streams than it has slots, and says them when there is room", async () => {
    const link = await stuffed();
    for (let i = 0; i < 64; i += 1) {
      link.receive(
        ...open(2 * i + 1, i % 2 === 0 ? "numbers.none" : "numbers.echo", i % 2 === 0 ? "stream" : "call"),
      );
      await turns(1);
    }
    expect(link.sent).toEqual([]);
    link.makeRoom();
    await turns(5);
    const kinds = link.sent.flat().map((frame) => frame.kind);
    expect(kinds.filter((kind) => kind === "reject")).toHaveLength(32);
    expect(kinds.filter((kind) => kind === "complete")).toHaveLength(32);
    expect(link.end).toBeUndefined();
  });

  it("§4.7 ends with a peer that opens more, refused ones included", async () => {
    const link = await stuffed();
    for (let i = 0; i < 262 && link.end === undefined; i += 1)
      link.receive(...open(2 * i + 1, "numbers.none"));
    await turns(3);
    expect(link.end?.reason).toContain("Cannot open stream 513");
  });

  it("asks no source for anything", async () => {
    const link = await stuffed();
    link.receive(...open(1, "numbers.upTo"));
    for (let i = 1; i <= 1000; i += 1) {
      link.receive({
        kind: "credit",
        streams: undefined,
        entries: [{ streamId: 1, items: 1000 + i, bytes: 262_144 + i }],
      });
    }
    await turns(3);
    expect(link.sent).toEqual([]);
    link.makeRoom();
    await turns(5);
    expect(link.sent.flat().map((frame) => frame.kind)).toContain("items");
  });
});
