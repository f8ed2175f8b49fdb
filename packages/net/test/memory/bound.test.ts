// docs/memory.md: what a connection holds at most, compared with what it holds when a peer gets in all that it can.
// The peer is a bare session in this process that keeps nothing itself: what grows is what the client holds.

import { stream, type Client, defineService, openClient } from "@sluice/net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Writer } from "../../src/protocol/byte/writer.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { memoryBoundOf } from "../../src/protocol/session/memory-bound.js";
import { Session } from "../../src/protocol/session/session.js";
import { memoryPair } from "../../src/transport/memory.js";
import type { Transport } from "../../src/transport/transport.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const MIB = 2 ** 20;
const STREAMS = 16;
const LIMITS = { receiveBudget: 8 * MIB, ownStreams: STREAMS, resumeMs: 0 };
const SETTINGS = settingsOf("client", LIMITS);
const BOUND = memoryBoundOf(SETTINGS);

/** Objects of the connection and its streams; see N9. */
const OBJECTS = 20_000 + STREAMS * 4_000;

const bytes = defineService("bytes", { all: stream({ codec: "raw" }) });

/** Serves every stream with as many items of `itemBytes` as credit allows, for ever. */
class FillingServer {
  readonly session = new Session({ role: "server", codecs: ["raw"] }, 0);
  /** Items, and how often they were asked for and not covered. */
  sent = 0;
  private hasRoom = true;
  private readonly transport: Transport;
  private readonly item: Uint8Array;
  private readonly inEach: number;
  private readonly padding: number;

  constructor(transport: Transport, { itemBytes, inEach, padding = 0 }: Filling) {
    this.transport = transport;
    this.item = new Uint8Array(itemBytes);
    this.inEach = inEach;
    this.padding = padding;
    transport.onMessage((message) => {
      this.session.receive(message, 0);
      this.work();
    });
    transport.onRoom(() => {
      this.hasRoom = true;
      this.work();
    });
    this.work();
  }

  private work(): void {
    const { session } = this;
    for (let event = session.nextEvent(); event !== undefined; event = session.nextEvent()) {
      if (event.kind === "opened") session.offer(event.streamId);
    }
    while (this.hasRoom) {
      const message = session.transmit(0, (streamId) => {
        for (let count = this.inEach; count >= 1; count = Math.floor(count / 2)) {
          const items = Array.from({ length: count }, () => this.item);
          const result = session.sendItems(streamId, items);
          if (result === "sent") this.sent += count;
          if (result !== "over-credit") return "more";
        }
        return "more";
      });
      if (message === undefined) return;
      this.hasRoom = this.transport.send(this.padded(message)) > 0;
    }
  }

  /** The same frames, and one behind them that is skipped: who keeps a view of an item keeps all of it. */
  private padded(message: Uint8Array): Uint8Array {
    if (this.padding === 0) return message;
    const writer = new Writer();
    writer.bytes(message);
    writer.bytes(new Uint8Array([0xff, 0x00, 0x80, 0x80, 0x20])); // ignorable, unknown, 524,288 bytes
    writer.bytes(new Uint8Array(524_288));
    return writer.take();
  }
}

interface Filling {
  readonly itemBytes: number;
  /** Items of one frame, where credit covers them. */
  readonly inEach: number;
  readonly padding?: number;
  /** Items of each stream that the reader takes before it stops. */
  readonly taken?: number;
  /** Default: more items than there is memory for. */
  readonly window?: "auto";
}

/** A client with streams that nobody reads, and what it holds when the server can send no more. */
async function fill(
  filling: Filling,
): Promise<{ held: number; grown: number; client: Client<typeof bytes.routes> }> {
  const [near, far] = memoryPair();
  const opening = openClient(near, bytes, { limits: LIMITS });
  const server = new FillingServer(far, filling);
  const client = await opening;
  const before = await memory();
  for (let i = 0; i < STREAMS; i += 1) {
    client.all(undefined, { window: filling.window ?? 1_000_000 }).subscribe({
      // Some are taken at first, so that the windows grow.
      onSubscribe: (subscription) => subscription.request(filling.taken ?? 1),
      onNext: () => {},
      onError: () => {},
      onComplete: () => {},
    });
  }
  for (let rest = 0, sent = -1; rest < 20; rest += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (server.sent !== sent) rest = 0;
    sent = server.sent;
  }
  const grown = (await memory()) - before;
  const held = client.snapshot().streams.reduce((sum, { receiveBytes }) => sum + receiveBytes.held, 0);
  return { held, grown, client };
}

async function memory(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("memoryBoundOf", () => {
  it.each([
    ["items of 1 KiB, many in a message", { itemBytes: 1024, inEach: 32, taken: 2_000 }],
    ["items as large as they may be", { itemBytes: SETTINGS.itemBytes, inEach: 1 }],
    ["items of 100 KiB, in parts", { itemBytes: 100_000, inEach: 1 }],
    ["items of one byte", { itemBytes: 1, inEach: 1024, taken: 50_000 }],
    ["items of one byte, each in a frame of its own", { itemBytes: 1, inEach: 1, taken: 30_000 }],
    ["small items, each in a message of 512 KiB", { itemBytes: 8_000, inEach: 1, padding: 1, taken: 20 }],
    [
      "the window auto, items as large as they may be",
      { itemBytes: SETTINGS.itemBytes, inEach: 1, window: "auto" },
    ],
    ["the window auto, grown", { itemBytes: 1024, inEach: 32, taken: 5_000, window: "auto" }],
  ] satisfies [string, Filling][])("is not exceeded by %s", async (_, filling) => {
    const { held, grown, client } = await fill(filling);
    expect(held).toBeLessThanOrEqual(SETTINGS.receiveBudget);
    // The peer did get in what the budget says: the test would see nothing otherwise.
    expect(held).toBeGreaterThan(0.9 * STREAMS * SETTINGS.shareBytes);
    expect(grown).toBeLessThanOrEqual(BOUND.received + BOUND.reading + OBJECTS);
    await client.close();
  });
});
