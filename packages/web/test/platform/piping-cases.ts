// After the groups streams/piping/{general, flow-control, error-propagation-forward, error-propagation-backward,
// close-propagation-forward, abort} and readable-streams/{cancel, tee}: core's three, which this door hands on.

import { fail, fromPublisher, of, range, take } from "@sluice/core";
import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { fromWebStream, toWebStream, toWritableStream, writableFlow } from "@sluice/web";
import { type Case, groupOf, outcomeOf, same } from "./case.js";
import { counting, slow } from "./streams.js";

const piping: Case[] = groupOf("piping", {
  "flow-control: a slow writable holds the stream back to prefetch": async () => {
    const { stream, seen } = counting();
    const target = slow();
    const stop = new AbortController();
    const piped = outcomeOf(
      toWritableStream(fromWebStream(stream), target.stream, { prefetch: 4, signal: stop.signal }),
    );
    await settled();
    same([seen.pulls, target.seen.written], [4, [0]], "pulled, written");
    for (let n = 1; n <= 3; n++) {
      target.go();
      await settled();
    }
    same([seen.pulls <= 8, target.seen.written], [true, [0, 1, 2, 3]], `pulled ${seen.pulls}, written`);
    stop.abort(new Error("enough"));
    target.go(); // an abort waits for the write under way
    same(await piped, "Error: enough", "the end");
    same(
      [seen.cancels, target.seen.end, stream.locked, target.stream.locked],
      [1, "aborted: enough", false, false],
      "after",
    );
  },
  "error-propagation-forward: a failed stream aborts the writable": async () => {
    const torn = new ReadableStream<number>({ start: (controller) => controller.error(new Error("torn")) });
    const target = slow();
    same(await outcomeOf(toWritableStream(fromWebStream(torn), target.stream)), "Error: torn", "the end");
    same([target.seen.end, target.stream.locked], ["aborted: torn", false], "the writable");
    const kept = slow();
    await outcomeOf(toWritableStream(fail(new Error("torn")), kept.stream, { preventAbort: true }));
    same(kept.seen.end, undefined, "the writable with preventAbort");
  },
  "error-propagation-backward: a failed writable cancels the stream, at a write and while nothing comes":
    async () => {
      const { stream, seen } = counting();
      const target = slow();
      const piped = outcomeOf(toWritableStream(fromWebStream(stream), target.stream));
      await settled();
      target.refuse(new Error("disk full"));
      same([await piped, seen.cancels, stream.locked], ["Error: disk full", 1, false], "the end");
      const silent = new ReadableStream<number>({ cancel: () => void seen.cancels++ });
      let controller: WritableStreamDefaultController | undefined;
      const failing = new WritableStream<number>({
        start(given) {
          controller = given;
        },
      });
      const idle = outcomeOf(toWritableStream(fromWebStream(silent), failing));
      await settled();
      controller?.error(new Error("gone"));
      same([await idle, seen.cancels], ["Error: gone", 2], "the end");
    },
  "close-propagation-forward: closes when all is written, unless it is to stay open": async () => {
    const target = slow();
    const piped = toWritableStream(of(1), target.stream);
    await settled();
    same(target.seen.end, undefined, "while the write goes on");
    target.go();
    await piped;
    same(target.seen.end, "closed", "after");
    const open = slow();
    const kept = toWritableStream(of(1), open.stream, { preventClose: true });
    await settled();
    open.go();
    await kept;
    same([open.seen.end, open.stream.locked], [undefined, false], "with preventClose");
  },
  "general: the platform pipes a flow, and is slowed to prefetch and what it holds itself": async () => {
    const upstream = new TestPublisher<number>();
    const target = slow();
    const piped = outcomeOf(toWebStream(fromPublisher(upstream), { prefetch: 4 }).pipeTo(target.stream));
    await until(() => upstream.subscribers === 1, "the subscription");
    upstream.next(0, 1, 2, 3);
    await settled();
    same([upstream.requested, target.seen.written], [4, [0]], "requested, written");
    target.refuse(new Error("disk full"));
    same([await piped, upstream.cancels], ["Error: disk full", 1], "the end");
  },
  "tee: both branches have all, and a cancel of both cancels the flow": async () => {
    const [one, two] = toWebStream(range(0, 100)).tee();
    const counts = [fromWebStream(one), fromWebStream(two)].map(
      async (flow) => (await flow.toArray()).length,
    );
    same(await Promise.all(counts), [100, 100], "items");
    const upstream = new TestPublisher<number>();
    const [left, right] = toWebStream(fromPublisher(upstream)).tee();
    const read = left.getReader();
    const first = read.read();
    await until(() => upstream.subscribers === 1, "the subscription");
    await settled();
    same(upstream.cancels, 0, "cancels while both are open");
    await Promise.all([read.cancel(), right.cancel()]);
    same([(await first).done, upstream.cancels], [true, 1], "the read, cancels");
  },
});

const cancel: Case[] = groupOf("readable-streams/cancel", {
  "a flow that is left cancels its stream once, in every state": async () => {
    for (const count of [1, 3]) {
      const { stream, seen } = counting();
      same((await fromWebStream(stream).pipe(take(count)).toArray()).length, count, "items");
      await settled();
      same([seen.cancels, stream.locked], [1, false], `after ${count}`);
    }
    const { stream, seen } = counting();
    for await (const n of fromWebStream(stream)) if (n === 2) break;
    await settled();
    same([seen.cancels, stream.locked], [1, false], "after a break");
  },
  "a stream that is cancelled cancels its flow once, in every state": async () => {
    for (const items of [0, 1, 3]) {
      const upstream = new TestPublisher<number>();
      const reader = toWebStream(fromPublisher(upstream), { prefetch: 4 }).getReader();
      const read = reader.read();
      await until(() => upstream.subscribers === 1, "the subscription");
      for (let n = 0; n < items; n++) upstream.next(n);
      await settled();
      await reader.cancel("enough");
      same([(await read).done, upstream.cancels], [items === 0, 1], `the read and cancels after ${items}`);
      same((await reader.read()).done, true, "a later read");
    }
  },
});

const written: Case[] = groupOf("writable-streams: writableFlow", {
  "is the end of a pipe, all in order": async () => {
    const { writable, flow } = writableFlow<number>();
    const piped = counting(1000).stream.pipeTo(writable);
    same((await flow.toArray()).length, 1000, "items");
    await piped;
  },
  "takes a chunk only when one was asked for": async () => {
    const { writable, flow } = writableFlow<number>();
    const { stream, seen } = counting();
    const piped = outcomeOf(stream.pipeTo(writable));
    await settled();
    same(seen.pulls, 1, "pulls before demand"); // its write waits
    const reader = flow.values({ prefetch: 2 });
    same((await reader.next()).value, 0, "the first");
    await settled();
    same(seen.pulls, 4, "pulls: one taken, two ahead, one waits");
    await reader.return?.();
    const reason = "TypeError: Cannot write: whoever read has what it wanted";
    same([await piped, seen.cancels, seen.reason], [reason, 1, reason], "the end of the pipe");
  },
  "fails with the reason of an abort at once, also while a write waits, and before it is read": async () => {
    const { writable, flow } = writableFlow<number>();
    const subscriber = new ManualSubscriber<number>();
    flow.subscribe(subscriber);
    const writer = writable.getWriter();
    const write = writer.write(1);
    await settled();
    const aborted = writer.abort(new Error("torn"));
    same(subscriber.error, "Error: torn", "the end");
    await Promise.all([aborted, write]);
    const unread = writableFlow<number>();
    const waiting = unread.writable.getWriter();
    waiting.write(1).catch(() => {});
    await settled();
    await waiting.abort(new Error("torn"));
    same(await outcomeOf(unread.flow.toArray()), "Error: torn", "the end for who comes later");
  },
  "is for one reader": async () => {
    const { flow } = writableFlow<number>();
    const first = flow.values();
    const read = first.next();
    const refusal = "TypeError: Cannot read what is written twice: share() the flow, or make another";
    same(await outcomeOf(flow.toArray()), refusal, "the second");
    await first.return?.();
    same((await read).done, true, "the first");
  },
});

export const pipingCases: Case[] = [...piping, ...cancel, ...written];
