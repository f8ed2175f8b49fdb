// After the groups readable-byte-streams/{general, bad-buffers, read-min, templated}: readers with buffers of their own.

import { from, fromPublisher, of, take } from "@sluice/core";
import { settled, TestPublisher, until } from "@sluice/tck";
import { fromByteStream, toByteStream } from "@sluice/web";
import { bytes, type Case, groupOf, joined, outcomeOf, ramp, same } from "./case.js";

/** A byte stream that fills what the reader brings, at most `atMost` bytes a time, and tells the sizes it was brought. */
function filling(total: number, atMost: number) {
  const seen = { brought: [] as number[], cancels: 0 };
  let sent = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const view = controller.byobRequest?.view as Uint8Array;
      seen.brought.push(view.byteLength);
      const count = Math.min(atMost, view.byteLength, total - sent);
      if (count === 0) controller.close();
      view.set(ramp(count, sent));
      sent += count;
      controller.byobRequest?.respond(count);
    },
    cancel: () => void seen.cancels++,
  });
  return { stream, seen };
}

const reading: Case[] = groupOf("readable-byte-streams: fromByteStream", {
  "reads into a buffer of chunkBytes, all of it in order": async () => {
    const { stream, seen } = filling(1000, 64);
    const items = await fromByteStream(stream, { chunkBytes: 64 }).toArray();
    same(joined(items), [...ramp(1000)], "the bytes");
    same(new Set(seen.brought).size, 1, "the sizes of buffers");
    same(stream.locked, false, "locked");
  },
  "copies a chunk out that fills less than half of the buffer, and uses the buffer again": async () => {
    const { stream } = filling(300, 10);
    const items = await fromByteStream(stream, { chunkBytes: 100 }).toArray();
    same(joined(items), [...ramp(300)], "the bytes"); // no later read wrote into an item
    for (const item of items) same(item.buffer.byteLength, 10, "the memory that an item keeps");
    const large = await fromByteStream(filling(300, 60).stream, { chunkBytes: 100 }).toArray();
    same(joined(large), [...ramp(300)], "the bytes");
    for (const item of large)
      same(item.buffer.byteLength <= 2 * item.byteLength, true, "at most twice its bytes");
  },
  "cuts what another kind of stream sends, without losing or copying any": async () => {
    const chunk = ramp(10);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(chunk);
        controller.enqueue(bytes());
        controller.enqueue(bytes(7));
        controller.close();
      },
    });
    const items = await fromByteStream(stream, { chunkBytes: 4 }).toArray();
    same(items, [bytes(0, 1, 2, 3), bytes(4, 5, 6, 7), bytes(8, 9), bytes(), bytes(7)], "the items");
    same(items[0]?.buffer === chunk.buffer, true, "the same memory");
  },
  "asks nothing before demand, and one read for each item": async () => {
    const { stream, seen } = filling(1000, 8);
    const reader = fromByteStream(stream, { chunkBytes: 8 }).values({ prefetch: 2 });
    await settled();
    same(seen.brought.length, 0, "reads before demand");
    await reader.next();
    await settled();
    same(seen.brought.length, 3, "reads"); // one was taken, two are asked for ahead
    await reader.return?.();
    same([seen.cancels, stream.locked], [1, false], "cancels, locked");
  },
  "cancels the stream while a read waits for bytes, and while a cut chunk is held": async () => {
    let cancels = 0;
    const stalled = new ReadableStream({
      type: "bytes",
      pull: () => new Promise<void>(() => {}),
      cancel: () => void cancels++,
    });
    const reader = fromByteStream(stalled).values();
    const waiting = reader.next();
    await settled();
    await reader.return?.();
    same([(await waiting).done, cancels, stalled.locked], [true, 1, false], "the end, cancels, locked");
    const held = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(ramp(100)),
      cancel: () => void cancels++,
    });
    same(
      await fromByteStream(held, { chunkBytes: 3 }).pipe(take(2)).toArray(),
      [ramp(3), ramp(3, 3)],
      "items",
    );
    same([cancels, held.locked], [2, false], "cancels, locked");
  },
  "fails with the stream's error, and releases the lock": async () => {
    const torn = new ReadableStream({
      type: "bytes",
      pull: (controller) => controller.error(new Error("torn")),
    });
    same(await outcomeOf(fromByteStream(torn).toArray()), "Error: torn", "the end");
    same(torn.locked, false, "locked");
  },
  "refuses a stream that somebody else reads, and leaves it alone": async () => {
    const { stream, seen } = filling(10, 10);
    const reader = stream.getReader();
    const end = String(await outcomeOf(fromByteStream(stream).toArray()));
    same(end.startsWith("TypeError"), true, `a TypeError, not ${end}`);
    same([seen.cancels, stream.locked], [0, true], "cancels, locked");
    reader.releaseLock();
  },
  "refuses a chunk that is no bytes, and cancels the stream": async () => {
    let cancels = 0;
    const words = new ReadableStream({
      pull: (controller) => controller.enqueue("word"),
      cancel: () => void cancels++,
    });
    same(
      await outcomeOf(fromByteStream(words).toArray()),
      "TypeError: Cannot take a string in fromByteStream: it takes chunks of bytes; make them by encodeText() before it",
      "the end",
    );
    same([cancels, words.locked], [1, false], "cancels, locked");
  },
});

const serving: Case[] = groupOf("readable-byte-streams: toByteStream", {
  "fills the reader's buffer, and keeps what does not fit for its next read": async () => {
    const reader = toByteStream(of(ramp(5), bytes(9))).getReader({ mode: "byob" });
    const read = async (size: number) => (await reader.read(new Uint8Array(size))).value;
    same(
      [await read(2), await read(2), await read(2), await read(2)],
      [[0, 1], [2, 3], [4], [9]],
      "the reads",
    );
    const last = await reader.read(new Uint8Array(4));
    same([last.done, last.value?.byteLength], [true, 0], "the end gives the buffer back");
  },
  "sends a chunk for each item to a default reader, without empty ones": async () => {
    const stream = toByteStream(of(bytes(1, 2), bytes(), bytes(3), bytes()));
    same(await from(stream).toArray(), [bytes(1, 2), bytes(3)], "the chunks");
  },
  "leaves the flow's chunks as they were, unless they are given away": async () => {
    for (const mode of [undefined, "byob"] as const) {
      const [chunk, part] = [ramp(8), ramp(8).subarray(2, 4)];
      const items = await fromReader(toByteStream(of(chunk, part)), mode);
      same(joined(items), [...ramp(8), 2, 3], "the bytes");
      same([chunk.byteLength, part.byteLength], [8, 2], "what is left of them");
    }
    const [chunk, part] = [ramp(8), ramp(8).subarray(2, 4)];
    const items = await fromReader(toByteStream(of(chunk, part), { giveAway: true }), undefined);
    same(joined(items), [...ramp(8), 2, 3], "the bytes");
    same([chunk.byteLength, part.byteLength], [0, 2], "moved if it is all of its memory");
  },
  "fills views of larger elements over several chunks": async () => {
    const reader = toByteStream(of(bytes(1), bytes(0, 2), bytes(0))).getReader({ mode: "byob" });
    const read = async () => [...((await reader.read(new Uint16Array(2))).value as Uint16Array)];
    same([...(await read()), ...(await read())], [1, 2], "the numbers"); // the byte over goes into the next
  },
  "asks for prefetch chunks when first read, and for no more than that ahead": async () => {
    const upstream = new TestPublisher<Uint8Array>();
    const reader = toByteStream(fromPublisher(upstream), { prefetch: 4 }).getReader({ mode: "byob" });
    await settled();
    same(upstream.subscribers, 0, "subscribers before a read");
    const first = reader.read(new Uint8Array(1));
    await until(() => upstream.subscribers === 1, "the subscription");
    upstream.next(bytes(1), bytes(2), bytes(3), bytes(4));
    await first;
    await settled();
    same(upstream.requested, 4, "requested");
    await reader.read(new Uint8Array(8));
    await reader.read(new Uint8Array(8));
    await settled();
    same(upstream.requested, 7, "requested when three quarters were read");
    await reader.cancel();
    same(upstream.cancels, 1, "cancels");
  },
  "gives the bytes of a read whose reader left to the next one": async () => {
    const upstream = new TestPublisher<Uint8Array>();
    const stream = toByteStream(fromPublisher(upstream));
    const left = stream.getReader({ mode: "byob" });
    const read = outcomeOf(left.read(new Uint8Array(4)));
    await until(() => upstream.subscribers === 1, "the subscription");
    left.releaseLock();
    same(String(await read).startsWith("TypeError"), true, "the read is refused");
    upstream.next(ramp(6));
    upstream.complete();
    same(joined(await fromByteStream(stream, { chunkBytes: 4 }).toArray()), [...ramp(6)], "the bytes");
  },
  "fails with the flow's error after the chunks before it": async () => {
    const upstream = new TestPublisher<Uint8Array>();
    const reader = toByteStream(fromPublisher(upstream)).getReader({ mode: "byob" });
    const first = reader.read(new Uint8Array(2));
    await until(() => upstream.subscribers === 1, "the subscription");
    upstream.next(ramp(3));
    upstream.error(new Error("broke"));
    same((await first).value, ramp(2), "the first read");
    same((await reader.read(new Uint8Array(2))).value, [2], "the second read");
    same(await outcomeOf(reader.read(new Uint8Array(2))), "Error: broke", "the third read");
  },
  "cancels the flow while a read waits, and before any read": async () => {
    const upstream = new TestPublisher<Uint8Array>();
    const reader = toByteStream(fromPublisher(upstream)).getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(2));
    await until(() => upstream.subscribers === 1, "the subscription");
    await reader.cancel();
    same([(await read).done, upstream.cancels], [true, 1], "the read, cancels");
    const unread = new TestPublisher<Uint8Array>();
    await toByteStream(fromPublisher(unread)).cancel();
    same(unread.subscribers, 0, "subscribers");
  },
  "fails with the reason of its signal, which cancels the flow": async () => {
    const upstream = new TestPublisher<Uint8Array>();
    const stop = new AbortController();
    const reader = toByteStream(fromPublisher(upstream), { signal: stop.signal }).getReader();
    const read = outcomeOf(reader.read());
    await until(() => upstream.subscribers === 1, "the subscription");
    stop.abort(new Error("stopped"));
    same([await read, upstream.cancels], ["Error: stopped", 1], "the read, cancels");
  },
  "refuses an item that is no bytes, and cancels the flow": async () => {
    const upstream = new TestPublisher<never>();
    const reader = toByteStream(fromPublisher(upstream)).getReader();
    const read = outcomeOf(reader.read());
    await until(() => upstream.subscribers === 1, "the subscription");
    upstream.next({} as never);
    const wanted =
      "TypeError: Cannot take <object> in toByteStream: it takes chunks of bytes; make them by map() before it";
    same([await read, upstream.cancels], [wanted, 1], "the read, cancels");
  },
});

export const byobCases: Case[] = [...reading, ...serving];

async function fromReader(
  stream: ReadableStream<Uint8Array>,
  mode: "byob" | undefined,
): Promise<Uint8Array[]> {
  if (mode === "byob") return fromByteStream(stream, { chunkBytes: 5 }).toArray();
  return from(stream).toArray();
}
