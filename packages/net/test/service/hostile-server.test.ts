// A client meets a server that breaks the rules: what it hears, and that the rest of the connection goes on where it
// can.

import { call, type Client, defineService, openClient, stream, unchecked } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { describe, expect, it } from "vitest";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { until } from "./both-ways.js";
import { SessionPeer } from "./session-peer.js";

const service = defineService("odd", {
  items: stream({ output: unchecked<unknown>() }),
  ask: call({ output: unchecked<unknown>() }),
});

interface Opened {
  readonly client: Client<(typeof service)["routes"]>;
  readonly server: SessionPeer;
  /** The id of the nth stream that the client opened. */
  readonly stream: (n: number) => Promise<number>;
}

async function open(): Promise<Opened> {
  const [near, far] = memoryPair();
  const server = new SessionPeer(far, { role: "server", codecs: ["msgpack"] });
  const client = await openClient(near, service);
  const stream = async (n: number): Promise<number> => {
    await until(() => server.of("opened").length > n);
    return (server.of("opened")[n] as { streamId: number }).streamId;
  };
  return { client, server, stream };
}

describe("a client meets a server that", () => {
  it.each([
    ["sends bytes that are no msgpack", Buffer.from("91c1", "hex"), 1],
    ["sends a regular expression", Buffer.from("91d4780092a0a0", "hex"), 1],
    ["sends fewer items than it says", msgpackCodec.encode([1, 2]), 3],
  ])("%s: the stream fails and is cancelled, the connection goes on", async (_name, payload, count) => {
    const { client, server, stream } = await open();
    const failed = client.items().toArray();
    const id = await stream(0);
    server.session.sendBatch(id, count, payload);
    server.flush();
    await expect(failed).rejects.toMatchObject({ code: "PAYLOAD_INVALID" });
    await until(() => server.of("cancelled").length === 1);

    const asked = client.ask();
    const next = await stream(1);
    server.session.sendBatch(next, 1, msgpackCodec.encode(["fine"]));
    server.session.complete(next);
    server.flush();
    expect(await asked).toBe("fine");
    await client.close();
  });

  it("answers a call with bytes that are no msgpack: the call fails, once", async () => {
    const { client, server, stream } = await open();
    const asked = client.ask();
    const id = await stream(0);
    server.session.sendBatch(id, 1, Buffer.from("91c1", "hex"));
    server.session.complete(id);
    server.flush();
    await expect(asked).rejects.toMatchObject({ code: "PAYLOAD_INVALID" });
    expect(client.snapshot().streams).toEqual([]);
    await client.close();
  });

  it("sends each item on its own where the codec makes batches: the stream fails by name", async () => {
    const { client, server, stream } = await open();
    const failed = client.items().toArray();
    server.session.sendItems(await stream(0), [new Uint8Array([1])]);
    server.flush();
    await expect(failed).rejects.toThrow(
      'Cannot decode a msgpack payload: the peer sent a body of kind "items"',
    );
    await client.close();
  });

  it("answers a call without an item: undefined", async () => {
    const { client, server, stream } = await open();
    const asked = client.ask();
    server.session.complete(await stream(0));
    server.flush();
    expect(await asked).toBeUndefined();
    await client.close();
  });

  it("turns a stream away for now: the error says when to come back, and that nothing was begun", async () => {
    const { client, server, stream } = await open();
    const failed = client.items().toArray();
    server.session.reject(await stream(0), streamFailure("OVERLOADED", "Too many readers", 250));
    server.flush();
    await expect(failed).rejects.toMatchObject({
      name: "RemoteError",
      code: "OVERLOADED",
      status: 503,
      retryAfterMs: 250,
      notStarted: true,
    });
    await client.close();
  });

  it("fails after items: they come first, then the error with the application's own name", async () => {
    const { client, server, stream } = await open();
    const seen: unknown[] = [];
    const failed = client.items().forEach((item) => void seen.push(item));
    const id = await stream(0);
    server.session.sendBatch(id, 2, msgpackCodec.encode(["a", "b"]));
    server.session.fail(id, {
      code: 0x123,
      name: "OUT_OF_COFFEE",
      message: "empty",
      notStarted: false,
      doNotRetry: true,
    });
    server.flush();
    await expect(failed).rejects.toMatchObject({ code: "OUT_OF_COFFEE", status: 500, doNotRetry: true });
    expect(seen).toEqual(["a", "b"]);
    await client.close();
  });
});
