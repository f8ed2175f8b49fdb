// Nothing is produced that was not asked for, seen from both ends while it runs.

import { create, from, mapAsync, range, type Subscription } from "@sluice/core";
import { defineService, type StreamSnapshot, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { serve } from "@sluice/net/node";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { wsConnect } from "../../src/transport/ws-client.js";
import { bothWays, turns, until } from "./both-ways.js";
import { SessionPeer } from "./session-peer.js";

const numbers = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
});

/** Subscribes with demand in the test's hand. */
function byHand(flow: { subscribe(subscriber: import("@sluice/core").Subscriber<unknown>): void }) {
  const seen: unknown[] = [];
  const state = {
    seen,
    ended: false,
    error: undefined as unknown,
    credit: undefined as Subscription | undefined,
  };
  flow.subscribe({
    onSubscribe: (subscription) => {
      state.credit = subscription;
    },
    onNext: (item) => seen.push(item),
    onError: (error) => {
      state.error = error;
      state.ended = true;
    },
    onComplete: () => {
      state.ended = true;
    },
  });
  return state;
}

for (const { name, open } of bothWays.filter((way) => way.name === "ws")) {
  describe(`backpressure over ${name}`, () => {
    it("never produces more than was granted, in any turn, while a slow consumer takes 5,000 items", async () => {
      const { client, serverSnapshot } = await open(numbers, { upTo: (n) => range(0, n) });
      const violations: string[] = [];
      let looks = 0;
      let consumed = 0;
      const look = (): void => {
        const there = serverSnapshot()?.connections[0]?.streams[0];
        const here = client.snapshot().streams[0];
        if (there === undefined || here === undefined) return;
        looks += 1;
        if (there.produced > there.sendItems.granted) violations.push(`produced ${there.produced}`);
        if (there.sendItems.sent > there.produced) violations.push(`sent ${there.sendItems.sent}`);
        // What is granted and not consumed is the window, so this is the lead over the consumer.
        if (there.produced - consumed > 100) violations.push(`lead ${there.produced - consumed}`);
        if (here.receiveItems.received > here.receiveItems.granted) violations.push("received above grant");
      };
      const timer = setInterval(look, 0);
      await client.upTo(5000, { window: 100 }).forEach(
        async () => {
          consumed += 1;
          if (consumed % 20 === 0) await turns(1);
          look();
        },
        { prefetch: 1 },
      );
      clearInterval(timer);
      expect(violations).toEqual([]);
      expect(consumed).toBe(5000);
      expect(looks).toBeGreaterThan(1000);
    });

    it("asks a source that answers later for no more than was granted", async () => {
      let started = 0;
      const { client, serverSnapshot } = await open(numbers, {
        upTo: (n) =>
          range(0, n).pipe(
            mapAsync(
              async (i) => {
                started += 1;
                await turns(1);
                return i;
              },
              { concurrency: 4 },
            ),
          ),
      });
      const consumer = byHand(client.upTo(1000, { window: "demand" }));
      for (let total = 5; total <= 50; total += 5) {
        consumer.credit?.request(5);
        await until(() => consumer.seen.length === total);
        const stream = serverSnapshot()?.connections[0]?.streams[0] as StreamSnapshot;
        expect(stream.sendItems).toEqual({ granted: total, sent: total });
        // mapAsync itself holds up to its concurrency, no more.
        expect(started).toBeLessThanOrEqual(total + 4);
      }
      consumer.credit?.cancel();
    });

    it("lets a source overflow by its own choice, never the connection", async () => {
      const dropped: unknown[] = [];
      let emit: (item: number) => void = () => {};
      const { client } = await open(numbers, {
        upTo: () =>
          create<number>(
            (emitter) => {
              emit = (item) => {
                if (emitter.next(item) !== "accepted") dropped.push(item);
              };
            },
            { capacity: 10, overflow: "dropNewest" },
          ),
      });
      const consumer = byHand(client.upTo(0));
      consumer.credit?.request(5);
      await until(() => emit.length === 1);
      for (let i = 0; i < 100; i += 1) emit(i);
      await until(() => consumer.seen.length === 5);
      expect(consumer.seen).toEqual([0, 1, 2, 3, 4]);
      consumer.credit?.request(10);
      await until(() => consumer.seen.length >= 10);
      await turns(5);
      expect(consumer.seen.length).toBeLessThanOrEqual(15);
      expect(consumer.seen).toEqual([...consumer.seen.keys()]);
      consumer.credit?.cancel();
    });

    it("§3.17 takes unbounded demand, and demand that adds up beyond 2^53", async () => {
      const { client } = await open(numbers, { upTo: (n) => range(0, n) });
      const consumer = byHand(client.upTo(1000));
      consumer.credit?.request(Number.MAX_SAFE_INTEGER - 1);
      consumer.credit?.request(Number.MAX_SAFE_INTEGER);
      await until(() => consumer.ended);
      expect(consumer.seen).toEqual([...Array(1000).keys()]);
      expect(consumer.error).toBeUndefined();
    });

    it("§3.9 answers a request of nothing with an error, and ends the stream at the server", async () => {
      let cancelled = 0;
      const { client } = await open(numbers, {
        upTo: function* (n) {
          try {
            for (let i = 0; i < n; i += 1) yield i;
          } finally {
            cancelled += 1;
          }
        },
      });
      const consumer = byHand(client.upTo(1000));
      consumer.credit?.request(3);
      await until(() => consumer.seen.length === 3);
      consumer.credit?.request(0);
      expect(consumer.error).toBeInstanceOf(RangeError);
      await until(() => cancelled === 1);
      expect(consumer.seen).toEqual([0, 1, 2]);
    });

    it("is fair: ten streams over one connection end within a tenth of each other", async () => {
      const { client } = await open(numbers, { upTo: (n) => from(range(0, n)) });
      const progress = Array.from({ length: 10 }, () => 0);
      let slowestAtFirstEnd = -1;
      await Promise.all(
        progress.map((_, i) =>
          client
            .upTo(5000, { window: 256 })
            .forEach(() => {
              progress[i] = (progress[i] as number) + 1;
            })
            .then(() => {
              if (slowestAtFirstEnd < 0) slowestAtFirstEnd = Math.min(...progress);
            }),
        ),
      );
      expect(slowestAtFirstEnd).toBeGreaterThan(4500);
    });
  });
}

describe("a client that wants everything and takes nothing", () => {
  it("costs the server its share of byte credit and one batch, whatever the size of the items", async () => {
    let produced = 0;
    const server = await serve(numbers, {
      upTo: function* (n) {
        for (let i = 0; i < n; i += 1) {
          produced += 1;
          yield new Uint8Array(1000);
        }
      },
    });
    const peer = new SessionPeer(await wsConnect(server.url), { role: "client", codecs: ["msgpack"] });
    await until(() => peer.of("ready").length === 1);
    const id = peer.session.open({
      interaction: "stream",
      method: "numbers.upTo",
      codec: "msgpack",
      demand: Number.POSITIVE_INFINITY,
    }) as number;
    peer.session.sendBatch(id, 1, msgpackCodec.encode([100_000]));
    peer.session.complete(id);
    peer.flush();
    // BLOCKED says by itself that the server has come to the end of the credit.
    await until(() => peer.of("blocked").length === 1);
    const share = 16 * 1024;
    const batch = 32 * 1024;
    expect(peer.of("blocked")[0]).toMatchObject({ streamId: id, limit: "bytes" });
    expect(produced).toBeGreaterThan(10);
    expect(produced * 1000).toBeLessThanOrEqual(share + batch);
    peer.close();
    await server.close();
  });
});
