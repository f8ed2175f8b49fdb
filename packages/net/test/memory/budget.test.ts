// One memory budget behind clients and servers: what each of its stages does to the streams of a connection.

import { concat, map, never, range } from "@sluice/core";
import { memoryBudget, type MemoryBudget } from "@sluice/gates";
import { call, defineService, openClient, serveTransport, ServiceHost, stream, unchecked } from "@sluice/net";
import { simulate } from "@sluice/net/sim";
import { ManualSubscriber, settled, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { memoryPair } from "../../src/transport/memory.js";
import { simServer } from "../service/sim-service.js";

const KIB = 1024;
const works = defineService("works", {
  size: call({ input: unchecked<Uint8Array>(), output: unchecked<number>() }),
  hang: call({ input: unchecked<number>(), output: unchecked<number>() }),
  blocks: stream({ input: unchecked<number>(), output: unchecked<Uint8Array>() }),
});
const handlers = {
  size: (bytes: Uint8Array) => bytes.byteLength,
  hang: () => new Promise<number>(() => {}),
  blocks: (bytes: number) => range(0, 10_000).pipe(map(() => new Uint8Array(bytes))),
};

/** A client whose streams are charged to `memory`, and the host that it speaks to. */
async function charged(memory: MemoryBudget) {
  const host = new ServiceHost(works, handlers);
  const client = await openClient(
    async () => {
      const [near, far] = memoryPair();
      host.accept(far);
      return near;
    },
    works,
    { memory },
  );
  return { host, client };
}

describe("a memory budget behind connections", () => {
  it("knows each stream while it runs, and forgets it at every end", async () => {
    const memory = memoryBudget({ bytes: 10_000 * KIB });
    const { host, client } = await charged(memory);
    expect(await client.size(new Uint8Array(9))).toBe(9);
    const reader = new ManualSubscriber<Uint8Array>();
    client.blocks(100).subscribe(reader);
    const hanging = client.hang(1).catch((error: unknown) => error);
    await until(() => memory.snapshot().holders === 2, "both to be known");
    expect(memory.used).toBeGreaterThanOrEqual(32 * KIB);
    reader.cancel();
    await until(() => memory.snapshot().holders === 1, "the cancelled one to be forgotten");
    await client.close();
    await hanging;
    await host.close();
    expect(memory.snapshot()).toMatchObject({ holders: 0, used: 0 });
  });

  it("refuses another stream when nothing new begins, at once, and keeps the connection", async () => {
    const memory = memoryBudget({ bytes: 95 * KIB });
    const { host, client } = await charged(memory);
    const readers = [1, 2, 3, 4].map(() => {
      const reader = new ManualSubscriber<Uint8Array>();
      client.blocks(100, { window: 1 }).subscribe(reader);
      return reader;
    });
    await until(() => memory.snapshot().holders === 4, "four shares of 16 KiB");
    await expect(client.size(new Uint8Array(3))).rejects.toMatchObject({ code: "OVERLOADED" });
    for (const reader of readers) reader.cancel();
    await until(() => memory.used === 0, "their shares to come back");
    expect(await client.size(new Uint8Array(3))).toBe(3);
    expect(host.snapshot().connections).toHaveLength(1);
    await client.close();
    await host.close();
  });

  it("refuses streams of a server's clients, and is asked as its gate by criticality", async () => {
    const memory = memoryBudget({ bytes: 1000 * KIB });
    const [near, far] = memoryPair();
    serveTransport(far, works, handlers, { memory, admission: memory });
    const client = await openClient(near, works);
    expect(await client.size(new Uint8Array(3))).toBe(3);
    memory.tryCharge(900 * KIB);
    await expect(client.size(new Uint8Array(3), { retries: 0 })).rejects.toMatchObject({
      code: "OVERLOADED",
      notStarted: true,
    });
    memory.release(900 * KIB);
    expect(await client.size(new Uint8Array(3))).toBe(3);
    await client.close();
    await settled();
    expect(memory.used).toBe(0);
  });

  it("forgets a stream whose connection is gone, though its handler never ends", async () => {
    const memory = memoryBudget({ bytes: 1000 * KIB });
    const [near, far] = memoryPair();
    serveTransport(far, works, handlers, { memory });
    const client = await openClient(near, works);
    const hanging = client.hang(1).catch((error: unknown) => error);
    await until(() => memory.snapshot().holders === 1, "its stream to be known");
    await client.close();
    await hanging;
    await until(() => memory.snapshot().holders === 0, "its stream to be forgotten");
    expect(memory.used).toBe(0);
  });

  it("takes back what the peer has not used when it is time to shrink, and lends nothing ahead", async () => {
    const memory = memoryBudget({ bytes: 4000 * KIB });
    const pausing = concat([range(0, 5).pipe(map(() => new Uint8Array(100 * KIB))), never<Uint8Array>()]);
    const [near, far] = memoryPair();
    serveTransport(far, works, { ...handlers, blocks: () => pausing });
    const client = await openClient(near, works, { memory });
    const reader = new ManualSubscriber<Uint8Array>();
    client.blocks(KIB).subscribe(reader);
    reader.request(Number.POSITIVE_INFINITY);
    await until(() => reader.items.length === 5, "all there is for now");
    const before = memory.used;
    expect(before).toBeGreaterThan(16 * KIB); // a window beyond the share, of which nothing is used
    const other = 4000 * KIB * 0.9 - before + 1;
    memory.tryCharge(other);
    await until(() => memory.used === other + 16 * KIB, "all but the share to come back");
    expect([memory.snapshot().shrinks, memory.snapshot().ended, reader.failed]).toEqual([1, 0, false]);
    await client.close();
  });

  it("ends the largest of the least critical for a large item of others, which then comes", async () => {
    const memory = memoryBudget({ bytes: 1000 * KIB });
    const { host, client } = await charged(memory);
    const open = (bytes: number, criticality: "sheddable" | "critical") => {
      const reader = new ManualSubscriber<Uint8Array>();
      client.blocks(bytes, { criticality }).subscribe(reader);
      return reader;
    };
    const parked = [open(300 * KIB, "sheddable"), open(200 * KIB, "sheddable")];
    const critical = open(250 * KIB, "critical");
    await until(() => memory.used > 700 * KIB, "an item of each to be held");
    const late = open(400 * KIB, "critical");
    late.request(1);
    await until(() => late.items.length === 1, "the large item");
    expect([parked[0]?.failed, parked[1]?.failed, critical.failed, late.failed]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(parked[0]?.error).toMatchObject({
      code: "OVERLOADED",
      message: expect.stringMatching(
        /^Cannot keep works.blocks: the memory budget .* takes items faster|holds most/,
      ),
    });
    expect(parked[0]?.items).toEqual([]);
    critical.request(1);
    await until(() => critical.items.length === 1, "the critical one to go on");
    for (const reader of [parked[1], critical, late]) reader?.cancel();
    await client.close();
    await host.close();
    expect(memory.snapshot()).toMatchObject({ used: 0, holders: 0, ended: 1 });
  });

  it("ends a stream whose sender has ended and whose items wait here", async () => {
    const memory = memoryBudget({ bytes: 1000 * KIB });
    const host = new ServiceHost(works, { ...handlers, blocks: () => [new Uint8Array(600 * KIB)] });
    const [near, far] = memoryPair();
    host.accept(far);
    const client = await openClient(near, works, { memory });
    const reader = new ManualSubscriber<Uint8Array>();
    client.blocks(1).subscribe(reader);
    await until(() => memory.used >= 600 * KIB, "its item to wait");
    await settled();
    expect(memory.tryCharge(500 * KIB)).toBe(false);
    await until(() => reader.ended, "its end");
    expect(reader.error).toMatchObject({ code: "OVERLOADED" });
    await until(() => memory.used === 0, "its memory");
    await client.close();
    await host.close();
  });

  it("lets a connection ask again for a large item when another one has given memory back", async () => {
    const memory = memoryBudget({ bytes: 1000 * KIB });
    const [one, two] = [await charged(memory), await charged(memory)];
    const reader = new ManualSubscriber<Uint8Array>();
    memory.tryCharge(500 * KIB);
    one.client.blocks(10).subscribe(new ManualSubscriber());
    two.client.blocks(700 * KIB).subscribe(reader);
    reader.request(1);
    await until(() => memory.snapshot().shrinks === 1, "a need to be refused");
    await settled();
    expect([reader.items.length, memory.snapshot().ended]).toEqual([0, 0]); // no end would make room for it
    memory.release(500 * KIB);
    await until(() => reader.items.length === 1, "the item that had to wait");
    for (const { client, host } of [one, two]) {
      await client.close();
      await host.close();
    }
    expect(memory.used).toBe(0);
  });

  it("lends a stream the largest window that it has room for, not its share alone", async () => {
    await simulate({ seed: 1, traceLines: 0 }, async (sim) => {
      const memory = memoryBudget({ bytes: 1000 * KIB, clock: sim.clock });
      const server = simServer(sim, works, handlers, { delayMs: 25 });
      const client = await server.connect({ memory });
      const reader = new ManualSubscriber<Uint8Array>();
      client.blocks(2 * KIB, { window: 10_000 }).subscribe(reader);
      reader.request(Number.POSITIVE_INFINITY);
      await sim.sleep(5000);
      // A share of 16 KiB a round trip of 50 ms would be 800.
      expect(reader.items.length).toBeGreaterThan(8000);
      expect(memory.snapshot()).toMatchObject({ shrinks: 0, ended: 0 });
      reader.cancel();
      await client.close();
      await server.host().close();
    });
  });

  it("costs a connection nothing where the account registers nobody", async () => {
    const plain = { tryCharge: () => true, release: () => {} };
    const [near, far] = memoryPair();
    serveTransport(far, works, { ...handlers, blocks: () => range(1, 3) as never }, { memory: plain });
    const client = await openClient(near, works, { memory: plain });
    expect(await client.blocks(1).toArray()).toEqual([1, 2, 3]);
    await client.close();
  });
});
