// Every publisher, operator and subscriber of this package before the judge.

import { fromIterable, fromPublisher, map } from "@sluice/core";
import {
  type Check,
  operatorChecks,
  type OperatorSubject,
  publisherChecks,
  type PublisherSubject,
  subscriberChecks,
  type SubscriberSubject,
} from "@sluice/tck";
import {
  fromBody,
  fromByteStream,
  throughTransform,
  toBody,
  toByteStream,
  toTransformStream,
  toWritableStream,
  writableFlow,
} from "@sluice/web";
import { describe, it } from "vitest";

/** Items are one byte each: its number. */
const item = (index: number): Uint8Array<ArrayBuffer> => new Uint8Array([index % 256]);

/** A byte stream, or one of another kind. */
function streamOf(source: UnderlyingByteSource | UnderlyingDefaultSource): ReadableStream<Uint8Array> {
  return new ReadableStream(source as UnderlyingDefaultSource<Uint8Array>, { highWaterMark: 0 });
}

/** A stream of `count` chunks, each an item. */
function chunks(count: number, type?: "bytes"): ReadableStream<Uint8Array> {
  let sent = 0;
  const pull = (controller: ReadableStreamDefaultController | ReadableByteStreamController): void => {
    if (sent < count) controller.enqueue(item(sent++));
    else {
      controller.close();
      if ("byobRequest" in controller) controller.byobRequest?.respond(0);
    }
  };
  return streamOf({ ...(type && { type }), pull } as UnderlyingByteSource);
}

async function writeAll(writer: WritableStreamDefaultWriter<Uint8Array>, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await writer.write(item(index));
  await writer.close();
}

const torn = (type?: "bytes"): ReadableStream<Uint8Array> =>
  streamOf({
    ...(type && { type }),
    start: (controller: { error(reason: unknown): void }) => controller.error(new Error("torn")),
  } as UnderlyingByteSource);

/** What holds for each source of a web stream: it is read once, and its end shows only when it is read. */
const readOnce = { subscribers: "one", endsWithoutDemand: false, maxCount: 2000, item } as const;

const publishers: Readonly<Record<string, PublisherSubject>> = {
  "fromByteStream of a byte stream": {
    ...readOnce,
    create: (count) => fromByteStream(chunks(count, "bytes")),
    createFailed: () => fromByteStream(torn("bytes")),
  },
  "fromByteStream of another stream": {
    ...readOnce,
    create: (count) => fromByteStream(chunks(count), { chunkBytes: 1 }),
    createFailed: () => fromByteStream(torn()),
  },
  "fromBody of a response": {
    ...readOnce,
    create: (count) => fromBody(new Response(chunks(count) as ReadableStream<Uint8Array<ArrayBuffer>>)),
    createFailed: () => fromBody(new Response(torn() as ReadableStream<Uint8Array<ArrayBuffer>>)),
  },
  writableFlow: {
    ...readOnce,
    endsWithoutDemand: true,
    create: (count) => {
      const { writable, flow } = writableFlow<Uint8Array>();
      writeAll(writable.getWriter(), count).catch(() => {}); // fails when the reader leaves
      return flow;
    },
    createFailed: () => {
      const { writable, flow } = writableFlow<Uint8Array>();
      writable.abort(new Error("torn")).catch(() => {});
      return flow;
    },
    createOf: (items) => {
      const { writable, flow } = writableFlow<unknown>();
      toWritableStream(fromIterable(items), writable).catch(() => {});
      return flow;
    },
  },
};

/** A pair holds one item before it is asked, and 8 are asked for ahead; an error may overtake what it holds. */
const through = {
  item: (index: number) => index,
  yields: (index: number) => index,
  ahead: 10,
  outstanding: 10,
  publisher: { endsWithoutDemand: false, maxCount: 2000 },
} as const;

const operators: Readonly<Record<string, OperatorSubject<number, unknown>>> = {
  "throughTransform of a TransformStream": {
    ...through,
    passesAny: true,
    apply: (upstream) =>
      fromPublisher(upstream).pipe(
        throughTransform(() => new TransformStream<number, number>(), { prefetch: 8 }),
      ),
  },
  "throughTransform of what toTransformStream makes": {
    ...through,
    ahead: 12,
    outstanding: 12,
    apply: (upstream) =>
      fromPublisher(upstream).pipe(
        throughTransform(
          () =>
            toTransformStream(
              map((n: number) => n + 1),
              map((n) => n - 1),
            ),
          { prefetch: 8 },
        ),
      ),
  },
};

const subscribers: Readonly<Record<string, SubscriberSubject<Uint8Array>>> = {
  "toByteStream with a default reader": reads("default"),
  "toByteStream with a BYOB reader": reads("byob"),
  toBody: reads("body"),
};

/** A reader of the stream of what it is given. */
function reads(mode: "default" | "byob" | "body"): SubscriberSubject<Uint8Array> {
  return {
    item,
    stoppable: true,
    consume: (publisher) => {
      const received: Uint8Array[] = [];
      const make = mode === "body" ? toBody : toByteStream;
      const stream = make(fromPublisher(publisher), { prefetch: 8 });
      const reader = mode === "byob" ? stream.getReader({ mode }) : stream.getReader();
      const next = () => reader.read(new Uint8Array(4)); // a default reader takes no buffer, and minds none
      let isCancelled = false;
      const read = async (): Promise<void> => {
        for (let step = await next(); !step.done; step = await next())
          received.push(step.value as Uint8Array);
        if (isCancelled) throw new Error("cancelled");
      };
      const cancel = (): void => {
        isCancelled = true;
        reader.cancel().catch(() => {}); // refused where the stream has failed
      };
      return { ended: read(), cancel, received: () => received };
    },
  };
}

for (const [name, subject] of Object.entries(publishers))
  judge(name, publisherChecks({ ...subject, timers: false }));
for (const [name, subject] of Object.entries(operators))
  judge(name, operatorChecks({ ...subject, timers: false }));
for (const [name, subject] of Object.entries(subscribers))
  judge(name, subscriberChecks({ ...subject, timers: false }));

/** What a subject's own capabilities rule out is no test that was forgotten. */
function judge(name: string, checks: readonly Check[]): void {
  describe(name, () => {
    for (const { rule, title, run, skipped } of checks)
      if (skipped === undefined) it(`${rule} ${title}`, run);
  });
}
