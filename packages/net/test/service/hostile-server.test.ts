// A server whose batches are not what their frames say: only the stream that they came on ends.

import { defineService, openClient, stream, unchecked } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { describe, expect, it, onTestFinished } from "vitest";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { until } from "./both-ways.js";
import { SessionPeer } from "./session-peer.js";

const service = defineService("numbers", {
  batch: stream({ output: unchecked<unknown>() }),
  json: stream({ output: unchecked<unknown>(), codec: "json" }),
});

async function setting() {
  const [near, far] = memoryPair();
  const server = new SessionPeer(far, { role: "server", codecs: ["msgpack", "raw", "json"] });
  const client = await openClient(near, service);
  onTestFinished(() => client.close());
  return { server, client };
}

const thousand = msgpackCodec.encode(Array.from({ length: 1000 }, (_, i) => i));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("a client ends only the stream of a batch that", () => {
  it.each<[string, "batch" | "json", (server: SessionPeer) => unknown]>([
    ["says 1 and has 1,000 items", "batch", ({ session }) => session.sendBatch(1, 1, thousand)],
    ["says 1,000 and has 1", "batch", ({ session }) => session.sendBatch(1, 1000, msgpackCodec.encode([1]))],
    ["is a number", "batch", ({ session }) => session.sendBatch(1, 1, Uint8Array.of(5))],
    ["is a map of one", "batch", ({ session }) => session.sendBatch(1, 1, Uint8Array.of(0x81, 0, 1))],
    ["is empty", "batch", ({ session }) => session.sendBatch(1, 1, new Uint8Array(0))],
    ["has the other body", "batch", ({ session }) => session.sendItems(1, [Uint8Array.of(0x91, 1)])],
    ["is one where items are due", "json", ({ session }) => session.sendBatch(1, 1, text("[1]"))],
    ["has an item that is no JSON", "json", ({ session }) => session.sendItems(1, [text("1"), text("{")])],
    ["has an item that is empty", "json", ({ session }) => session.sendItems(1, [new Uint8Array(0)])],
  ])("%s", async (_name, route, send) => {
    const { server, client } = await setting();
    const broken = client[route]().toArray();
    const fine = client.batch().toArray();
    const settled = Promise.allSettled([broken, fine]);
    await until(() => server.of("opened").length === 2);
    expect(send(server)).toBe("sent");
    server.flush();
    await until(() => server.of("cancelled").length === 1);
    server.session.released(1);
    server.session.sendBatch(3, 2, msgpackCodec.encode(["still", "here"]));
    server.session.complete(3);
    server.flush();
    const [first, second] = await settled;
    expect(first).toMatchObject({ status: "rejected", reason: { code: "PAYLOAD_INVALID" } });
    expect(second).toEqual({ status: "fulfilled", value: ["still", "here"] });
    expect(client.snapshot().streams).toEqual([]);
    expect(server.session.figures(1)).toBeUndefined();
  });
});
