// One source, many remote subscribers: what is encoded, what each gets, and what becomes of the slow. On a simulated
// link, in virtual time.

import { fail, range, type Subscription } from "@sluice/core";
import {
  type Client,
  defineService,
  type EncodedOnce,
  encodeOnce,
  type EncodeOnceOptions,
  type SlowOptions,
  stream,
  unchecked,
} from "@sluice/net";
import { SimRandom, type Simulation, simulate } from "@sluice/net/sim";
import { TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { plenty, type SimServer, simServer } from "./sim-service.js";

const service = defineService("feed", {
  items: stream({ input: unchecked<SlowOptions | undefined>(), output: unchecked<unknown>() }),
  raw: stream({ output: unchecked<Uint8Array>(), codec: "raw" }),
});
type Feed = (typeof service)["routes"];

/** One subscriber: what it got, and its credit. */
class Reader {
  readonly got: unknown[] = [];
  end: string | undefined = undefined;
  private credit: Subscription | undefined = undefined;

  constructor(client: Client<Feed>, slow: SlowOptions | undefined = undefined) {
    client.items(slow, { window: "demand" }).subscribe({
      onSubscribe: (credit) => {
        this.credit = credit;
      },
      onNext: (item) => {
        this.got.push(item);
      },
      onError: (error) => {
        this.end = (error as { code?: string }).code ?? String(error);
      },
      onComplete: () => {
        this.end = "complete";
      },
    });
  }

  request(n: number): this {
    this.credit?.request(n);
    return this;
  }

  cancel(): void {
    this.credit?.cancel();
  }
}

/** A feed from a source that the test drives. */
class Setting {
  /** Of each run of the source. */
  readonly sources: TestPublisher<unknown>[] = [];
  readonly once: EncodedOnce<unknown>;
  readonly server: SimServer<Feed>;
  private readonly sim: Simulation;
  private made = 0;

  constructor(sim: Simulation, options: EncodeOnceOptions = {}) {
    this.sim = sim;
    const source = {
      subscribe: (subscriber: Parameters<TestPublisher<unknown>["subscribe"]>[0]) => {
        const publisher = new TestPublisher<unknown>();
        this.sources.push(publisher);
        publisher.subscribe(subscriber);
      },
    };
    this.once = encodeOnce(source, { runtime: sim.runtime, ...options });
    const bytes = this.once as EncodedOnce<Uint8Array>;
    this.server = simServer(
      sim,
      service,
      { items: (slow) => (slow === undefined ? this.once : this.once.with(slow)), raw: () => bytes },
      { delayMs: 1 },
    );
  }

  get source(): TestPublisher<unknown> {
    return this.sources.at(-1) as TestPublisher<unknown>;
  }

  connect(): Promise<Client<Feed>> {
    return this.server.connect();
  }

  /** A subscriber on a connection of its own that has asked for `demand` items. */
  async reader(demand: number, slow?: SlowOptions): Promise<Reader> {
    const reader = new Reader(await this.connect(), slow).request(demand);
    await this.sim.sleep(20);
    return reader;
  }

  /** Emits as many of `count` items as the source was asked for, by and by; the first one is `this.made`. */
  async emit(count: number, rest = 50): Promise<number> {
    let emitted = 0;
    for (let idle = 0; emitted < count && idle < rest; ) {
      if (this.source.demand > 0 && !this.source.cancelled) {
        this.source.next(this.made++);
        emitted += 1;
        idle = 0;
      } else {
        idle += 1;
        await this.sim.sleep(1);
      }
    }
    await this.sim.sleep(20);
    return emitted;
  }

  check(): void {
    const { total, subscribers, heldItems } = this.once.snapshot();
    for (const { offered, delivered, dropped, held } of subscribers) {
      expect(delivered + dropped.overflow + dropped.latest + dropped.left + held).toBe(offered);
      expect(held).toBeGreaterThanOrEqual(0);
      expect(held).toBeLessThanOrEqual(heldItems);
    }
    const held = subscribers.reduce((sum, each) => sum + each.held, 0);
    const { overflow, latest, left } = total.dropped;
    expect(total.delivered + overflow + latest + left + held).toBe(total.offered);
    expect(Math.max(0, ...subscribers.map((each) => each.held))).toBe(heldItems);
  }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe("encodeOnce", () => {
  it("encodes each item once, whatever the number of subscribers, and gives all of them everything", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim);
      const readers = await Promise.all(Array.from({ length: 7 }, () => setting.reader(1_000_000)));
      await setting.emit(5000);
      setting.source.complete();
      await sim.sleep(50);
      for (const { got, end } of readers) expect([got, end]).toEqual([numbers(0, 5000), "complete"]);
      const { encoded, encodedAgain, heldItems, heldBytes, total } = setting.once.snapshot();
      expect({ encoded, encodedAgain, heldItems, heldBytes }).toEqual({
        ...{ encoded: 5000, encodedAgain: 0, heldItems: 0, heldBytes: 0 },
      });
      expect(total).toEqual({
        offered: 35_000,
        delivered: 35_000,
        dropped: { overflow: 0, latest: 0, left: 0 },
      });
    }));

  it("holds what waits once: capacity items and bytes, and asks the source for no more", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim, { capacity: 100, patienceMs: Number.POSITIVE_INFINITY });
      const readers = await Promise.all(Array.from({ length: 5 }, () => setting.reader(1)));
      expect(await setting.emit(1000)).toBe(101);
      const { heldItems, heldBytes, encoded, waiting } = setting.once.snapshot();
      expect([heldItems + waiting, encoded + waiting]).toEqual([100, 101]);
      expect(heldBytes).toBeLessThan(100 * 12);
      setting.check();
      for (const reader of readers) reader.request(1_000_000);
      await sim.sleep(50);
      for (const { got } of readers) expect(got).toEqual(numbers(0, 101));
    }));

  it("bounds bytes as it bounds items", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim, { capacityBytes: 10_000, patienceMs: Number.POSITIVE_INFINITY });
      await setting.reader(1);
      for (let i = 0; i < 1000 && setting.source.demand > 0; i += 1) {
        setting.source.next("x".repeat(1000));
        await sim.sleep(5);
      }
      const { heldBytes } = setting.once.snapshot();
      // What was asked for before anything was known of the size: a quarter of the bytes in items of 256.
      expect(heldBytes).toBeLessThan(10_000 + 10 * 1010);
      expect(heldBytes).toBeGreaterThan(5000);
    }));

  it("gives who comes later what comes later", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim);
      const early = await setting.reader(1000);
      await setting.emit(10);
      const late = await setting.reader(1000);
      await setting.emit(10);
      expect(early.got).toEqual(numbers(0, 20));
      expect(late.got).toEqual(numbers(10, 20));
    }));

  it("serves those who ask for one item at a time, and encodes a batch again in halves, once for all of them", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim, { patienceMs: Number.POSITIVE_INFINITY });
      const singles = await Promise.all(Array.from({ length: 4 }, () => setting.reader(1)));
      const fast = await setting.reader(1_000_000);
      await setting.emit(64);
      for (let i = 0; i < 64; i += 1) {
        for (const reader of singles) reader.request(1);
        await sim.sleep(10);
      }
      for (const { got } of [...singles, fast]) expect(got).toEqual(numbers(0, 64));
      const { encoded, encodedAgain } = setting.once.snapshot();
      expect(encoded).toBe(64);
      expect(encodedAgain).toBeGreaterThan(0);
      expect(encodedAgain).toBeLessThanOrEqual(64 * 6);
    }));

  describe("and a slow subscriber", () => {
    it('"wait": slows the source for so long as it may, then is cut off by default, and the others go on', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 8, patienceMs: 500 });
        const slow = await setting.reader(1);
        const fast = await setting.reader(1_000_000);
        expect(await setting.emit(100)).toBe(9);
        await sim.sleep(300);
        expect([slow.end, fast.got.length]).toEqual([undefined, 9]);
        expect(await setting.emit(91, 1000)).toBe(91);
        expect([slow.end, slow.got]).toEqual(["OVERFLOW", [0]]);
        expect(fast.got).toEqual(numbers(0, 100));
        expect(setting.once.snapshot().total.dropped).toEqual({ overflow: 8, latest: 0, left: 0 });
        setting.check();
      }));

    it('"wait": has its patience anew with each item that it takes', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 4, patienceMs: 100 });
        const slow = await setting.reader(1);
        const emitting = setting.emit(30, 1000);
        for (let i = 0; i < 30; i += 1) {
          await sim.sleep(80);
          slow.request(1);
        }
        await emitting;
        expect([slow.end, slow.got]).toEqual([undefined, numbers(0, 30)]);
      }));

    it('"wait", otherwise "dropOldest": is waited for no longer, and misses the oldest', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 8, patienceMs: 500, otherwise: "dropOldest" });
        const slow = await setting.reader(1);
        expect(await setting.emit(100, 1000)).toBe(100);
        slow.request(1000);
        await sim.sleep(20);
        expect(slow.got).toEqual([0, ...numbers(92, 100)]);
        expect(setting.once.snapshot().subscribers[0]?.slow).toBe("dropOldest");
        setting.check();
      }));

    it('"dropOldest": never slows the source, and gets the newest that fit', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 16 });
        const slow = await setting.reader(2, { slow: "dropOldest" });
        const fast = await setting.reader(1_000_000);
        expect(await setting.emit(200, 3)).toBe(200);
        expect(fast.got).toEqual(numbers(0, 200));
        slow.request(1000);
        await sim.sleep(20);
        expect(slow.got.slice(0, 2)).toEqual([0, 1]);
        expect(slow.got.slice(2)).toEqual(numbers(200 - (slow.got.length - 2), 200));
        expect(slow.got.length - 2).toBeLessThanOrEqual(16);
        expect(slow.got.length - 2).toBeGreaterThan(12);
        setting.check();
      }));

    it('"latest": gets the newest item, one, when it has credit again', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 16 });
        const slow = await setting.reader(1, { slow: "latest" });
        const fast = await setting.reader(1_000_000);
        for (let round = 0; round < 10; round += 1) expect(await setting.emit(10, 3)).toBe(10);
        expect(fast.got).toEqual(numbers(0, 100));
        slow.request(5);
        await sim.sleep(20);
        expect(slow.got.slice(0, 2)).toEqual([0, 99]);
        expect(setting.once.snapshot().subscribers[0]?.dropped).toEqual({ overflow: 0, latest: 98, left: 0 });
        await setting.emit(1);
        expect(slow.got).toEqual([0, 99, 100]);
        setting.check();
      }));

    it('"disconnect": fails with OVERFLOW when it is behind by the capacity; nobody waits', () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 8 });
        const slow = await setting.reader(1, { slow: "disconnect" });
        const fast = await setting.reader(1_000_000);
        expect(await setting.emit(9, 3)).toBe(9);
        expect(slow.end).toBeUndefined();
        expect(await setting.emit(20, 3)).toBe(20);
        expect([slow.end, slow.got]).toEqual(["OVERFLOW", [0]]);
        expect(fast.got).toEqual(numbers(0, 29));
        setting.check();
      }));
  });

  describe("and a subscriber that leaves", () => {
    it("lets go what waited for it, and the source when it was the last; the next one begins anew", () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim, { capacity: 8, patienceMs: Number.POSITIVE_INFINITY });
        const stalled = await setting.reader(1);
        const fast = await setting.reader(1_000_000);
        await setting.emit(8);
        expect(setting.once.snapshot().heldItems).toBe(7);
        stalled.cancel();
        await sim.sleep(20);
        expect(setting.once.snapshot()).toMatchObject({ heldItems: 0, total: { dropped: { left: 7 } } });
        expect(await setting.emit(5)).toBe(5);
        fast.cancel();
        await sim.sleep(20);
        expect([setting.source.cancelled, setting.once.snapshot().subscribers]).toEqual([true, []]);
        setting.check();
        const next = await setting.reader(10);
        expect(setting.sources.length).toBe(2);
        await setting.emit(3);
        expect(next.got).toEqual(numbers(13, 16));
      }));

    it("leaves with its connection", () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim);
        const client = await setting.connect();
        new Reader(client).request(1);
        await sim.sleep(20);
        await setting.emit(10);
        await client.close();
        await sim.sleep(20);
        expect(setting.source.cancelled).toBe(true);
        expect(setting.once.snapshot().total.dropped.left).toBe(9);
        setting.check();
      }));

    it("may come back within its session: each item once and in order, over any cuts", async () => {
      for (let seed = 1; seed <= 8; seed += 1) {
        await simulate({ seed, traceLines: 100 }, async (sim) => {
          const setting = new Setting(sim, { capacity: 64, patienceMs: Number.POSITIVE_INFINITY });
          const readers = [];
          for (let i = 0; i < 3; i += 1) {
            const client = await setting.server.connect({ retryBudget: plenty(sim) });
            readers.push(new Reader(client).request(1_000_000));
            await sim.sleep(20);
          }
          const random = new SimRandom(seed);
          let isOver = false;
          const cut = (): void => {
            if (isOver) return;
            const { connections } = setting.server.link;
            const connection = connections[random.int(0, Math.max(0, connections.length - 1))];
            connection?.cut({ arrives: { client: random.int(0, 100), server: random.int(0, 500) } });
            sim.clock.schedule(random.int(1, 60), cut);
          };
          cut();
          await setting.emit(3000, 2000);
          isOver = true;
          setting.source.complete();
          await sim.sleep(20_000);
          for (const { got, end } of readers) expect([got, end]).toEqual([numbers(0, 3000), "complete"]);
          setting.check();
        });
      }
    });
  });

  describe("and the end of the source", () => {
    it("comes after the items before it, for each when it has them", () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim);
        const slow = await setting.reader(2);
        const fast = await setting.reader(1000);
        setting.source.next(...numbers(0, 10));
        setting.source.error(new Error("the exchange is closed"));
        await sim.sleep(20);
        expect([fast.got, fast.end]).toEqual([numbers(0, 10), "INTERNAL"]);
        expect([slow.got, slow.end]).toEqual([[0, 1], undefined]);
        slow.request(100);
        await sim.sleep(20);
        expect([slow.got, slow.end]).toEqual([numbers(0, 10), "INTERNAL"]);
        expect(setting.once.snapshot().subscribers).toEqual([]);
      }));

    it("comes at once where there is nothing, by error or without", () =>
      simulate({ seed: 1 }, async (sim) => {
        const ended = encodeOnce<unknown>([], { runtime: sim.runtime });
        const failed = encodeOnce<unknown>(fail(new Error("no feed")), { runtime: sim.runtime });
        const server = simServer(sim, service, {
          items: (slow) => (slow === undefined ? ended : failed),
          raw: () => [],
        });
        const client = await server.connect();
        const readers = [new Reader(client).request(1), new Reader(client, {}).request(1)];
        await sim.sleep(50);
        expect(readers.map(({ end }) => end)).toEqual(["complete", "INTERNAL"]);
      }));

    it("is an item that cannot be encoded: those before it go, the source is cancelled", () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim);
        const readers = [await setting.reader(1000), await setting.reader(1000)];
        setting.source.next(0, 1, () => 2, 3);
        await sim.sleep(20);
        for (const { got, end } of readers) expect([got, end]).toEqual([[0, 1], "INVALID_PAYLOAD"]);
        expect(setting.source.cancelled).toBe(true);
        setting.check();
      }));

    it("cuts off those who take nothing once seven newer runs hold as much", () =>
      simulate({ seed: 1 }, async (sim) => {
        const setting = new Setting(sim);
        const stalled: Reader[] = [];
        for (let i = 0; i < 12; i += 1) {
          stalled.push(await setting.reader(1));
          setting.source.next("first", "second");
          setting.source.complete();
          await sim.sleep(20);
        }
        expect(stalled.map(({ end }) => end)).toEqual([
          ...new Array(4).fill("OVERFLOW"),
          ...new Array(8).fill(undefined),
        ]);
        expect(setting.once.snapshot().heldItems).toBe(8);
      }));
  });

  it("fails the stream of one whose peer takes no such item, and of nobody else", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim);
      const small = new Reader(await setting.server.connect({ limits: { itemBytes: 20_000 } })).request(100);
      await sim.sleep(20);
      const large = await setting.reader(100);
      setting.source.next("small", "x".repeat(100_000), "after");
      await sim.sleep(200);
      expect([small.got, small.end]).toEqual([["small"], "ITEM_TOO_LARGE"]);
      expect(large.got.map((item) => (item as string).length)).toEqual([5, 100_000, 5]);
      setting.check();
    }));

  it("refuses a route whose codec or check is another", () =>
    simulate({ seed: 1 }, async (sim) => {
      const setting = new Setting(sim);
      await setting.reader(1);
      const client = await setting.connect();
      const message = await client
        .raw()
        .toArray()
        .catch((error: Error) => error.message);
      expect(message).toBe(
        'Cannot encode once for feed.raw and others who read the same: its codec is "raw", theirs "msgpack"; make an encodeOnce for each route',
      );
      expect(setting.once.snapshot().subscribers.length).toBe(1);
    }));

  it("sends raw bytes: small ones in one piece, large ones in parts, to all", () =>
    simulate({ seed: 1 }, async (sim) => {
      const chunks = [10, 0, 2000, 9000, 70_000, 64 * 1024, 1].map((length, i) =>
        new Uint8Array(length).fill(i),
      );
      const once = encodeOnce(chunks, { runtime: sim.runtime });
      const server = simServer(sim, service, { items: () => [], raw: () => once });
      const clients = await Promise.all([server.connect(), server.connect()]);
      const got = await Promise.all(clients.map((client) => client.raw().toArray()));
      for (const each of got) {
        expect(each.map((chunk) => Buffer.compare(chunk, chunks.shift() ?? new Uint8Array()))).toBeDefined();
        expect(each.map(({ length }) => length)).toEqual([10, 0, 2000, 9000, 70_000, 64 * 1024, 1]);
      }
      expect(once.snapshot()).toMatchObject({ encoded: 7, encodedAgain: 0, heldItems: 0, heldBytes: 0 });
    }));

  it("conserves items for each subscriber, whatever they and the source do", async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      await simulate({ seed, traceLines: 100 }, async (sim) => {
        const random = new SimRandom(seed);
        const setting = new Setting(sim, { capacity: random.int(1, 60), patienceMs: random.int(0, 300) });
        const policies: readonly SlowOptions[] = [
          { slow: "wait", patienceMs: Number.POSITIVE_INFINITY },
          { slow: "wait", patienceMs: 40, otherwise: "latest" },
          { slow: "dropOldest" },
          { slow: "latest" },
          { slow: "disconnect" },
        ];
        const readers: { reader: Reader; slow: SlowOptions }[] = [];
        let made = 0;
        for (let step = 0; step < 150; step += 1) {
          const { reader } = readers[random.int(0, readers.length)] ?? {};
          switch (random.int(0, 5)) {
            case 0: {
              if (readers.length >= 6) break;
              const slow = policies[random.int(0, policies.length - 1)] as SlowOptions;
              readers.push({ slow, reader: (await setting.reader(random.int(1, 40), slow)) as Reader });
              break;
            }
            case 1:
              reader?.request(random.int(1, 30));
              break;
            case 2:
              if (random.int(0, 9) === 0) reader?.cancel();
              break;
            default: {
              const { source } = setting;
              if (source === undefined || source.cancelled) break;
              for (let i = random.int(1, 50); i > 0 && source.demand > 0; i -= 1) source.next(made++);
            }
          }
          await sim.sleep(random.int(0, 30));
          setting.check();
          for (const each of readers) {
            const got = each.reader.got as number[];
            expect(got.every((item, i) => i === 0 || item > (got[i - 1] as number))).toBe(true);
            const isLossless = each.slow.patienceMs === Number.POSITIVE_INFINITY;
            if (isLossless) expect(got).toEqual(numbers(got[0] ?? 0, (got[0] ?? 0) + got.length));
          }
        }
        expect(setting.once.snapshot().encoded + setting.once.snapshot().waiting).toBeLessThanOrEqual(made);
      });
    }
  });

  it("refuses limits that are none", () => {
    expect(() => encodeOnce(range(0, 1), { capacity: 0 })).toThrow(
      new RangeError("Cannot hold 0 items: capacity must be an integer >= 1"),
    );
    expect(() => encodeOnce(range(0, 1), { capacityBytes: 1.5 })).toThrow(RangeError);
    expect(() => encodeOnce(range(0, 1), { patienceMs: -1 })).toThrow(
      new RangeError("Cannot wait for -1 ms: patienceMs must be >= 0; Infinity waits for good"),
    );
  });
});
