// Streams that others write to: writableFlow and toTransform.

import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fail, filter, map, mapAsync, take } from "@sluice/core";
import { toTransform, writableFlow } from "@sluice/node";
import { ManualSubscriber, settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { counting, outcomeOf, quick, slow } from "./stream-parts.js";

describe("writableFlow", () => {
  it("gives what is written, and completes when the stream is ended", async () => {
    const { writable, flow } = writableFlow<number>();
    const written = pipeline(Readable.from([1, 2, 3]), writable);
    expect(await flow.toArray()).toEqual([1, 2, 3]);
    await written;
    const bytes = writableFlow({ objectMode: false });
    bytes.writable.write("hé");
    bytes.writable.end();
    expect(Buffer.concat(await bytes.flow.toArray()).toString()).toBe("hé");
    const ended = writableFlow();
    ended.writable.end();
    await settled();
    expect(await ended.flow.toArray()).toEqual([]);
  });

  it("answers a write when it was asked for: its writer is slowed by the subscriber", async () => {
    const { writable, flow } = writableFlow<number>({ highWaterMark: 2 });
    let answered = 0;
    const write = (n: number) => writable.write(n, () => answered++);
    expect([write(0), write(1), write(2)]).toEqual([true, false, false]);
    const subscriber = new ManualSubscriber<number>();
    flow.subscribe(subscriber);
    await settled();
    expect(answered).toBe(0);
    subscriber.request(2);
    await settled();
    expect([answered, subscriber.items, writable.writableLength]).toEqual([2, [0, 1], 1]);
    subscriber.request(9);
    await settled();
    expect([subscriber.items, writable.writableNeedDrain]).toEqual([[0, 1, 2], false]);
  });

  it("stops its writer when the subscriber leaves", async () => {
    const { stream } = counting();
    const { writable, flow } = writableFlow<number>();
    const written = outcomeOf(pipeline(stream, writable));
    expect(await flow.pipe(take(3)).toArray()).toEqual([0, 1, 2]);
    await settled();
    expect([written(), stream.destroyed]).toEqual([expect.stringContaining("Premature close"), true]);
  });

  it("fails with the error that the stream is destroyed with, before and after it is subscribed", async () => {
    for (const [error, message] of [
      [new Error("boom"), "Error: boom"],
      [undefined, "destroyed before it was ended"],
    ] as const) {
      for (const isEarly of [true, false]) {
        const { writable, flow } = writableFlow<number>();
        const answers: unknown[] = [];
        writable.on("error", () => {}).write(1, (e) => answers.push(e));
        const subscriber = new ManualSubscriber<number>();
        if (!isEarly) flow.subscribe(subscriber);
        writable.destroy(error);
        await settled();
        if (isEarly) flow.subscribe(subscriber);
        expect([String(subscriber.error), subscriber.items, answers.length]).toEqual([
          expect.stringContaining(message),
          [],
          1,
        ]);
      }
    }
  });

  it("signals one at a time: also when it is destroyed, ended or written to from within an item", async () => {
    const acts = {
      destroy: (writable: PassThrough) => writable.destroy(new Error("within")),
      end: (writable: PassThrough) => writable.end(),
      write: (writable: PassThrough) => (writable.writableLength < 50 ? writable.write(0) : true),
    };
    for (const [name, act] of Object.entries(acts)) {
      const { writable, flow } = writableFlow<number>();
      let turns = 0;
      const subscriber = new ManualSubscriber<number>({
        onNext: () => ++turns <= 1000 && act(writable as PassThrough),
      });
      flow.subscribe(subscriber);
      subscriber.request(Number.POSITIVE_INFINITY);
      writable.on("error", () => {}).write(1);
      for (let turn = 0; turn < 5; turn++) await settled();
      expect(subscriber.depth, name).toBe(1);
      expect([subscriber.completed, subscriber.failed, turns], name).toEqual([
        name === "end",
        name === "destroy",
        name === "write" ? 1001 : 1,
      ]);
      writable.destroy();
    }
  });

  it("has one subscriber", async () => {
    const { writable, flow } = writableFlow<number>();
    writable.end(1);
    expect(await flow.toArray()).toEqual([1]);
    await expect(flow.toArray()).rejects.toMatchObject({ code: "STREAM_TAKEN" });
    expect(() => writableFlow(5 as never)).toThrow("Cannot give writableFlow the options 5");
  });
});

describe("toTransform", () => {
  it("stands in a pipeline, in objects and in bytes", async () => {
    const { stream, written } = quick();
    await pipeline(
      Readable.from([1, 2, 3, 4]),
      toTransform(
        filter((n: number) => n % 2 === 0),
        map((n) => n * 10),
        mapAsync(async (n) => n + 1),
      ),
      stream,
    );
    expect(written).toEqual([21, 41]);
    const shout = toTransform(
      map((chunk: Uint8Array) => Buffer.from(chunk).toString().toUpperCase()),
      { writableObjectMode: false, readableObjectMode: false },
    );
    expect([shout.readableObjectMode, shout.writableObjectMode]).toEqual([false, false]);
    shout.end("hé");
    expect(Buffer.concat(await shout.toArray()).toString()).toBe("HÉ");
  });

  it("slows who writes to it by who reads it", async () => {
    const { stream, made } = counting(2);
    const through = toTransform(
      map((n: number) => n),
      { readableHighWaterMark: 3, writableHighWaterMark: 3 },
    );
    const { stream: target, written, go } = slow({ highWaterMark: 2 });
    const piped = outcomeOf(pipeline(stream, through, target));
    await settled();
    await settled();
    expect(made()).toBeLessThanOrEqual(2 + 3 + 3 + 2 + 3); // four buffers, and one on its way at each border
    go();
    await settled();
    expect(written).toEqual([0, 1]);
    through.destroy();
    await settled();
    expect([stream.destroyed, target.destroyed, piped()]).toEqual([
      true,
      true,
      expect.stringContaining("Premature close"),
    ]);
  });

  it("fails a pipeline with the operators' error, after what came before, and is told of others' errors", async () => {
    const { stream, written } = quick();
    const picky = map((n: number) => {
      if (n === 3) throw new Error("no three");
      return n;
    });
    const { stream: source } = counting();
    await expect(pipeline(source, toTransform(picky), stream)).rejects.toThrow("no three");
    expect([source.destroyed, stream.destroyed, written]).toEqual([true, true, [0, 1, 2]]);
    let isCancelled = false;
    const watched = toTransform((flow) =>
      flow.pipe(
        mapAsync((_, { signal }) => {
          signal.addEventListener("abort", () => {
            isCancelled = true;
          });
          return new Promise(() => {});
        }),
      ),
    );
    const broken = pipeline(Readable.from([1]), watched, new PassThrough({ objectMode: true }));
    await settled();
    watched.destroy(new Error("told"));
    await expect(broken).rejects.toThrow("told");
    expect(isCancelled).toBe(true);
    const failing = toTransform(() => fail(new Error("at once")));
    await expect(pipeline(Readable.from([1]), failing, quick().stream)).rejects.toThrow("at once");
  });

  it("drops what is written when its operators are done, so that the pipeline ends well", async () => {
    const { stream, written } = quick();
    const source = Readable.from(Array.from({ length: 500 }, (_, n) => n));
    await pipeline(source, toTransform(take<number>(3)), stream);
    expect([written, source.readableEnded]).toEqual([[0, 1, 2], true]);
  });

  it("refuses wrong arguments by name", () => {
    expect(() => toTransform(5 as never)).toThrow("Cannot give toTransform the options 5");
    expect(() =>
      toTransform(
        5 as never,
        map((n) => n),
      ),
    ).toThrow(TypeError);
    expect(() => toTransform((() => [1]) as never)).toThrow("Cannot apply toTransform");
  });
});
