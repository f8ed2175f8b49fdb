// Ends of a pipeline.

import { fromPublisher } from "../../src/source/from-publisher.js";
import { toWebStream } from "../../src/sink/to-web-stream.js";
import { toWritableStream } from "../../src/sink/to-writable-stream.js";
import { item, type Row } from "./row.js";

export const sinks: Row[] = [
  {
    file: "sink/to-array",
    name: "toArray",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const ended = fromPublisher(publisher)
          .toArray({ signal: stop.signal })
          .then((items) => received.push(...items));
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/reduce",
    name: "reduce",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const push = (count: number, n: number): number => count + (received.push(n) > 0 ? 1 : 0);
        const ended = fromPublisher(publisher).reduce(push, 0, { signal: stop.signal });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/for-each",
    name: "forEach",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const push = async (n: number): Promise<void> => void received.push(n);
        const ended = fromPublisher(publisher).forEach(push, { signal: stop.signal, prefetch: 8 });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/for-each",
    name: "forEach that throws at the third item",
    sink: {
      item,
      stopsAfter: 3,
      consume: (publisher) => {
        let seen = 0;
        const count = (): void => {
          seen++;
          if (seen === 3) throw new Error("enough");
        };
        return { ended: fromPublisher(publisher).forEach(count, { prefetch: 8 }) };
      },
    },
  },
  {
    file: "sink/to-async-iterable",
    name: "for await",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const read = async (): Promise<void> => {
          for await (const n of fromPublisher(publisher).values({ prefetch: 8, signal: stop.signal })) {
            received.push(n);
          }
        };
        return { ended: read(), cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/to-async-iterable",
    name: "for await, left by break",
    sink: {
      item,
      stopsAfter: 3,
      consume: (publisher) => {
        const read = async (): Promise<void> => {
          let seen = 0;
          for await (const _ of fromPublisher(publisher).values({ prefetch: 8 })) {
            seen++;
            if (seen === 3) break;
          }
        };
        return { ended: read() };
      },
    },
  },
  {
    file: "sink/subscribe",
    name: "subscribe with a signal",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const ended = new Promise<void>((resolve, reject) => {
          fromPublisher(publisher).subscribe(
            {
              onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
              onNext: (n) => void received.push(n),
              onError: reject,
              onComplete: resolve,
            },
            { signal: stop.signal },
          );
        });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
  {
    file: "sink/to-web-stream",
    name: "toWebStream",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const received: number[] = [];
        const reader = toWebStream(fromPublisher(publisher), { prefetch: 8 }).getReader();
        let isCancelled = false;
        const read = async (): Promise<void> => {
          for (let step = await reader.read(); !step.done; step = await reader.read())
            received.push(step.value);
          if (isCancelled) throw new Error("cancelled");
        };
        const cancel = (): void => {
          isCancelled = true;
          reader.cancel().catch(() => {}); // refused where the stream has failed
        };
        return { ended: read(), cancel, received: () => received };
      },
    },
  },
  {
    file: "sink/to-writable-stream",
    name: "toWritableStream",
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const stream = new WritableStream<number>({ write: (n) => void received.push(n) });
        const ended = toWritableStream(fromPublisher(publisher), stream, {
          prefetch: 8,
          signal: stop.signal,
        });
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  },
];
