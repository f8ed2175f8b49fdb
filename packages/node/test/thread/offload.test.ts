// Steps in real threads: order, demand, bytes that move.

import { range, tap } from "@sluice/core";
import { offload, type OffloadOptions } from "@sluice/node/threads";
import { ManualSubscriber, settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { until } from "./threads-alive.js";
import { stepFile, workerFile } from "./worker-file.js";

const square = stepFile("(n) => n * n");
/** Waits with the item 0 until somebody opens the gate, as a step does that computes for long. */
const gated = workerFile(`
  import { threadId, workerData } from "node:worker_threads";
  import { serveStep } from "@sluice/node/worker";
  serveStep(([n, key]) => {
    if (n === 0) Atomics.wait(workerData, 0, 0);
    return [n, key, threadId];
  });`);

/** A gate for `gated`, which is closed. */
function gate(): { readonly data: Int32Array; open(): void } {
  const data = new Int32Array(new SharedArrayBuffer(4));
  const open = (): void => {
    Atomics.store(data, 0, 1);
    Atomics.notify(data, 0);
  };
  return { data, open };
}

describe("offload", () => {
  it.each<[string, OffloadOptions<number>]>([
    ["one thread", { threads: 1 }],
    ["two", { threads: 2 }],
    ["a window of one", { threads: 2, window: 1 }],
    ["more room than items", { threads: 3, window: 10_000 }],
    ["codec columnar", { codec: "columnar" }],
    ["codec json", { codec: "json" }],
  ])("gives the results in the order of the items: %s", async (_title, options) => {
    const results = await offload<number, number>(range(0, 3000), square, options).toArray();
    expect(results).toEqual(Array.from({ length: 3000 }, (_, n) => n * n));
  });

  it("lets no result wait for a slow one when not ordered, and counts it in the window", async () => {
    const { data, open } = gate();
    const items = Array.from({ length: 100 }, (_, n) => [n, 0]);
    const options = { threads: 2, window: 2, ordered: false, worker: { workerData: data } };
    const results: unknown[] = [];
    for await (const [n] of offload<number[], number[]>(items, gated, options)) {
      results.push(n);
      // All but 0 and the one that waits behind it in its thread.
      if (results.length === 98) open();
    }
    expect(results.slice(0, 98)).not.toContain(0);
    expect(results).toHaveLength(100);
    expect(new Set(results).size).toBe(100);
  });

  it("keeps the order within a key, each in a thread of its own, and lets keys overtake each other", async () => {
    const { data, open } = gate();
    const items = Array.from({ length: 60 }, (_, n) => [n, n % 6]);
    const options: OffloadOptions<number[]> = {
      threads: 2,
      window: 30,
      ordered: { key: ([, key]) => key as number },
      worker: { workerData: data },
    };
    const results: number[][] = [];
    for await (const result of offload<number[], number[]>(items, gated, options)) {
      results.push(result);
      open(); // the first that came is not the first that was sent
    }
    expect(results[0]?.[0]).not.toBe(0);
    for (let key = 0; key < 6; key += 1) {
      const ofKey = results.filter(([, k]) => k === key);
      expect(ofKey.map(([n]) => n)).toEqual(Array.from({ length: 10 }, (_, i) => key + 6 * i));
      expect(new Set(ofKey.map(([, , thread]) => thread)).size).toBe(1);
    }
    expect(new Set(results.map(([, , thread]) => thread)).size).toBe(2);
  });

  it.each([
    ["true", true],
    ["false", false],
    ["by key", { key: (n: number) => n % 5 }],
    ["by a key that all have", { key: () => "all" }],
  ] as const)(
    "never asks for more than threads x window beyond what was taken, ordered: %s",
    async (_, ordered) => {
      let made = 0;
      let mostAhead = 0;
      const numbers = range(0, 500).pipe(
        tap(() => {
          made += 1;
          mostAhead = Math.max(mostAhead, made - subscriber.items.length);
        }),
      );
      const subscriber = new ManualSubscriber<number>();
      offload<number, number>(numbers, square, { threads: 2, window: 8, ordered }).subscribe(subscriber);
      await settled();
      expect(made).toBe(16); // nobody has asked for a result yet
      while (!subscriber.ended) {
        subscriber.request(7);
        const wanted = Math.min(subscriber.requested, 500);
        await until(() => subscriber.items.length === wanted || subscriber.ended);
        if (wanted === 500) await until(() => subscriber.ended);
      }
      expect(subscriber.items.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 500 }, (_, n) => n * n),
      );
      expect(mostAhead).toBe(16);
    },
  );

  it("moves bytes to the thread and back instead of copying them", async () => {
    const remembers = workerFile(`
      import { serveStep } from "@sluice/node/worker";
      let last = new Uint8Array(1);
      serveStep((bytes) => {
        const moved = last.byteLength === 0;
        last = new Uint8Array(4_000_000).fill(bytes[0] + 1);
        if (moved) last[1] = 255; // what was answered before is not here any more
        return last;
      });`);
    const [one, two, three] = [1, 2, 3].map((n) => new Uint8Array(4_000_000).fill(n));
    const items = [one, two?.buffer, three];
    const options = { threads: 1, window: 1, codec: "raw" } as const;
    const results = await offload<unknown, Uint8Array>(items, remembers, options).toArray();
    expect(results.map((bytes) => [bytes.byteLength, bytes[0], bytes[1], bytes.at(-1)])).toEqual([
      [4_000_000, 2, 2, 2],
      [4_000_000, 3, 255, 3],
      [4_000_000, 4, 255, 4],
    ]);
    expect([one, two, three].map((bytes) => bytes?.byteLength)).toEqual([0, 0, 0]);
  });

  it("leaves bytes where they are that are a part of other memory", async () => {
    const memory = new Uint8Array(100_000).fill(3);
    const items = [memory.subarray(0, 50_000), memory.subarray(50_000)];
    const sum = stepFile("(bytes) => Uint8Array.of(bytes.reduce((a, b) => a + b, 0) % 251)");
    const results = await offload<Uint8Array, Uint8Array>(items, sum, { codec: "raw" }).toArray();
    expect(results).toEqual([Uint8Array.of(150_000 % 251), Uint8Array.of(150_000 % 251)]);
    expect(memory.byteLength).toBe(100_000);
  });

  it("sends a result before the thread begins with the next item, when an item takes long", async () => {
    const data = new Int32Array(new SharedArrayBuffer(4));
    const waits = workerFile(`
      import { workerData } from "node:worker_threads";
      import { serveStep } from "@sluice/node/worker";
      serveStep((n) => {
        const until = performance.now() + 2;
        while (performance.now() < until);
        return n === 0 ? "begun" : Atomics.wait(workerData, 0, n - 1, 5000);
      });`);
    const options = { threads: 1, worker: { workerData: data } };
    const results: string[] = [];
    for await (const result of offload<number, string>(range(0, 10), waits, options)) {
      results.push(result);
      Atomics.store(data, 0, results.length);
      Atomics.notify(data, 0);
    }
    expect(results).toHaveLength(10);
    expect(results).not.toContain("timed-out");
  });

  it.each([
    ["one item at a time, unless told otherwise", "{}", 1],
    ["several at once when told to", "{ concurrency: 3 }", 3],
  ])("runs an asynchronous step for %s", async (_title, options, most) => {
    const counts = stepFile(
      `async () => {
        globalThis.running = (globalThis.running ?? 0) + 1;
        globalThis.most = Math.max(globalThis.most ?? 0, globalThis.running);
        await new Promise((resolve) => setImmediate(resolve));
        globalThis.running -= 1;
        return globalThis.most;
      }`,
      options,
    );
    expect((await offload(range(0, 50), counts, { threads: 1 }).toArray()).at(-1)).toBe(most);
  });
});
