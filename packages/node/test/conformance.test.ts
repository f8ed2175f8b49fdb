// Every publisher, operator and subscriber of this package before the judge.

import { PassThrough, Readable, Transform, Writable } from "node:stream";
import { type Flow, fromPublisher, map } from "@sluice/core";
import { fromReadable, throughDuplex, toReadable, toTransform, toWritable, writableFlow } from "@sluice/node";
import {
  type Check,
  operatorChecks,
  type OperatorSubject,
  publisherChecks,
  type PublisherSubject,
  subscriberChecks,
  type SubscriberSubject,
} from "@sluice/tck";
import { describe, it } from "vitest";

const item = (index: number): number => index;
const torn = new Error("torn");

/** A stream of the numbers from 0 on: it pushes while it is asked, or each in a turn of its own. */
function numbers(count: number, push: "at once" | "later"): Readable {
  let next = 0;
  const one = (stream: Readable): void => void stream.push(next < count ? next++ : null);
  return new Readable({
    objectMode: true,
    read(): void {
      if (push === "at once") one(this);
      else setImmediate(one, this);
    },
  });
}

/** Says its error when it is first read. */
const failing = (): Readable =>
  new Readable({
    read(): void {
      this.destroy(torn);
    },
  });

function written(count: number): Flow<number> {
  const { writable, flow } = writableFlow<number>();
  for (let n = 0; n < count; n++) writable.write(n);
  writable.end();
  return flow;
}

function writtenInVain(): Flow<number> {
  const { writable, flow } = writableFlow<number>();
  writable.on("error", () => {}).destroy(torn);
  return flow;
}

const once = { item, subscribers: "one", maxCount: 5000 } as const;

const publishers: Readonly<Record<string, PublisherSubject>> = {
  // A stream tells of its end when it is read.
  "fromReadable of a stream that pushes at once": {
    ...once,
    create: (count) => fromReadable(numbers(count, "at once")),
    createFailed: () => fromReadable(failing()),
    endsWithoutDemand: false,
  },
  "fromReadable of a stream that pushes later": {
    ...once,
    create: (count) => fromReadable(numbers(count, "later")),
    createFailed: () => fromReadable(failing()),
    endsWithoutDemand: false,
  },
  writableFlow: { ...once, create: written, createFailed: writtenInVain },
};

/** What both sides of an object stream hold, by their `highWaterMark`s, and one on its way. */
const BOTH_SIDES = 16 + 16 + 1;

const passing = (through: () => NodeJS.ReadWriteStream): OperatorSubject => ({
  apply: (upstream) => fromPublisher(upstream).pipe(throughDuplex(through)),
  item,
  yields: item,
  ahead: BOTH_SIDES + 16,
  outstanding: 16,
});

const operators: Readonly<Record<string, OperatorSubject>> = {
  "throughDuplex of a PassThrough": passing(() => new PassThrough({ objectMode: true })),
  "throughDuplex of a Transform that answers later": passing(
    () =>
      new Transform({
        objectMode: true,
        transform: (chunk, _, callback) => void setImmediate(callback, null, chunk),
      }),
  ),
  "throughDuplex of toTransform": passing(() => toTransform(map((n: number) => n))),
};

/** A consumer that a signal stops. */
function stoppable(
  run: (flow: Flow<number>, received: number[], signal: AbortSignal) => Promise<unknown>,
): SubscriberSubject<number> {
  return {
    item,
    stoppable: true,
    consume: (publisher) => {
      const stop = new AbortController();
      const received: number[] = [];
      const ended = run(fromPublisher(publisher), received, stop.signal);
      return { ended, cancel: () => stop.abort(), received: () => received };
    },
  };
}

const into = (received: number[], answer: (callback: () => void) => void): Writable =>
  new Writable({
    objectMode: true,
    write(n: number, _, callback): void {
      received.push(n);
      answer(callback);
    },
  }).on("error", () => {});

async function collect(stream: Readable, received: number[]): Promise<void> {
  for await (const n of stream) received.push(n);
}

const subscribers: Readonly<Record<string, SubscriberSubject<number>>> = {
  "toWritable of a stream that answers at once": stoppable((flow, received, signal) =>
    toWritable(
      flow,
      into(received, (callback) => callback()),
      { signal },
    ),
  ),
  "toWritable of a stream that answers later": stoppable((flow, received, signal) =>
    toWritable(flow, into(received, setImmediate), { signal }),
  ),
  "toWritable with a prefetch": stoppable((flow, received, signal) =>
    toWritable(flow, into(received, setImmediate), { signal, prefetch: 8 }),
  ),
  toReadable: stoppable((flow, received, signal) => collect(toReadable(flow, { signal }), received)),
  "toReadable that flows": stoppable(
    (flow, received, signal) =>
      new Promise((resolve, reject) => {
        const stream = toReadable(flow, { signal, highWaterMark: 4 });
        stream
          .on("data", (n: number) => received.push(n))
          .on("end", resolve)
          .on("error", reject);
      }),
  ),
};

for (const [name, subject] of Object.entries(publishers)) judge(name, publisherChecks(subject));
for (const [name, subject] of Object.entries(operators)) judge(name, operatorChecks(subject));
for (const [name, subject] of Object.entries(subscribers)) judge(name, subscriberChecks(subject));

/** What a subject's own capabilities rule out is no test that was forgotten. */
function judge(name: string, checks: readonly Check[]): void {
  describe(name, () => {
    for (const { rule, title, run, skipped } of checks)
      if (skipped === undefined) it(`${rule} ${title}`, run);
  });
}
