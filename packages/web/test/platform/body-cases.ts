// After the groups fetch/api/{request, response, body} and FileAPI/blob: bodies that are streams.

import { fromPublisher, of, range, take } from "@sluice/core";
import { settled, TestPublisher, until } from "@sluice/tck";
import { fromBody, toBody } from "@sluice/web";
import { bytes, type Case, groupOf, joined, outcomeOf, ramp, same } from "./case.js";

/** A response whose body tells what was done to it. */
function response(chunks: number, headers?: Record<string, string>) {
  const seen = { pulls: 0, cancels: 0 };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (seen.pulls++ === chunks) controller.close();
        else controller.enqueue(ramp(10));
      },
      cancel: () => void seen.cancels++,
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body, { headers: headers ?? {} }), seen };
}

const tooLarge =
  "BodyTooLargeError: Cannot take the body: it has more than 25 bytes; send less, or raise maxBytes";

export const bodyCases: Case[] = groupOf("fetch: fromBody and toBody", {
  "reads the body of a response and of a request, in items of at most chunkBytes": async () => {
    for (const owner of [
      new Response(ramp(100)),
      new Request("http://a.example", { method: "POST", body: ramp(100) }),
    ]) {
      const items = await fromBody(owner, { chunkBytes: 32 }).toArray();
      same(joined(items), [...ramp(100)], "the bytes");
      same(Math.max(...items.map((item) => item.byteLength)) <= 32, true, "the largest item");
    }
  },
  "no body is an empty one": async () => {
    same(await fromBody(new Response(null)).toArray(), [], "the items");
    same(await fromBody(new Request("http://a.example")).toArray(), [], "the items");
  },
  "reads a blob for each subscriber": async () => {
    const flow = fromBody(new Blob([ramp(10), ramp(5)]));
    for (let time = 0; time < 2; time++)
      same(joined(await flow.toArray()), [...ramp(10), ...ramp(5)], "the bytes");
  },
  "refuses a body that was read, or is being read": async () => {
    const read = new Response(ramp(3));
    await read.text();
    const refusal = "TypeError: Cannot read a body twice: clone() its owner before the first time";
    same(await outcomeOf(fromBody(read).toArray()), refusal, "the end");
    const locked = new Response(ramp(3));
    locked.body?.getReader();
    same(await outcomeOf(fromBody(locked).toArray()), refusal, "the end");
  },
  "passes as many bytes as maxBytes, and cancels the body at the first more": async () => {
    const enough = response(3);
    same(joined(await fromBody(enough.response, { maxBytes: 30 }).toArray()).length, 30, "bytes");
    const { response: large, seen } = response(1000);
    same(await outcomeOf(fromBody(large, { maxBytes: 25 }).toArray()), tooLarge, "the end");
    await settled();
    same(
      [seen.pulls < 10, seen.cancels, large.body?.locked],
      [true, 1, false],
      "stopped early, cancels, locked",
    );
  },
  "refuses a body that says that it is too large, before it is read": async () => {
    const { response: large, seen } = response(3, { "content-length": "30" });
    same(await outcomeOf(fromBody(large, { maxBytes: 25 }).toArray()), tooLarge, "the end");
    same([seen.pulls, seen.cancels], [0, 1], "pulls, cancels");
    same(await outcomeOf(fromBody(new Blob([ramp(30)]), { maxBytes: 25 }).toArray()), tooLarge, "a blob");
    const encoded = response(3, { "content-length": "26", "content-encoding": "gzip" });
    same(
      await outcomeOf(fromBody(encoded.response, { maxBytes: 25 }).toArray()),
      tooLarge,
      "when it is read",
    );
    same(encoded.seen.pulls, 3, "pulls of an encoded body");
  },
  "a body that is left is cancelled": async () => {
    const { response: left, seen } = response(1000);
    same((await fromBody(left).pipe(take(2)).toArray()).length, 2, "items");
    await settled();
    same([seen.cancels, left.body?.locked], [1, false], "cancels, locked");
  },
  "sends texts and bytes of all kinds as a body": async () => {
    const all = of<string | ArrayBufferView | ArrayBuffer>(
      "ä",
      bytes(33),
      new DataView(bytes(34).buffer),
      bytes(35).buffer,
    );
    same(await new Response(toBody(all)).text(), 'ä!"#', "the text");
    const back = fromBody(new Response(toBody(fromBody(new Blob([ramp(1000)])))));
    same(joined(await back.toArray()), [...ramp(1000)], "the bytes");
  },
  "is asked for no more than prefetch ahead of who takes the body": async () => {
    const upstream = new TestPublisher<string>();
    const reader = toBody(fromPublisher(upstream), { prefetch: 4 }).getReader();
    const read = reader.read();
    await until(() => upstream.subscribers === 1, "the subscription");
    same(upstream.requested, 4, "requested");
    upstream.next("a");
    await read;
    await reader.cancel();
    same(upstream.cancels, 1, "cancels");
  },
  "refuses an item that is neither text nor bytes": async () => {
    const wanted =
      "TypeError: Cannot take 1 in toBody: it takes chunks of bytes; make them by map() before it";
    same(
      await outcomeOf(
        toBody(range(1, 3) as never)
          .getReader()
          .read(),
      ),
      wanted,
      "the end",
    );
  },
});
