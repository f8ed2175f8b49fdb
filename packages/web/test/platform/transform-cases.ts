// After the groups transform-streams/{general, errors, backpressure, terminate, cancel} and compression.

import {
  filter,
  from,
  fromPublisher,
  fromWebStream,
  map,
  mapAsync,
  of,
  range,
  retry,
  take,
  tap,
} from "@sluice/core";
import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { throughTransform, toTransformStream, type TransformPair } from "@sluice/web";
import { type Case, groupOf, outcomeOf, same } from "./case.js";
import { counting } from "./streams.js";

/** A flow through a pair, driven by hand above, read by hand below. */
function driven<R>(pair: TransformPair<number, R>, prefetch = 4) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<R>();
  fromPublisher(upstream).pipe(throughTransform(pair, { prefetch })).subscribe(subscriber);
  return { pair, upstream, subscriber };
}

/** Two streams that have nothing to do with each other; what became of each. */
function strangers(source: UnderlyingDefaultSource<number>) {
  const seen: string[] = [];
  const pair = {
    writable: new WritableStream<number>({
      close: () => void seen.push("closed"),
      abort: (reason) => void seen.push(`aborted: ${reason?.name}`),
    }),
    readable: new ReadableStream<number>({ ...source, cancel: () => void seen.push("cancelled") }),
  };
  return { pair, seen };
}

const stuck = (): TransformStream<number, number> =>
  new TransformStream({ transform: () => new Promise<void>(() => {}) });

async function released({ writable, readable }: TransformPair<never, unknown>): Promise<void> {
  await settled();
  same([writable.locked, readable.locked], [false, false], "locked");
}

const through: Case[] = groupOf("transform-streams: throughTransform", {
  "text through an encoder, gzip and back is the same text": async () => {
    const words = range(0, 3000).pipe(map((n) => `word ${n} ä€😀\n`));
    const back = words.pipe(
      throughTransform(() => new TextEncoderStream()),
      throughTransform(() => new CompressionStream("gzip")),
      throughTransform(() => new DecompressionStream("gzip")),
      throughTransform(() => new TextDecoderStream()),
    );
    for (let time = 0; time < 2; time++) {
      same((await back.toArray()).join(""), (await words.toArray()).join(""), "the text");
    }
  },
  "asks upstream for no more than prefetch and what the pair holds, while nobody reads": async () => {
    let made = 0;
    const endless = range(0, 1e9).pipe(tap(() => made++));
    const subscriber = new ManualSubscriber<number>();
    endless
      .pipe(throughTransform(() => new TransformStream<number, number>(), { prefetch: 4 }))
      .subscribe(subscriber);
    await settled();
    same(made, 4, "items made");
    subscriber.request(2);
    await until(() => subscriber.items.length === 2, "two items");
    await settled();
    same(made <= 4 + 2 + 2, true, `items made for two requested: ${made}`);
    subscriber.cancel();
  },
  "sends what the transform has left when it is flushed": async () => {
    const pair = new TransformStream<number, number>({
      transform: (n, controller) => n % 2 === 0 && controller.enqueue(n),
      flush: (controller) => controller.enqueue(-1),
    } as Transformer<number, number>);
    same(await range(0, 5).pipe(throughTransform(pair)).toArray(), [0, 2, 4, -1], "the items");
    await released(pair);
  },
  "completes without a request when nothing is held": async () => {
    const { upstream, subscriber, pair } = driven(new TransformStream<number, number>());
    upstream.complete();
    await until(() => subscriber.ended, "the end");
    same(subscriber.signals.at(-1)?.kind, "onComplete", "the end");
    await settled();
    await released(pair);
  },
  "fails with what the transform throws, also while nothing is requested, and cancels upstream": async () => {
    for (const requested of [0, 1]) {
      const { upstream, subscriber, pair } = driven(
        new TransformStream<number, number>(
          {
            transform() {
              throw new Error("cannot");
            },
          },
          undefined,
          { highWaterMark: 1 }, // so that it runs before anybody reads
        ),
      );
      if (requested > 0) subscriber.request(requested);
      await settled();
      upstream.next(1);
      await until(() => subscriber.ended, "the end");
      await settled();
      same([subscriber.error, upstream.cancels], ["Error: cannot", 1], "the error, cancels");
      await released(pair);
    }
  },
  "fails with upstream's error, and aborts the writable": async () => {
    const { upstream, subscriber, pair } = driven(new TransformStream<number, number>());
    subscriber.request(2);
    await settled();
    upstream.next(1);
    await until(() => subscriber.items.length === 1, "an item");
    upstream.error(new Error("broke"));
    await until(() => subscriber.ended, "the end");
    await settled();
    same(subscriber.error, "Error: broke", "the error");
    await released(pair);
    const { pair: two, seen } = strangers({});
    const apart = driven(two);
    await settled();
    apart.upstream.error(new RangeError("broke"));
    await until(() => apart.subscriber.ended, "the end");
    await settled();
    same(
      [apart.subscriber.error, seen],
      ["RangeError: broke", ["aborted: RangeError", "cancelled"]],
      "what became",
    );
    await released(two);
  },
  "fails for bytes that are no gzip": async () => {
    const wrong = of(new Uint8Array([1, 2, 3])).pipe(throughTransform(() => new DecompressionStream("gzip")));
    // Node 20 gives the error of zlib where the standard wants a TypeError.
    const end = String(await outcomeOf(wrong.toArray()));
    same(/^TypeError|incorrect header/.test(end), true, end);
  },
  "cancels upstream at once, and both streams, in every state": async () => {
    for (const before of ["nothing", "an item that waits", "an item in the transform"]) {
      const { upstream, subscriber, pair } = driven(
        before === "an item in the transform" ? stuck() : new TransformStream<number, number>(),
      );
      await settled();
      if (before !== "nothing") upstream.next(1, 2);
      if (before === "an item in the transform") subscriber.request(1);
      await settled();
      subscriber.cancel();
      same(upstream.cancels, 1, `cancels with ${before}`);
      await settled();
      same(subscriber.signals.length, 1, `signals with ${before}`);
      same(pair.readable.locked, false, `readable locked with ${before}`);
      // A transform that never answers keeps its writer: an abort waits for it.
      if (before !== "an item in the transform") await released(pair);
    }
    const { pair, seen } = strangers({ pull: (controller) => controller.enqueue(1) });
    same(await range(0, 1e6).pipe(throughTransform(pair), take(2)).toArray(), [1, 1], "the items");
    await settled();
    same(seen.sort(), ["aborted: AbortError", "cancelled"], "what became of the streams");
    await released(pair);
  },
  "completes when the transform terminates, and cancels upstream": async () => {
    const { upstream, subscriber, pair } = driven(
      new TransformStream<number, number>({
        transform(n, controller) {
          controller.enqueue(n);
          controller.terminate();
        },
      }),
    );
    subscriber.request(5);
    await settled();
    upstream.next(1, 2);
    await until(() => subscriber.ended, "the end");
    await settled();
    same(
      [subscriber.items, subscriber.error, upstream.cancels],
      [[1], undefined, 1],
      "items, error, cancels",
    );
    await released(pair);
    const { pair: two, seen } = strangers({ start: (controller) => controller.close() });
    const apart = driven(two);
    await until(() => apart.subscriber.ended, "the end");
    await settled();
    same([apart.upstream.cancels, seen], [1, ["aborted: AbortError"]], "what became");
  },
  "takes a pair once, a function for each subscriber": async () => {
    const once = range(0, 3).pipe(throughTransform(new TransformStream<number, number>()));
    const [first, second] = [new ManualSubscriber<number>(), new ManualSubscriber<number>()];
    once.subscribe(first);
    once.subscribe(second);
    same(String(second.error).includes("a pair that is in use"), true, String(second.error));
    first.request(9);
    await until(() => first.ended, "the end of the first");
    same([first.items, first.error], [[0, 1, 2], undefined], "the first");
    let made = 0;
    const again = of(1).pipe(
      throughTransform(() => {
        if (made++ === 0) throw new Error("not yet");
        return new TransformStream<number, number>();
      }),
      retry({ times: 1 }),
    );
    same([await again.toArray(), made], [[1], 2], "after a retry");
  },
});

const operators: Case[] = groupOf("transform-streams: toTransformStream", {
  "is what pipeThrough takes, all in order": async () => {
    const { stream } = counting(1000);
    const pair = toTransformStream(
      filter((n: number) => n % 2 === 0),
      map((n) => `${n}`),
    );
    const items = await from(stream.pipeThrough(pair)).toArray();
    same([items.length, items.at(-1)], [500, "998"], "the items");
  },
  "lets nothing through that was not read, but what its operators ask ahead": async () => {
    const { stream, seen } = counting();
    const reader = stream.pipeThrough(toTransformStream(map((n: number) => n))).getReader();
    await settled();
    same(seen.pulls, 1, "pulls: one write waits");
    same((await reader.read()).value, 0, "the first");
    await settled();
    same(seen.pulls, 2, "pulls after a read");
    await reader.cancel();
    const ahead = counting();
    const two = ahead.stream.pipeThrough(
      toTransformStream(mapAsync(async (n: number) => n, { concurrency: 2 })),
    );
    await settled();
    same(ahead.seen.pulls, 3, "pulls: two at work, one waits");
    await two.cancel();
  },
  "closes the readable when the writable is closed, without a read": async () => {
    const { writable, readable } = toTransformStream<number>();
    await writable.close();
    await readable.getReader().closed;
  },
  "an operator that fails fails both, with the same error": async () => {
    const { stream, seen } = counting();
    const reader = stream
      .pipeThrough(
        toTransformStream(
          map((n: number) => {
            if (n === 2) throw new Error("cannot take 2");
            return n;
          }),
        ),
      )
      .getReader();
    same([(await reader.read()).value, (await reader.read()).value], [0, 1], "the items");
    same(await outcomeOf(reader.read()), "Error: cannot take 2", "the third");
    await settled();
    same([seen.cancels, seen.reason], [1, "Error: cannot take 2"], "cancels of the source");
  },
  "an operator that has enough closes the readable, and the writable refuses more": async () => {
    const { stream, seen } = counting();
    const items = await from(stream.pipeThrough(toTransformStream(take<number>(2)))).toArray();
    await settled();
    same([items, seen.cancels], [[0, 1], 1], "items, cancels");
    same(seen.reason, "TypeError: Cannot write: whoever read has what it wanted", "the reason");
  },
  "a cancel of the readable goes through to the source with its reason, also before a read": async () => {
    for (const reads of [0, 1]) {
      const { stream, seen } = counting();
      const reader = stream.pipeThrough(toTransformStream(map((n: number) => n))).getReader();
      if (reads > 0) await reader.read();
      await settled();
      await reader.cancel(new Error("enough"));
      await settled();
      same([seen.cancels, seen.reason], [1, "Error: enough"], `cancels after ${reads} reads`);
    }
  },
  "an error of the source comes out, also while a write waits": async () => {
    const { writable, readable } = toTransformStream(map((n: number) => n));
    const writer = writable.getWriter();
    const write = outcomeOf(writer.write(1));
    await settled();
    await writer.abort(new Error("torn"));
    same(await outcomeOf(readable.getReader().read()), "Error: torn", "the read");
    same(await write, undefined, "the write under way, which an abort lets end");
    same(await outcomeOf(writer.write(2)), "Error: torn", "a later write");
  },
  "stands between flows as well": async () => {
    const doubled = fromWebStream(
      counting(5).stream.pipeThrough(toTransformStream(map((n: number) => n * 2))),
    ).pipe(throughTransform(() => toTransformStream(map((n: number) => n + 1))));
    same(await doubled.toArray(), [1, 3, 5, 7, 9], "the items");
  },
});

export const transformCases: Case[] = [...through, ...operators];
