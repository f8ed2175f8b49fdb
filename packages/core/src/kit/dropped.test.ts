import { captureReported, settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { concatMap } from "../operator/concat-map.js";
import { filter } from "../operator/filter.js";
import { finalize } from "../operator/finalize.js";
import { map } from "../operator/map.js";
import { merge } from "../operator/merge.js";
import { mergeMap } from "../operator/merge-map.js";
import { prefetch } from "../operator/prefetch.js";
import { create } from "../source/create.js";
import { from } from "../source/from.js";
import { fromPromise } from "../source/from-promise.js";
import { range } from "../source/range.js";
import type { Subscriber, Subscription } from "../spec/publisher.js";
import {
  asError,
  droppedItemCount,
  dropError,
  dropItem,
  onDroppedError,
  onDroppedItem,
  reportUncaught,
} from "./dropped.js";

describe("onDroppedError", () => {
  it("gets what is dropped until the former hook is restored", () => {
    const outer: unknown[] = [];
    const inner: unknown[] = [];
    const restoreOuter = onDroppedError((error) => outer.push(error));
    const restoreInner = onDroppedError((error) => inner.push(error));
    dropError("a");
    restoreInner();
    dropError("b");
    restoreOuter();
    expect([inner, outer]).toEqual([["a"], ["b"]]);
  });

  it("reports what the hook itself throws, and, without a hook, the error", async () => {
    const restore = onDroppedError(() => {
      throw new Error("hook");
    });
    const reported = await captureReported(() => {
      dropError(new Error("dropped"));
      restore();
      dropError(new Error("unhooked"));
    });
    expect(reported.map(String)).toEqual(["Error: hook", "Error: unhooked"]);
  });

  it("reports no AbortError by itself: it answers the abort that came with the end", async () => {
    const aborted = AbortSignal.abort().reason;
    const heard: unknown[] = [];
    const reported = await captureReported(() => {
      dropError(aborted);
      const restore = onDroppedError((error) => heard.push(error));
      dropError(aborted);
      restore();
    });
    expect(reported).toEqual([]);
    expect(heard).toEqual([aborted]);
  });
});

describe("StageSubscriber.late", () => {
  const broken = (text: string): Error => new Error(text);

  /** What is told to the end of a pipeline that has been cancelled, or has failed, when its source goes on. */
  async function heard(flow: Flow<unknown>, act: (credit: Subscription) => void): Promise<unknown[]> {
    const late: unknown[] = [];
    let credit: Subscription | undefined;
    const reported = await captureReported(async () => {
      flow.connect({
        late: (error) => late.push(error),
        onSubscribe: (subscription) => {
          credit = subscription;
        },
        next: () => true,
        onError: () => {},
        onComplete: () => {},
      });
      credit?.request(1);
      await settled();
      if (credit !== undefined) act(credit);
      await settled();
    });
    expect(reported).toEqual([]);
    return late;
  }

  const cancel = (credit: Subscription): void => credit.cancel();

  async function* failingToClose(): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: what is tested
      throw broken("close");
    }
  }

  it.each<[string, () => Flow<unknown>]>([
    ["an async generator", () => from(failingToClose())],
    [
      "one behind stages",
      () =>
        from(failingToClose()).pipe(
          map((n) => n),
          filter(() => true),
        ),
    ],
    ["one behind an asynchronous boundary", () => from(failingToClose()).pipe(prefetch(1))],
    ["an inner source", () => from([1, 2]).pipe(mergeMap(() => from(failingToClose()), { concurrency: 1 }))],
    ["a source that follows another", () => from([1]).pipe(concatMap(() => from(failingToClose())))],
    [
      "an iterator",
      () =>
        from(
          (function* () {
            try {
              yield 1;
              yield 2;
            } finally {
              // biome-ignore lint/correctness/noUnsafeFinally: what is tested
              throw broken("close");
            }
          })(),
        ),
    ],
    [
      "a producer that pushes",
      () =>
        create<number>(
          (emitter) => {
            emitter.next(1);
            return () => {
              throw broken("close");
            };
          },
          { capacity: 1, overflow: "error" },
        ),
    ],
    [
      "what finalize calls",
      () =>
        range(1, 5).pipe(
          finalize(() => {
            throw broken("close");
          }),
        ),
    ],
    [
      "a foreign publisher",
      () =>
        from({
          subscribe: (subscriber: Subscriber<number>) =>
            subscriber.onSubscribe({
              request() {},
              cancel: () => {
                throw broken("close");
              },
            }),
        }),
    ],
    [
      "one that fails after its cancel",
      () =>
        from({
          subscribe: (subscriber: Subscriber<number>) =>
            subscriber.onSubscribe({ request() {}, cancel: () => subscriber.onError(broken("close")) }),
        }).pipe(map((n) => n)),
    ],
  ])("hears of what %s throws when it is closed", async (_, flow) => {
    expect(await heard(flow(), cancel)).toEqual([broken("close")]);
  });

  it("hears of the second failure of a merge", async () => {
    const flow = merge([
      fromPromise(Promise.reject(broken("first"))),
      fromPromise(settled().then(() => Promise.reject(broken("second")))),
    ]);
    expect(await heard(flow, () => {})).toEqual([broken("second")]);
  });
});

describe("onDroppedItem", () => {
  it("gets each item, which is counted with and without a hook", async () => {
    const items: unknown[] = [];
    const before = droppedItemCount();
    const restore = onDroppedItem((item) => items.push(item));
    dropItem(undefined);
    restore();
    dropItem(2);
    expect([items, droppedItemCount() - before]).toEqual([[undefined], 2]);
    const broken = onDroppedItem(() => {
      throw new Error("hook");
    });
    const reported = await captureReported(() => dropItem(3));
    broken();
    expect(reported.map(String)).toEqual(["Error: hook"]);
  });
});

describe("reportUncaught", () => {
  it("throws in a task of its own where the host has no reportError", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
    Reflect.deleteProperty(globalThis, "reportError");
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught: unknown[] = [];
    process.on("uncaughtException", (error) => uncaught.push(error));
    try {
      reportUncaught(new Error("nobody caught it"));
      expect(uncaught).toEqual([]);
      await settled();
      expect(uncaught.map(String)).toEqual(["Error: nobody caught it"]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
      if (before !== undefined) Object.defineProperty(globalThis, "reportError", before);
    }
  });
});

describe("asError", () => {
  it("leaves an error as it is, also one of another realm", () => {
    const error = new TypeError("own");
    expect(asError(error, "map")).toBe(error);
  });

  it("wraps anything else with the stage's name, and never throws itself", () => {
    const unprintable = Object.create(null) as unknown;
    const hostile = {
      toString() {
        throw new Error("toString");
      },
    };
    for (const thrown of [undefined, null, "text", 5, 5n, Symbol("s"), {}, unprintable, hostile, () => 1]) {
      const error = asError(thrown, "map") as Error;
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toContain("map");
      expect(error.cause).toBe(thrown);
    }
  });
});
