// Ends of a pipeline.

import type { Flow } from "../../src/flow/flow.js";
import { fromPublisher } from "../../src/source/from-publisher.js";
import { toWebStream } from "../../src/sink/to-web-stream.js";
import { toWritableStream } from "../../src/sink/to-writable-stream.js";
import { item, type Row } from "./row.js";

export const sinks: Row[] = [
  stoppable({ file: "sink/to-array", name: "toArray" }, async (flow, received, signal) => {
    received.push(...(await flow.toArray({ signal })));
  }),
  stoppable({ file: "sink/reduce", name: "reduce" }, (flow, received, signal) =>
    flow.reduce((count, n) => count + (received.push(n) > 0 ? 1 : 0), 0, { signal }),
  ),
  stoppable({ file: "sink/for-each", name: "forEach" }, (flow, received, signal) =>
    flow.forEach(async (n) => void received.push(n), { signal, prefetch: 8 }),
  ),
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
  stoppable({ file: "sink/to-async-iterable", name: "for await" }, async (flow, received, signal) => {
    for await (const n of flow.values({ prefetch: 8, signal })) received.push(n);
  }),
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
  stoppable(
    { file: "sink/subscribe", name: "subscribe with a signal" },
    (flow, received, signal) =>
      new Promise<void>((resolve, reject) => {
        flow.subscribe(
          {
            onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
            onNext: (n) => void received.push(n),
            onError: reject,
            onComplete: resolve,
          },
          { signal },
        );
      }),
  ),
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
  stoppable({ file: "sink/to-writable-stream", name: "toWritableStream" }, (flow, received, signal) => {
    const stream = new WritableStream<number>({ write: (n) => void received.push(n) });
    return toWritableStream(flow, stream, { prefetch: 8, signal });
  }),
];

/** A sink that a signal stops; `run` writes down what it was given. */
function stoppable(
  { file, name }: { readonly file: string; readonly name: string },
  run: (flow: Flow<number>, received: number[], signal: AbortSignal) => Promise<unknown>,
): Row {
  return {
    file,
    name,
    sink: {
      item,
      stoppable: true,
      consume: (publisher) => {
        const stop = new AbortController();
        const received: number[] = [];
        const ended = run(fromPublisher(publisher), received, stop.signal);
        return { ended, cancel: () => stop.abort(), received: () => received };
      },
    },
  };
}
