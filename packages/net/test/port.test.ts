// A service in a worker thread, and what else a port can bring: bytes that move, messages of others, a peer that lies
// about what it took, workers that end.

import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { defineService, encodeOnce, stream, unchecked } from "@sluice/net";
import type { TransportEnd } from "@sluice/net/kit";
import { connectPort, giveAway, portTransport, servePort } from "@sluice/net/port";
import { buildSync } from "esbuild";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { wares } from "./browser/wares.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const pictures = defineService("pictures", {
  all: stream({ output: unchecked<Uint8Array>(), codec: "raw" }),
});

describe("giveAway", () => {
  it("moves the bytes of an item to the other side: here they are gone, there they are the same", async () => {
    const given = [8 * 1024, 100_000, 256 * 1024 - 100, 1_048_508].map((size, i) =>
      new Uint8Array(size).fill(i + 1),
    );
    const kept = new Uint8Array(100_000).fill(9);
    const { port1, port2 } = channel();
    const posted = spy(port2);
    const arrived: unknown[] = [];
    port1.addEventListener("message", (event) => arrived.push(...[(event as MessageEvent).data].flat()));
    servePort(port2, pictures, { all: () => [...given.map(giveAway), kept] });
    const client = await connectPort(port1, pictures);
    const came = await client.all().toArray();
    await client.close();
    // The very memory that came over the port, and not a copy of it.
    expect(came.map(({ buffer }) => arrived.includes(buffer))).toEqual([true, true, true, true, true]);
    expect(came.slice(0, 4).map(({ buffer }) => buffer.byteLength)).toEqual([
      8192, 100_000, 262_044, 1_048_508,
    ]);
    expect(came.map((bytes) => [bytes.byteLength, bytes[0], bytes.at(-1)])).toEqual([
      [8 * 1024, 1, 1],
      [100_000, 2, 2],
      [256 * 1024 - 100, 3, 3],
      [1_048_508, 4, 4],
      [100_000, 9, 9],
    ]);
    expect(given.map((bytes) => bytes.byteLength)).toEqual([0, 0, 0, 0]);
    expect(kept.byteLength).toBe(100_000);
    // Nothing goes over a port that is not moved.
    expect(posted.filter(({ bytes, moved }) => bytes !== moved)).toEqual([]);
  });

  it("leaves bytes where they are that are too small, too large, or go over another transport", async () => {
    const small = giveAway(new Uint8Array(100).fill(1));
    const large = giveAway(new Uint8Array(1_048_509).fill(2));
    const { port1, port2 } = channel();
    servePort(port2, pictures, { all: () => [small, large] });
    const client = await connectPort(port1, pictures);
    const came = await client.all().toArray();
    await client.close();
    expect(came.map((bytes) => [bytes.byteLength, bytes.every((byte) => byte === bytes[0])])).toEqual([
      [100, true],
      [1_048_509, true],
    ]);
    expect([small.byteLength, large.byteLength]).toEqual([100, 1_048_509]);
  });

  it("moves items as large as both ends take messages", async () => {
    const limits = { itemBytes: 16 << 20, messageBytes: (16 << 20) + 4096, receiveBudget: 64 << 20 };
    const given = Array.from({ length: 4 }, (_, i) => new Uint8Array(16 << 20).fill(i));
    const { port1, port2 } = channel();
    const arrived: unknown[] = [];
    port1.addEventListener("message", (event) => arrived.push(...[(event as MessageEvent).data].flat()));
    servePort(port2, pictures, { all: () => given.map(giveAway) }, { limits });
    const client = await connectPort(port1, pictures, { limits });
    const came = await client.all().toArray();
    await client.close();
    expect(came.map(({ buffer }) => arrived.includes(buffer))).toEqual([true, true, true, true]);
    expect(came.map((bytes) => [bytes.byteLength, bytes[0], bytes.at(-1)])).toEqual(
      [0, 1, 2, 3].map((i) => [16 << 20, i, i]),
    );
    expect(given.map((bytes) => bytes.byteLength)).toEqual([0, 0, 0, 0]);
  });

  it("leaves what encodeOnce sends to many where it is", async () => {
    let join = (): void => {};
    const joined = new Promise<void>((resolve) => {
      join = resolve;
    });
    async function* frames(): AsyncGenerator<Uint8Array> {
      await joined;
      yield giveAway(new Uint8Array(100_000).fill(5));
    }
    const all = encodeOnce(frames());
    const clients = await Promise.all(
      [1, 2].map(() => {
        const { port1, port2 } = channel();
        servePort(port2, pictures, { all: () => all });
        return connectPort(port1, pictures);
      }),
    );
    const came = clients.map((client) => client.all().toArray());
    while (all.snapshot().subscribers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    join();
    for (const [bytes] of await Promise.all(came))
      expect([bytes?.byteLength, bytes?.at(-1)]).toEqual([100_000, 5]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it("refuses a part of an ArrayBuffer, which would take the rest along, and shared memory", () => {
    expect(() => giveAway(new Uint8Array(100).subarray(10))).toThrow(
      new TypeError(
        "Cannot give away 90 bytes of an ArrayBuffer of 100: it moves as a whole; give away a copy, bytes.slice()",
      ),
    );
    expect(() => giveAway(new Uint8Array(new SharedArrayBuffer(8)))).toThrow(TypeError);
  });
});

describe("a port", () => {
  it.each([
    ["text", "hello", 1003, "Cannot read a string: nobody else may post over this port"],
    ["an object", { type: "init" }, 1003, "Cannot read an object: nobody else may post over this port"],
    [
      "a view instead of its memory",
      new Uint8Array(3),
      1003,
      "Cannot read an object: nobody else may post over this port",
    ],
    ["a position beyond what was sent", 1000, 1002, "Cannot have byte 1000 taken: it must be from 0 to 66"],
    ["a position that is no number", Number.NaN, 1002, "Cannot have byte NaN taken: it must be from 0 to 66"],
    [
      "a message above 1 MiB",
      new ArrayBuffer((1 << 20) + 1),
      1009,
      "Cannot take 1048577 bytes: at most 1048576",
    ],
    [
      "one in parts above 1 MiB",
      [new ArrayBuffer(1 << 20), new ArrayBuffer(1)],
      1009,
      "Cannot take 1048577 bytes: at most 1048576",
    ],
  ])("ends the link at %s", async (_what, message, code, reason) => {
    const { port1, port2 } = channel();
    const near = portTransport(port1);
    const ended = new Promise<TransportEnd>((resolve) => near.onClose(resolve));
    near.onMessage(() => {});
    near.send(new Uint8Array(2));
    port2.postMessage(message);
    expect(await ended).toEqual({ code, reason, by: "us" });
  });

  it("says what it took before it works on it, so that the next message is made meanwhile", async () => {
    const { port1, port2 } = channel();
    const order: string[] = [];
    const post = port2.postMessage.bind(port2);
    port2.postMessage = (message: unknown) => {
      order.push("said");
      post(message);
    };
    const near = portTransport(port1);
    const far = portTransport(port2);
    const worked = new Promise<void>((resolve) => {
      far.onMessage(() => {
        order.push("worked on");
        resolve();
      });
    });
    near.send(new Uint8Array(20_000));
    await worked;
    expect(order).toEqual(["said", "worked on"]);
  });

  it("has room again as soon as less than its capacity is under way", async () => {
    const { port1, port2 } = channel();
    const near = portTransport(port1);
    const room = new Promise<void>((resolve) => near.onRoom(resolve));
    near.onMessage(() => {});
    expect([near.send(new Uint8Array(50_000)) > 0, near.send(new Uint8Array(50_000))]).toEqual([true, 0]);
    port2.postMessage(50_064);
    await room;
  });

  it("refuses at the call what is no port", () => {
    expect(() => portTransport({} as MessagePort)).toThrow(
      new TypeError("Cannot use [object Object] as a port: it must be a MessagePort or a Worker"),
    );
  });

  it("holds no more than its capacity under way, whatever a service has to send", async () => {
    const { port1, port2 } = channel();
    const posted = spy(port2);
    let made = 0;
    servePort(port2, pictures, {
      all: function* () {
        for (; made < 10_000; made += 1) yield new Uint8Array(1000);
      },
    });
    const client = await connectPort(port1, pictures);
    let taken = 0;
    let mostUnderWay = 0;
    await client.all(undefined, { window: 10_000 }).forEach(() => {
      taken += 1000;
      mostUnderWay = Math.max(mostUnderWay, posted.reduce((sum, { bytes }) => sum + bytes, 0) - taken);
    });
    await client.close();
    expect(made).toBe(10_000);
    // Capacity, and the message that found room: at most its target.
    expect(mostUnderWay).toBeLessThanOrEqual((64 + 2 * 256) * 1024);
  });
});

describe("a service in a worker thread", () => {
  let script: string;

  beforeAll(() => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `
          import { parentPort } from "node:worker_threads";
          import { servePort } from "@sluice/net/port";
          import { handlers } from "./handlers.js";
          import { wares } from "./wares.js";
          const server = servePort(parentPort, wares, handlers(() => process.exit(3)));`,
        resolveDir: fileURLToPath(new URL("browser", import.meta.url)),
      },
      bundle: true,
      format: "cjs",
      platform: "node",
      conditions: ["@sluice/source"],
      write: false,
    });
    script = outputFiles[0]?.text as string;
  });

  function startWorker(): Worker {
    const worker = new Worker(script, { eval: true });
    cleanups.push(() => worker.terminate());
    return worker;
  }

  it("is served as by a socket, and the worker ends when its client has closed", async () => {
    const worker = startWorker();
    const exit = new Promise((resolve) => worker.once("exit", resolve));
    const client = await connectPort(worker, wares);
    expect(await client.upTo(50_000, { window: 1000 }).reduce((sum, number) => sum + number, 0)).toBe(
      1_250_025_000,
    );
    expect(await client.doubled([1, 2, 3]).toArray()).toEqual([2, 4, 6]);
    await client.close();
    expect(await exit).toBe(0);
  });

  it("is lost with its worker, by name", async () => {
    const client = await connectPort(startWorker(), wares);
    await expect(client.cut()).rejects.toMatchObject({ code: "CONNECTION_LOST", notStarted: false });
    await expect(client.closed).resolves.toMatchObject({
      message: "The connection ended: the link broke, the other side of the port is gone",
    });
  });

  it("goes on in a new worker where the port is given by a function, without a gap", async () => {
    const client = await connectPort(startWorker, wares, { reconnect: { baseMs: 1, capMs: 5 } });
    let next = 1;
    await client.upTo(20_000, { window: 100 }).forEach((number) => {
      expect(number).toBe(next++);
      if (number === 10_000) client.cut().catch(() => {});
    });
    expect(next).toBe(20_001);
    await client.close();
  });
});

function channel(): MessageChannel {
  const made = new MessageChannel();
  cleanups.push(() => made.port1.close());
  return made;
}

/** What is posted over a port: the bytes of each message, and how many of them are gone behind it. */
function spy(port: MessagePort): { readonly bytes: number; readonly moved: number }[] {
  const posted: { bytes: number; moved: number }[] = [];
  const post = port.postMessage.bind(port);
  port.postMessage = (message: unknown, transfer) => {
    const buffers = [message].flat().filter((part) => part instanceof ArrayBuffer);
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    post(message, transfer as []);
    const left = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    posted.push({ bytes, moved: bytes - left });
  };
  return posted;
}
