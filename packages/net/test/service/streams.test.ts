// Streams from end to end: what a user sees of them, in memory and over a real socket.

import { create, fail, filter, from, map, never, of, range, type Subscription, take } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { bothWays, until } from "./both-ways.js";
import { type Flight, flights, flightsFrom, sumTo } from "./flights.js";

const one = defineService("one", {
  items: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
});

for (const { name, open } of bothWays) {
  describe(`a stream over ${name}`, () => {
    it("brings every item once, in order, with unbounded demand", async () => {
      const { client } = await open(flights, {
        records: ({ limit, from: first }) => flightsFrom(first, limit),
        count: (n) => n,
      });
      const all = await client.records({ limit: 20_000 }).toArray();
      expect(all).toHaveLength(20_000);
      expect(all).toEqual([...flightsFrom(0, 20_000)]);
    });

    it.each([1, 2, 7, 256, 5000])("brings every item with a window of %i", async (window) => {
      const { client } = await open(flights, {
        records: ({ limit }) => flightsFrom(0, limit),
        count: (n) => n,
      });
      const limit = window < 8 ? 300 : 20_000;
      const sum = await client.records({ limit }, { window }).reduce((total, { id }) => total + id, 0);
      expect(sum).toBe(sumTo(limit));
    });

    it.each<[string, () => unknown, unknown[]]>([
      ["a Flow", () => range(1, 3), [1, 2, 3]],
      ["an array", () => [1, 2, 3], [1, 2, 3]],
      ["an iterable", () => new Set([1, 2, 3]), [1, 2, 3]],
      ["a generator", () => flightsFrom(0, 1), [{ id: 0, delay: 0 }]],
      [
        "an async generator",
        async function* () {
          yield 1;
          await Promise.resolve();
          yield 2;
        },
        [1, 2],
      ],
      ["a promise of a Flow", async () => range(1, 2), [1, 2]],
      ["a foreign publisher", () => ({ subscribe: range(5, 2).subscribe.bind(range(5, 2)) }), [5, 6]],
      ["nothing to send", () => [], []],
    ])("takes from a handler %s", async (_what, handler, items) => {
      const { client } = await open(one, { items: handler as () => Iterable<unknown> });
      expect(await client.items(0).toArray()).toEqual(items);
    });

    it("gives the same to each subscription of one flow, from a stream of its own", async () => {
      let opened = 0;
      const { client } = await open(one, {
        items: () => {
          opened += 1;
          return of(opened);
        },
      });
      const flow = client.items(0);
      expect(opened).toBe(0);
      expect(await flow.toArray()).toEqual([1]);
      expect(await flow.toArray()).toEqual([2]);
    });

    it("§1.1 sends no more than was requested, and the source makes no more", async () => {
      let made = 0;
      const { client } = await open(flights, {
        records: function* ({ limit }) {
          for (const flight of flightsFrom(0, limit)) {
            made += 1;
            yield flight;
          }
        },
        count: (n) => n,
      });
      const seen: Flight[] = [];
      let subscription: Subscription | undefined;
      client.records({ limit: 1000 }, { window: "demand" }).subscribe({
        onSubscribe: (given) => {
          subscription = given;
        },
        onNext: (item) => seen.push(item),
        onError: () => {},
        onComplete: () => {},
      });
      subscription?.request(3);
      await until(() => seen.length === 3);
      // A call crosses the same connection after whatever else might still have been on its way.
      await client.count(1);
      expect([seen.length, made]).toEqual([3, 3]);
      subscription?.request(4);
      await until(() => seen.length === 7);
      await client.count(1);
      expect([seen.length, made]).toEqual([7, 7]);
      subscription?.cancel();
    });

    it("grants again what a filter on this side dropped", async () => {
      const { client } = await open(flights, {
        records: ({ limit }) => flightsFrom(0, limit),
        count: (n) => n,
      });
      const flow = client.records({ limit: 1000 }).pipe(
        filter(({ id }) => id % 100 === 99),
        take(5),
      );
      const seen: number[] = [];
      for await (const { id } of flow.values({ prefetch: 1 })) seen.push(id);
      expect(seen).toEqual([99, 199, 299, 399, 499]);
    });

    it("opens nothing before the first request", async () => {
      let opened = 0;
      const { client } = await open(one, {
        items: () => {
          opened += 1;
          return [];
        },
      });
      client.items(0).subscribe({
        onSubscribe: (subscription) => subscription.cancel(),
        onNext: () => {},
        onError: () => {},
        onComplete: () => {},
      });
      await client.items(0).toArray();
      expect(opened).toBe(1);
    });

    it("brings the items before an error, then the error, without its stack", async () => {
      const errors: unknown[] = [];
      const { client } = await open(
        one,
        {
          items: function* () {
            yield 1;
            yield 2;
            throw new Error("the disk is gone");
          },
        },
        { onHandlerError: (error, place) => errors.push([error, place]) },
      );
      const seen: unknown[] = [];
      const failed = client.items(0).forEach((item) => void seen.push(item));
      await expect(failed).rejects.toMatchObject({
        name: "RemoteError",
        code: "INTERNAL",
        message: "the disk is gone",
        status: 500,
      });
      const error: unknown = await failed.catch((thrown: unknown) => thrown);
      expect((error as Error).stack).not.toContain("streams.test.ts:1");
      expect(seen).toEqual([1, 2]);
      expect(errors).toEqual([
        [
          expect.objectContaining({ message: "the disk is gone" }),
          { method: "one.items", streamId: 1, during: "handler" },
        ],
      ]);
    });

    it.each<[string, () => unknown, string, string]>([
      [
        "throws",
        () => {
          throw new Error("no");
        },
        "INTERNAL",
        "no",
      ],
      ["throws what is no error", () => fail("text"), "INTERNAL", "text"],
      ["rejects", () => Promise.reject(new TypeError("late no")), "INTERNAL", "late no"],
      ["returns a failed flow", () => fail(new Error("flow no")), "INTERNAL", "flow no"],
      ["returns what has no items", () => 7, "INTERNAL", "Cannot make a flow of 7"],
    ])("ends one stream alone when its handler %s", async (_what, handler, code, message) => {
      let calls = 0;
      const { client } = await open(one, {
        items: (input) => {
          calls += 1;
          return input === 0 ? (handler() as Iterable<unknown>) : of("fine");
        },
      });
      await expect(client.items(0).toArray()).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
      expect(await client.items(1).toArray()).toEqual(["fine"]);
      expect(calls).toBe(2);
    });

    it("names the field of an item that cannot be sent, after the items before it", async () => {
      let cancelled = 0;
      const { client } = await open(one, {
        items: function* () {
          try {
            yield { a: 1 };
            yield { a: { b: [1, () => 2] } };
            for (;;) yield { a: 3 };
          } finally {
            cancelled += 1;
          }
        },
      });
      const seen: unknown[] = [];
      await expect(client.items(0).forEach((item) => void seen.push(item))).rejects.toMatchObject({
        code: "INVALID_PAYLOAD",
        message: "Cannot encode an item as msgpack: the field a.b[1] is a function; send plain values",
      });
      expect(seen).toEqual([{ a: 1 }]);
      expect(cancelled).toBe(1);
    });

    it("refuses an item above the client's limit by both numbers, and sends those below it", async () => {
      const items = (size: number) => [Buffer.alloc(10), Buffer.alloc(100_000), Buffer.alloc(size), "never"];
      const { client } = await open(one, { items }, { clientLimits: { itemBytes: 200_000 } });
      const seen: number[] = [];
      await expect(
        client.items(400_000).forEach((item) => void seen.push((item as Uint8Array).length)),
      ).rejects.toMatchObject({
        code: "ITEM_TOO_LARGE",
        status: 413,
        message: expect.stringMatching(
          /^Cannot send an item of 400\d{3} bytes: the peer takes at most \d+; /,
        ),
      });
      expect(seen).toEqual([10, 100_000]);
    });

    it("carries items of very different sizes, never over the byte credit", async () => {
      const sizes = Array.from({ length: 600 }, (_, i) => (i % 100 === 50 ? 90_000 : i % 7));
      const { client } = await open(one, { items: () => from(sizes).pipe(map((n) => "x".repeat(n))) });
      const seen: number[] = [];
      for await (const item of client.items(0, { window: 64 })) seen.push((item as string).length);
      expect(seen).toEqual(sizes);
    });

    it("carries raw bytes, JSON, null and undefined", async () => {
      const mixed = defineService("mixed", {
        raw: stream({ input: unchecked<Uint8Array>(), output: unchecked<Uint8Array>(), codec: "raw" }),
        json: stream({ input: unchecked<unknown>(), output: unchecked<unknown>(), codec: "json" }),
        any: stream({ output: unchecked<unknown>() }),
      });
      const { client } = await open(mixed, {
        raw: (input) => [input, new Uint8Array(0), new Uint8Array([1, 2])],
        json: (input) => [input, null, [1]],
        any: () => [null, undefined, 0, ""],
      });
      const raw = await client.raw(new Uint8Array([9])).toArray();
      expect(raw.map((bytes) => [...bytes])).toEqual([[9], [], [1, 2]]);
      expect(await client.json({ a: 1 }).toArray()).toEqual([{ a: 1 }, null, [1]]);
      expect(await client.any().toArray()).toEqual([null, undefined, 0, ""]);
    });

    it("sends a lone item of a slow source at once, without waiting for company", async () => {
      let emit: (item: number) => void = () => {};
      const { client } = await open(one, {
        items: () =>
          create<number>(
            (emitter) => {
              emit = (item) => void emitter.next(item);
            },
            { capacity: 8, overflow: "error" },
          ),
      });
      const seen: unknown[] = [];
      const done = client
        .items(0)
        .pipe(take(2))
        .forEach((item) => void seen.push(item));
      await until(() => emit.length === 1);
      emit(1);
      await until(() => seen.length === 1);
      emit(2);
      await done;
      expect(seen).toEqual([1, 2]);
    });

    it("runs 100 streams side by side while one of them is stalled", async () => {
      const { client } = await open(
        flights,
        { records: ({ limit, from: first }) => flightsFrom(first, limit), count: (n) => n },
        { limits: { peerStreams: 128 }, clientLimits: { ownStreams: 128 } },
      );
      let stalledItems = 0;
      let stalled: Subscription | undefined;
      client.records({ limit: 1_000_000 }).subscribe({
        onSubscribe: (subscription) => {
          stalled = subscription;
          subscription.request(10);
        },
        onNext: () => {
          stalledItems += 1;
        },
        onError: () => {},
        onComplete: () => {},
      });
      const sums = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          client.records({ limit: 500, from: i }, { window: 64 }).reduce((sum, { id }) => sum + id, 0),
        ),
      );
      expect(sums).toEqual(Array.from({ length: 100 }, (_, i) => sumTo(500) + 500 * i));
      expect(stalledItems).toBe(10);
      stalled?.cancel();
    });

    it("lets those wait for whom the server has no slot, and serves all in the end", async () => {
      const { client } = await open(
        flights,
        { records: ({ limit, from: first }) => flightsFrom(first, limit), count: (n) => n },
        { limits: { peerStreams: 2 } },
      );
      const sums = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          client.records({ limit: 10, from: i }).reduce((sum, { id }) => sum + id, 0),
        ),
      );
      expect(sums).toEqual(Array.from({ length: 20 }, (_, i) => sumTo(10) + 10 * i));
    });

    it("survives a handler that is a client of the same service", async () => {
      const nested = defineService("nested", {
        down: stream({ input: unchecked<number>(), output: unchecked<number>() }),
      });
      let inner: { down(n: number): import("@sluice/core").Flow<number> } | undefined;
      const { client } = await open(nested, {
        down: (n) => (n === 0 ? of(0) : (inner?.down(n - 1) ?? never<number>()).pipe(map((x) => x + 1))),
      });
      inner = client;
      expect(await client.down(5).toArray()).toEqual([5]);
    });
  });
}
