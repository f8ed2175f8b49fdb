import { createCipheriv, createDecipheriv } from "node:crypto";
import { connect, createServer, type Server } from "node:net";
import { type Duplex, PassThrough, Transform } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { type Flow, fromPublisher, map, never, of, range, take } from "@sluice/core";
import { throughDuplex } from "@sluice/node";
import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { deaf, outcomeOf } from "./stream-parts.js";

const text = async (flow: Flow<Uint8Array>): Promise<string> =>
  Buffer.concat(await flow.toArray()).toString();

function driven(stream: Duplex) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(throughDuplex<number, number>(stream)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("throughDuplex", () => {
  it("sends a flow through compressors, ciphers and transforms, anew for each subscription", async () => {
    const key = Buffer.alloc(32, 7);
    const iv = Buffer.alloc(16, 9);
    const secret = range(0, 5000).pipe(
      map((n) => `${n},`),
      throughDuplex(() => createGzip()),
      throughDuplex(() => createCipheriv("aes-256-ctr", key, iv)),
      throughDuplex(() => createDecipheriv("aes-256-ctr", key, iv)),
      throughDuplex(() => createGunzip()),
    );
    const expected = Array.from({ length: 5000 }, (_, n) => `${n},`).join("");
    expect(await text(secret)).toBe(expected);
    expect(await text(secret)).toBe(expected);
  });

  it("holds a bounded part of the flow while nothing is requested", async () => {
    const { upstream, subscriber } = driven(new PassThrough({ objectMode: true, highWaterMark: 4 }));
    let sent = 0;
    for (let turn = 0; turn < 20; turn++) {
      while (upstream.demand > 0) upstream.next(sent++);
      await settled();
    }
    // Both sides hold four, one is held for who reads, one is between the sides, and four are asked for.
    expect([sent <= 4 + 4 + 1 + 1 + 4, subscriber.items]).toEqual([true, []]);
    subscriber.request(sent);
    await until(() => subscriber.items.length === sent, "what was held");
    subscriber.cancel();
    await settled();
    expect(upstream.cancels).toBe(1);
  });

  it("destroys the stream and ends upstream, whoever fails or leaves", async () => {
    const boom = new Error("boom");
    const ways: Record<string, [(it: ReturnType<typeof driven>, stream: Duplex) => void, string, number]> = {
      "upstream fails": [({ upstream }) => upstream.error(boom), "Error: boom", 0],
      "the stream fails": [(_, stream) => stream.destroy(boom), "Error: boom", 1],
      "the stream is closed": [(_, stream) => stream.destroy(), "closed before", 1],
      "downstream cancels": [({ subscriber }) => subscriber.cancel(), "undefined", 1],
      "what it is given is refused": [({ upstream }) => upstream.next(null as never), "null", 1],
    };
    for (const [way, [act, message, cancels]] of Object.entries(ways)) {
      const stream = new PassThrough({ objectMode: true });
      const all = driven(stream);
      all.subscriber.request(1);
      all.upstream.next(1);
      await until(() => all.subscriber.items.length === 1, "an item");
      act(all, stream);
      await settled();
      expect(
        [String(all.subscriber.error), all.upstream.cancels, stream.destroyed, stream.listenerCount("data")],
        way,
      ).toEqual([expect.stringContaining(message), cancels, true, 0]);
      expect([stream.listenerCount("error"), all.subscriber.completed], way).toEqual([0, false]);
    }
  });

  it("completes with a readable side that ends first, and cancels upstream", async () => {
    const stream = deaf();
    const { upstream, subscriber } = driven(stream);
    subscriber.request(1);
    stream.push(null);
    await settled();
    expect([subscriber.completed, upstream.cancels, stream.destroyed]).toEqual([true, 1, true]);
  });

  it("lets the stream write what it was given when its readable side ends before that", async () => {
    let finish = (): void => {};
    const stream = deaf();
    stream._final = (callback) => {
      finish = callback;
    };
    const { upstream, subscriber } = driven(stream);
    subscriber.request(1);
    upstream.complete();
    stream.push(null);
    await settled();
    expect([subscriber.completed, stream.destroyed]).toEqual([true, false]);
    finish();
    await settled();
    expect([stream.writableFinished, stream.destroyed, stream.listenerCount("error")]).toEqual([
      true,
      true,
      0,
    ]);
  });

  it("tells of broken data with the stream's own error", async () => {
    const broken = of("this was never compressed").pipe(throughDuplex(() => createGunzip()));
    await expect(broken.toArray()).rejects.toMatchObject({ code: "Z_DATA_ERROR" });
    const refused = of(1, 2).pipe(
      throughDuplex(
        () =>
          new Transform({ objectMode: true, transform: (_c, _e, callback) => callback(new Error("mine")) }),
      ),
    );
    await expect(refused.toArray()).rejects.toThrow("mine");
  });

  it("serves one subscription with a stream, and says what to do about others", async () => {
    const stream = new PassThrough({ objectMode: true });
    const flow = of(1, 2).pipe(throughDuplex<number, number>(stream));
    expect(await flow.toArray()).toEqual([1, 2]);
    await expect(flow.toArray()).rejects.toMatchObject({ code: "STREAM_ENDED" });
    const destroyed = new PassThrough().destroy();
    await expect(of(1).pipe(throughDuplex(destroyed)).toArray()).rejects.toMatchObject({
      code: "STREAM_DESTROYED",
    });
    const busy = new PassThrough({ objectMode: true });
    const first = outcomeOf(never().pipe(throughDuplex(busy), take(1)).toArray());
    await expect(of(1).pipe(throughDuplex(busy)).toArray()).rejects.toMatchObject({ code: "STREAM_TAKEN" });
    expect(first()).toBe("pending");
    busy.destroy();
  });

  it("fails with what the function throws or gives, and refuses what is no stream", async () => {
    const throwing = of(1).pipe(
      throughDuplex(() => {
        throw new Error("no zlib");
      }),
    );
    await expect(throwing.toArray()).rejects.toThrow("no zlib");
    await expect(
      of(1)
        .pipe(throughDuplex(() => 5 as never))
        .toArray(),
    ).rejects.toThrow("throughDuplex takes a Duplex");
    for (const wrong of [null, undefined, 5, {}])
      expect(() => throughDuplex(wrong as never)).toThrow(TypeError);
  });

  it("speaks with an echo over a socket", async () => {
    const server: Server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const echoed = of("one ", "two").pipe(throughDuplex(() => connect(port, "127.0.0.1")));
    expect(await text(echoed)).toBe("one two");
    await new Promise((resolve) => server.close(resolve));
  });
});
