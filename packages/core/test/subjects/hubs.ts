// One to many.

import { type PublisherSubject, VirtualClock } from "@sluice/tck";
import { flowFrom } from "../../src/flow/connected-flow.js";
import type { Flow } from "../../src/flow/flow.js";
import type { Hub } from "../../src/flow/hub.js";
import { broadcast } from "../../src/hub/broadcast.js";
import { replay } from "../../src/hub/replay.js";
import { unicast, type UnicastHub } from "../../src/hub/unicast.js";
import { publish } from "../../src/operator/publish.js";
import { share } from "../../src/operator/share.js";
import { fail } from "../../src/source/fail.js";
import { fromIterable } from "../../src/source/from-iterable.js";
import { range } from "../../src/source/range.js";
import type { ReaderOptions } from "../../src/spec/reader.js";
import { failure, item, numbers, type Row } from "./row.js";

/** A hub that has been given all its items, and its end. */
function filled(hub: UnicastHub<unknown>, items: readonly unknown[]): Flow<unknown> {
  for (const one of items) hub.tryEmit(one);
  hub.complete();
  return hub;
}

function failed(hub: UnicastHub<unknown>): Flow<unknown> {
  hub.error(failure);
  return hub;
}

/** A hub whose producer begins when the first subscriber has come, and waits where it has to. */
function fed<T>(hub: Hub<T>, items: readonly T[], reader: ReaderOptions<T>): Flow<T> {
  const flow = hub.with(reader);
  let isFed = false;
  const feed = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve)); // for others who subscribe
    for (const one of items) if ((await hub.emit(one)) !== "ok") return;
    hub.complete();
  };
  return flowFrom((downstream) => {
    flow.connect(downstream);
    if (isFed) return;
    isFed = true;
    void feed();
  });
}

function broadcastOf(capacity: number, reader: ReaderOptions<unknown>): PublisherSubject {
  return {
    create: (count) => fed<unknown>(broadcast({ capacity }), numbers(count), reader),
    createOf: (items) => fed<unknown>(broadcast({ capacity }), items, reader),
    createFailed: () => failed(broadcast({ capacity })),
    subscribers: "shared",
    maxCount: 20_000,
    item,
  };
}

function unicastOf(slow: "wait" | "dropOldest"): PublisherSubject {
  const make = (count: number): UnicastHub<unknown> => unicast({ capacity: Math.max(1, count), slow });
  return {
    create: (count) => filled(make(count), numbers(count)),
    createOf: (items) => filled(make(items.length), items),
    createFailed: () => failed(make(1)),
    subscribers: "one",
    maxCount: 20_000,
    item,
  };
}

export const hubs: Row[] = [
  { file: "hub/broadcast", name: "broadcast", source: broadcastOf(16, {}) },
  { file: "hub/broadcast", name: "broadcast of capacity 1", source: broadcastOf(1, {}) },
  {
    file: "hub/broadcast",
    name: "broadcast with patience",
    // Of no host: the judge leaves subscribers behind, and their patience would keep its process alive.
    source: broadcastOf(4, { patienceMs: 60_000, otherwise: "disconnect", clock: new VirtualClock() }),
  },
  ...(["dropOldest", "latest"] as const).map(
    (slow): Row => ({
      file: "hub/broadcast",
      name: `broadcast, ${slow}`,
      source: { ...broadcastOf(2, { slow }), lossy: true },
    }),
  ),
  {
    file: "hub/broadcast",
    name: "broadcast, disconnect",
    source: { ...broadcastOf(20_000, { slow: "disconnect" }) },
  },
  { file: "hub/unicast", name: "unicast", source: unicastOf("wait") },
  { file: "hub/unicast", name: "unicast, dropOldest", source: unicastOf("dropOldest") },
  {
    file: "hub/replay",
    name: "replay of all",
    source: {
      create: (count) => {
        const all = Math.max(1, count);
        return filled(replay<unknown>({ capacity: all, last: all }), numbers(count));
      },
      createOf: (items) => filled(replay<unknown>({ capacity: items.length, last: items.length }), items),
      createFailed: () => failed(replay({ capacity: 1, last: 1 })),
      maxCount: 20_000,
      item,
    },
  },
  {
    file: "hub/replay",
    name: "replay, live",
    source: {
      create: (count) => fed(replay<number>({ capacity: 8, last: 2 }), numbers(count), {}),
      createFailed: () => failed(replay({ capacity: 8, last: 2 })),
      subscribers: "shared",
      maxCount: 20_000,
      item,
    },
  },
  ...[1, 4, 256].map(
    (prefetch): Row => ({
      file: "operator/share",
      name: `share, ${prefetch} ahead`,
      operator: {
        apply: share<number>({ prefetch }),
        ahead: prefetch,
        outstanding: prefetch,
        yields: item,
        passesAny: true,
        publisher: { subscribers: "shared" },
      },
    }),
  ),
  {
    file: "operator/publish",
    name: "publish",
    source: {
      create: (count) => begun(range(0, count)),
      createOf: (items) => begun(fromIterable(items)),
      createFailed: () => begun(fail<number>(failure)),
      subscribers: "shared",
      item,
    },
  },
];

/** A published flow that begins when the first subscriber has come. */
function begun<T>(source: Flow<T>): Flow<T> {
  const hot = publish(source, { prefetch: 4 });
  return flowFrom((downstream) => {
    hot.connect(downstream);
    hot.begin();
  });
}
