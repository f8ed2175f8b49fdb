// One account behind all connections of a server: what is granted is charged first, and comes back exactly.

import { range, type MemoryAccount } from "@sluice/core";
import { call, defineService, openClient, serveTransport, ServiceHost, stream, unchecked } from "@sluice/net";
import { settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { link } from "../../src/memory.js";
import { memoryPair } from "../../src/transport/memory.js";

class Budget implements MemoryAccount {
  charged = 0;
  most = 0;
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  tryCharge(bytes: number): boolean {
    if (this.charged + bytes > this.bytes) return false;
    this.charged += bytes;
    this.most = Math.max(this.most, this.charged);
    return true;
  }

  release(bytes: number): void {
    this.charged -= bytes;
  }
}

const works = defineService("works", {
  size: call({ input: unchecked<Uint8Array>(), output: unchecked<number>() }),
  numbers: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});
const handlers = {
  size: (bytes: Uint8Array) => bytes.byteLength,
  numbers: (count: number) => range(0, count),
};

describe("memory of a server and a client", () => {
  it("is charged while streams run, loans included, and is back when they are over", async () => {
    const server = new Budget(8_000_000);
    const [near, far] = memoryPair();
    serveTransport(far, works, handlers, { memory: server });
    const client = await openClient(near, works);
    expect(await client.size(new Uint8Array(1_000_000))).toBe(1_000_000);
    expect(server.most).toBeGreaterThan(1_000_000);
    expect(server.charged).toBe(0);
    await client.close();
  });

  it("has the client's streams charged as well", async () => {
    const memory = new Budget(8_000_000);
    const [near, far] = memoryPair();
    serveTransport(far, works, handlers);
    const client = await openClient(near, works, { memory });
    expect(await client.numbers(50_000, { window: 1_000 }).reduce((sum, n) => sum + n, 0)).toBe(
      1_249_975_000,
    );
    expect(memory.most).toBeGreaterThanOrEqual(16_384);
    await settled();
    expect(memory.charged).toBe(0);
    await client.close();
  });

  it("refuses a stream by name when there is no room for its share", async () => {
    const client = await link(works, handlers, { memory: new Budget(1_000) });
    await expect(client.size(new Uint8Array(3))).rejects.toMatchObject({
      code: "OVERLOADED",
      notStarted: true,
    });
    await client.close();
  });

  it("comes back when a connection is cut in the middle", async () => {
    const memory = new Budget(8_000_000);
    const host = new ServiceHost(
      works,
      { ...handlers, size: () => new Promise<number>(() => {}) },
      { memory },
    );
    const [near, far] = memoryPair();
    host.accept(far);
    const client = await openClient(near, works);
    const calls = Array.from({ length: 5 }, () => client.size(new Uint8Array(100_000)));
    await settled();
    expect(memory.charged).toBeGreaterThan(0);
    near.close(1001, "gone");
    await Promise.allSettled(calls);
    await host.close();
    await settled();
    expect(memory.charged).toBe(0);
  });
});
