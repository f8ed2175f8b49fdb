// What a stream with a window holds, when it tells the session that it was taken, and how it ends: against a bare
// session as the server, so that each frame is the test's own.

import type { Subscription } from "@sluice/core";
import { defineService, openClient, stream, type StreamOptions, unchecked } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { describe, expect, it, onTestFinished } from "vitest";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { turns, until } from "./both-ways.js";
import { SessionPeer } from "./session-peer.js";
import { uncaught } from "./uncaught.js";

const service = defineService("numbers", {
  some: stream({ output: unchecked<number>() }),
  raw: stream({ output: unchecked<Uint8Array>(), codec: "raw" }),
});

interface Reader {
  readonly seen: unknown[];
  readonly end: string | undefined;
  readonly error: unknown;
  readonly credit: Subscription;
}

/** A client with one stream that nobody has requested anything of. */
async function setting(options: StreamOptions, onNext: (item: unknown, reader: Reader) => void = () => {}) {
  const [near, far] = memoryPair();
  const server = new SessionPeer(far, { role: "server", codecs: ["msgpack", "raw"] });
  const client = await openClient(near, service);
  onTestFinished(() => client.close());
  const reader = { seen: [] as unknown[], end: undefined as string | undefined, error: undefined as unknown };
  client.some(undefined, options).subscribe({
    onSubscribe: (credit) => Object.assign(reader, { credit }),
    onNext: (item) => {
      reader.seen.push(item);
      onNext(item, reader as Reader);
    },
    onError: (error) => Object.assign(reader, { end: "error", error }),
    onComplete: () => Object.assign(reader, { end: "complete" }),
  });
  await until(() => server.of("opened").length === 1);
  let sent = 0;
  return {
    server,
    client,
    reader: reader as Reader,
    /** Sends the next `count` integers as one batch. */
    send: async (count: number) => {
      const items = Array.from({ length: count }, (_, i) => sent + i);
      const result = server.session.sendBatch(1, count, msgpackCodec.encode(items));
      if (result === "sent") sent += count;
      server.flush();
      await turns(3);
      return result;
    },
    /** What the client's session has of the stream: items that wait, and bytes. */
    held: () => {
      const figures = client.snapshot().streams[0];
      return [figures?.receiveItems.held, figures?.receiveBytes.held];
    },
    granted: () => server.session.figures(1)?.sendItems.granted,
  };
}

const isNone = [undefined, undefined];

describe("a stream with a window", () => {
  it("asks for the window at once, and never for more than it has room for", async () => {
    const { send, held, granted, reader } = await setting({ window: 8 });
    expect(granted()).toBe(8);
    expect(await send(8)).toBe("sent");
    expect(await send(1)).toBe("over-credit");
    // Eight integers are nine bytes as msgpack, and 16 of overhead each.
    expect(held()).toEqual([8, 9 + 8 * 16]);
    expect(reader.seen).toEqual([]);
    reader.credit.request(3);
    await turns(3);
    expect(reader.seen).toEqual([0, 1, 2]);
    expect(held()).toEqual([5, 9 + 8 * 16]); // the batch lies there until its last item is taken
    expect(granted()).toBe(11); // at once: the server had none left
    reader.credit.request(3);
    await turns(3);
    expect(granted()).toBe(11); // it has three, and less than half of the window is free
    reader.credit.request(1000);
    await turns(3);
    expect(held()).toEqual([0, 0]);
    expect(granted()).toBe(16);
  });

  it("says consumed when the subscriber has taken an item, and not before", async () => {
    const seen: unknown[] = [];
    const { send, reader, held, client } = await setting({ window: 4 }, () => {
      seen.push(client.snapshot().streams[0]?.receiveItems.consumed);
    });
    await send(4);
    expect(held()[0]).toBe(4);
    reader.credit.request(2);
    await turns(3);
    expect(client.snapshot().streams[0]?.receiveItems.consumed).toBe(2);
    expect(seen).toEqual([0, 0]);
  });

  it("gives what is held before the end", async () => {
    const { send, server, reader, client, held } = await setting({ window: 8 });
    await send(3);
    server.session.complete(1);
    server.flush();
    await turns(3);
    expect([reader.seen, reader.end, held()[0]]).toEqual([[], undefined, 3]);
    reader.credit.request(2);
    expect([reader.seen, reader.end, held()[0]]).toEqual([[0, 1], undefined, 1]);
    reader.credit.request(1);
    expect([reader.seen, reader.end]).toEqual([[0, 1, 2], "complete"]);
    expect(client.snapshot().streams).toEqual([]);
  });

  it("gives what is held before the error, and counts it until then", async () => {
    const { send, server, reader, client, held } = await setting({ window: 8 });
    await send(3);
    server.session.fail(1, streamFailure("OVERLOADED", "No room any more", 50));
    server.flush();
    await turns(3);
    expect([reader.seen, reader.end, held()]).toEqual([[], undefined, [3, 4 + 3 * 16]]);
    reader.credit.request(9);
    expect([reader.seen, reader.end]).toEqual([[0, 1, 2], "error"]);
    expect(reader.error).toMatchObject({ code: "OVERLOADED", retryAfterMs: 50 });
    expect(client.snapshot().streams).toEqual([]);
  });

  it("gives what is held before the loss of the connection", async () => {
    const { send, server, reader } = await setting({ window: 8 });
    await send(3);
    server.close();
    await turns(3);
    expect([reader.seen, reader.end]).toEqual([[], undefined]);
    reader.credit.request(3);
    expect([reader.seen, reader.end]).toEqual([[0, 1, 2], "error"]);
    expect(reader.error).toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("takes the end that was known before the connection went", async () => {
    const { send, server, reader } = await setting({ window: 8 });
    await send(3);
    server.session.complete(1);
    server.flush();
    await turns(3);
    server.close();
    await turns(3);
    reader.credit.request(3);
    expect([reader.seen, reader.end]).toEqual([[0, 1, 2], "complete"]);
  });

  it("ends without a request when nothing came", async () => {
    const { server, reader } = await setting({ window: "auto" });
    server.session.complete(1);
    server.flush();
    await until(() => reader.end === "complete");
    expect(reader.seen).toEqual([]);
  });

  it("refuses a broken batch after the items before it, and ends the stream at the server", async () => {
    const { send, server, reader, client } = await setting({ window: 8 });
    await send(2);
    server.session.sendBatch(1, 2, Uint8Array.of(0x92, 0xc1, 0xc1));
    await send(2);
    expect(reader.end).toBeUndefined();
    reader.credit.request(2);
    expect([reader.seen, reader.end]).toEqual([[0, 1], undefined]);
    reader.credit.request(1);
    expect([reader.seen, reader.end]).toEqual([[0, 1], "error"]);
    expect(reader.error).toMatchObject({ code: "PAYLOAD_INVALID" });
    await until(() => server.of("cancelled").length === 1);
    expect(client.snapshot().streams).toEqual([]);
  });

  describe("cancelled", () => {
    it("with items held lets them go, and closes the account", async () => {
      const { send, server, reader, client, held } = await setting({ window: 8 });
      await send(5);
      expect(held()[0]).toBe(5);
      reader.credit.cancel();
      await until(() => server.of("cancelled").length === 1);
      server.session.released(1);
      server.flush();
      await turns(3);
      expect([reader.seen, reader.end, held()]).toEqual([[], undefined, isNone]);
      expect(client.snapshot().streams).toEqual([]);
      reader.credit.request(5);
      reader.credit.cancel();
      expect(reader.seen).toEqual([]);
    });

    it("after the end, with items held, lets them go too", async () => {
      const { send, server, reader, held } = await setting({ window: 8 });
      await send(5);
      server.session.complete(1);
      server.flush();
      await turns(3);
      expect(held()[0]).toBe(5);
      reader.credit.cancel();
      expect([reader.seen, reader.end, held()]).toEqual([[], undefined, isNone]);
    });

    it("from within an item gives no further one of the same batch", async () => {
      const { send, reader, held } = await setting({ window: 8 }, (item, { credit }) => {
        if (item === 1) credit.cancel();
      });
      reader.credit.request(100);
      await send(5);
      expect([reader.seen, reader.end, held()]).toEqual([[0, 1], undefined, isNone]);
    });
  });

  it("requested from within an item goes on in a loop, not on the stack", async () => {
    const { send, reader } = await setting({ window: 4096 }, (_, { credit }) => credit.request(1));
    reader.credit.request(1);
    await send(512);
    await send(512);
    expect(reader.seen).toEqual([...Array(1024).keys()]);
  });

  it("fails at once by its signal, though items are held, and drops them", async () => {
    const abort = new AbortController();
    const { send, server, reader, held } = await setting({ window: 8, signal: abort.signal });
    await send(5);
    reader.credit.request(1);
    abort.abort(new Error("enough"));
    expect([reader.seen, reader.end, held()]).toEqual([[0], "error", isNone]);
    expect(reader.error).toEqual(new Error("enough"));
    await until(() => server.of("cancelled").length === 1);
  });

  it("fails by its signal after the end too, while items are held", async () => {
    const abort = new AbortController();
    const { send, server, reader, held } = await setting({ window: 8, signal: abort.signal });
    await send(5);
    server.session.complete(1);
    server.flush();
    await turns(3);
    abort.abort(new Error("enough"));
    expect([reader.seen, reader.end, held()]).toEqual([[], "error", isNone]);
  });

  it("aborted from within an item ends after it, in this order", async () => {
    const abort = new AbortController();
    const { send, reader } = await setting({ window: 8, signal: abort.signal }, (item) => {
      if (item === 1) abort.abort(new Error("enough"));
    });
    reader.credit.request(100);
    await send(5);
    expect([reader.seen, reader.end]).toEqual([[0, 1], "error"]);
  });

  it("whose subscriber throws is cancelled, and the error is reported", async () => {
    const seen = uncaught();
    const { send, server, reader } = await setting({ window: 8 }, () => {
      throw new Error("the subscriber's own");
    });
    reader.credit.request(5);
    await send(5);
    await until(() => server.of("cancelled").length === 1);
    expect([reader.seen, reader.end]).toEqual([[0], undefined]);
    expect(seen).toEqual([new Error("the subscriber's own")]);
  });

  it.each([0, -1, 1.5, Number.NaN, "big" as never])("of %s is refused at the call", async (window) => {
    const { client } = await setting({ window: 1 });
    expect(() => client.some(undefined, { window })).toThrow(
      new RangeError(
        `Cannot give numbers.some the window ${typeof window === "string" ? '"big"' : window}: it must be an integer from 1 to 2^30`,
      ),
    );
  });

  it("copies a small batch out of a large message, and leaves a large one where it came", async () => {
    const { server, client } = await setting({ window: 1 });
    const buffers: number[] = [];
    const two = [1, 2].map(() =>
      client.raw(undefined, { window: 2 }).subscribe({
        onSubscribe: (credit) => setTimeout(() => credit.request(2), 20),
        onNext: (item) => buffers.push(item.buffer.byteLength),
        onError: () => {},
        onComplete: () => {},
      }),
    );
    expect(two).toHaveLength(2);
    await until(() => server.of("opened").length === 3);
    // In one message: 100 bytes of one stream beside 10,000 of the other.
    server.session.sendItems(3, [new Uint8Array(100)]);
    server.session.sendItems(5, [new Uint8Array(10_000)]);
    server.flush();
    await until(() => buffers.length === 2);
    expect(buffers[0]).toBe(100);
    expect(buffers[1]).toBeGreaterThan(10_100);
  });
});
