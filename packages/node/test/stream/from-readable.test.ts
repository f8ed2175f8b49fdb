import { EventEmitter } from "node:events";
import { createReadStream, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { onDroppedError, take } from "@sluice/core";
import { fromReadable } from "@sluice/node";
import { ManualSubscriber, settled, until } from "@sluice/tck";
import { openFiles } from "@sluice/testbed";
import { describe, expect, it } from "vitest";
import { counting, listeners } from "./stream-parts.js";

const gone = /closed before its end was read/;

describe("fromReadable", () => {
  it("sends objects, chunks as Uint8Array, and text by the stream's encoding", async () => {
    expect(await fromReadable(Readable.from([{ a: 1 }, undefined, 0, ""])).toArray()).toEqual([
      { a: 1 },
      undefined,
      0,
      "",
    ]);
    const bytes = new PassThrough();
    bytes.end("héllo");
    const [chunk] = await fromReadable(bytes).toArray();
    expect([chunk instanceof Uint8Array, String(chunk)]).toEqual([true, "héllo"]);
    const text = new PassThrough().setEncoding("utf8");
    text.write(Buffer.from("é").subarray(0, 1));
    text.end(Buffer.from("é").subarray(1));
    expect(await fromReadable<string>(text).toArray()).toEqual(["é"]);
  });

  it("reads nothing before the first request, and then no more than the stream's highWaterMark ahead", async () => {
    const { stream, made } = counting(4);
    const subscriber = new ManualSubscriber<number>();
    fromReadable<number>(stream).subscribe(subscriber);
    await settled();
    expect([made(), stream.readableFlowing]).toEqual([0, null]);
    subscriber.request(3);
    await settled();
    expect(subscriber.items).toEqual([0, 1, 2]);
    // One is held, four are in the stream, and it may be making one.
    expect(made()).toBeLessThanOrEqual(3 + 1 + 4 + 1);
    const before = made();
    await settled();
    expect([made(), stream.readableFlowing]).toEqual([before, false]);
    subscriber.request(2);
    await settled();
    expect(subscriber.items).toEqual([0, 1, 2, 3, 4]);
    subscriber.cancel();
  });

  it("counts the bytes that a stream holds, and not its chunks", async () => {
    let made = 0;
    const stream = new Readable({
      highWaterMark: 10_000,
      read: () => void stream.push(Buffer.alloc(1000, made++)),
    });
    const subscriber = new ManualSubscriber<Uint8Array>();
    fromReadable(stream).subscribe(subscriber);
    subscriber.request(2);
    await settled();
    expect(subscriber.items.map((chunk) => chunk.length)).toEqual([1000, 1000]);
    expect(made).toBeLessThanOrEqual(2 + 1 + 10 + 1);
    subscriber.cancel();
  });

  it("destroys the stream when it is cancelled, in every state, and leaves no listener", async () => {
    const states: Record<string, (subscriber: ManualSubscriber<number>) => void> = {
      "before a request": () => {},
      "while it waits": (subscriber) => subscriber.request(1),
      "from within an item": (subscriber) => subscriber.request(9),
      "with an item held": (subscriber) => subscriber.request(2),
    };
    for (const [state, act] of Object.entries(states)) {
      const stream = state === "while it waits" ? new PassThrough({ objectMode: true }) : counting().stream;
      const within = state === "from within an item";
      const subscriber = new ManualSubscriber<number>({ onNext: (_, s) => within && s.cancel() });
      fromReadable<number>(stream).subscribe(subscriber);
      act(subscriber);
      await settled();
      subscriber.cancel();
      expect(stream.destroyed, state).toBe(true);
      const seen = subscriber.items.length;
      await settled();
      expect([
        subscriber.items.length,
        subscriber.ended,
        stream.listenerCount("data"),
        stream.listenerCount("error"),
      ]).toEqual([within ? 1 : seen, false, 0, 0]);
    }
  });

  it("leaves the stream to the next reader with destroyOnCancel: false, and loses nothing", async () => {
    for (const encoding of [undefined, "utf8"] as const) {
      const stream = new PassThrough({ objectMode: encoding === undefined });
      if (encoding) stream.setEncoding(encoding);
      for (const word of ["a", "b", "c", "d"]) stream.write(word);
      stream.end();
      const flow = fromReadable<string>(stream, { destroyOnCancel: false });
      const first = new ManualSubscriber<string>();
      flow.subscribe(first);
      first.request(1);
      await until(() => first.items.length === 1, "an item");
      await settled();
      first.cancel();
      expect([stream.destroyed, stream.readableFlowing, listeners(stream).includes("data")]).toEqual([
        false,
        false,
        false,
      ]);
      const rest = await flow.toArray();
      expect([...first.items, ...rest].join("")).toBe("abcd");
    }
    const numbers = fromReadable<number>(Readable.from([1, 2, 3, 4]), { destroyOnCancel: false });
    expect(await numbers.pipe(take(2)).toArray()).toEqual([1, 2]);
    expect(await numbers.toArray()).toEqual([3, 4]);
  });

  it("ends the stream when a loop is left early", async () => {
    const { stream } = counting();
    for await (const n of fromReadable<number>(stream).values({ prefetch: 2 })) if (n === 3) break;
    expect([stream.destroyed, await fromReadable<number>(counting().stream).pipe(take(1)).toArray()]).toEqual(
      [true, [0]],
    );
  });

  it("passes an error on, and one that is closed before its end is an error that says so", async () => {
    const boom = new Error("boom");
    const ways: [string, (stream: PassThrough) => void, unknown][] = [
      ["destroy(error)", (stream) => stream.destroy(boom), boom],
      ["destroy()", (stream) => stream.destroy(), gone],
      ["emit", (stream) => stream.emit("error", boom), boom],
    ];
    for (const [way, act, expected] of ways) {
      const stream = new PassThrough({ objectMode: true });
      const read = fromReadable<number>(stream).toArray();
      stream.write(1);
      setImmediate(() => act(stream));
      const failed = expect(read, way).rejects;
      await (expected instanceof Error ? failed.toBe(expected) : failed.toThrow(gone));
      expect(stream.destroyed, way).toBe(true);
      await settled();
      expect(stream.listenerCount("error"), way).toBe(0);
    }
    await expect(fromReadable(new PassThrough().destroy()).toArray()).rejects.toMatchObject({
      code: "STREAM_DESTROYED",
    });
  });

  it("passes on an error that comes from within an item, after that item", async () => {
    const stream = new PassThrough({ objectMode: true });
    const subscriber = new ManualSubscriber<number>({
      onNext: () => void stream.emit("error", new Error("within")),
    });
    fromReadable<number>(stream).subscribe(subscriber);
    subscriber.request(5);
    stream.write(1);
    stream.write(2);
    await settled();
    expect([subscriber.items, String(subscriber.error), subscriber.depth]).toEqual([[1], "Error: within", 1]);
  });

  it("keeps items serial when more are pushed from within one", async () => {
    const stream = new Readable({ objectMode: true, read: () => {} });
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n < 2000) stream.push(n + 1);
        else if (n === 2000) stream.push(null);
      },
    });
    fromReadable<number>(stream).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    stream.push(1);
    await until(() => subscriber.completed, "the end");
    expect([subscriber.items.length, subscriber.depth]).toEqual([2000, 1]);
  });

  it("gives errors that come after a cancel to onDroppedError", async () => {
    const late: unknown[] = [];
    const restore = onDroppedError((error) => late.push(error));
    const stream = new Readable({
      read: () => {},
      destroy: (_, callback) => callback(new Error("cannot close")),
    });
    const subscriber = new ManualSubscriber();
    fromReadable(stream).subscribe(subscriber);
    subscriber.cancel();
    await settled();
    restore();
    expect([String(late), stream.listenerCount("error")]).toEqual(["Error: cannot close", 0]);
  });

  it("refuses what is no use any more by onError, and tells a second reader so", async () => {
    const read = Readable.from([1]);
    const busy = fromReadable<number>(counting().stream);
    const first = new ManualSubscriber<number>();
    busy.subscribe(first);
    await fromReadable(read).toArray();
    const broken = new PassThrough().on("error", () => {}).destroy(new Error("why"));
    await settled();
    await expect(fromReadable(read).toArray()).rejects.toMatchObject({ code: "STREAM_ENDED" });
    await expect(fromReadable(broken).toArray()).rejects.toMatchObject({
      code: "STREAM_DESTROYED",
      cause: { message: "why" },
    });
    await expect(busy.toArray()).rejects.toMatchObject({ code: "STREAM_TAKEN" });
    first.cancel();
    for (const wrong of [null, undefined, 5, {}, [1], new ReadableStream()])
      expect(() => fromReadable(wrong as never)).toThrow(/fromReadable takes a Readable/);
    expect(() => fromReadable(read, 5 as never)).toThrow(TypeError);
  });

  it("reads streams that know only 'data', pause and resume, and stops them", async () => {
    class Old extends EventEmitter {
      isPaused = false;
      isDestroyed = false;
      pause(): void {
        this.isPaused = true;
      }
      resume(): void {
        this.isPaused = false;
      }
      destroy(): void {
        this.isDestroyed = true;
      }
    }
    const old = new Old();
    const all = fromReadable<string>(old as never).toArray();
    old.emit("data", "a");
    old.emit("data", "b");
    old.emit("end");
    expect(await all).toEqual(["a", "b"]);
    const endless = new Old();
    const subscriber = new ManualSubscriber<string>();
    fromReadable<string>(endless as never).subscribe(subscriber);
    subscriber.request(1);
    let made = 0;
    for (let turn = 0; turn < 4; turn++) {
      while (made < 100 && !endless.isPaused) endless.emit("data", String(made++));
      await settled();
    }
    expect([subscriber.items, endless.isPaused]).toEqual([["0"], true]);
    subscriber.cancel();
    await settled();
    expect(endless.isDestroyed).toBe(true);
  });

  it("fails clearly for a file that is not there, and has none open at any end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-stream-"));
    const path = join(folder, "bytes");
    writeFileSync(path, Buffer.alloc(1 << 20));
    await expect(fromReadable(createReadStream(join(folder, "none"))).toArray()).rejects.toMatchObject({
      code: "ENOENT",
    });
    const chunks = await fromReadable(createReadStream(path)).toArray();
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(1 << 20);
    await fromReadable(createReadStream(path)).pipe(take(1)).toArray();
    await until(() => openFiles(folder).length === 0, "files to be closed");
    await rm(folder, { recursive: true });
  });

  it("slows the other end of a socket, and hears when it is closed", async () => {
    let sent = 0;
    const server = createServer((socket) => {
      socket.on("error", () => {});
      const more = (): void => {
        while (sent < 1 << 28 && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on("drain", more);
      more();
      close = () => socket.destroy();
    });
    let close = (): void => {};
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
    const subscriber = new ManualSubscriber<Uint8Array>();
    fromReadable(socket).subscribe(subscriber);
    subscriber.request(1);
    await until(() => subscriber.items.length === 1, "a chunk");
    for (let before = -1; before !== sent; ) {
      before = sent;
      await settled();
    }
    expect(sent).toBeLessThan(1 << 26); // what sockets of this machine hold
    close();
    subscriber.request(Number.POSITIVE_INFINITY);
    await until(() => subscriber.ended, "the end");
    expect([subscriber.completed, socket.destroyed]).toEqual([true, true]);
    await new Promise((resolve) => server.close(resolve));
  });
});
