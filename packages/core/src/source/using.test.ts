import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { take } from "../operator/take.js";
import { fail } from "./fail.js";
import type { FlowInput } from "./from.js";
import { never } from "./never.js";
import { range } from "./range.js";
import { type AcquireContext, using } from "./using.js";

let dropped: string[] = [];
let restore = (): void => {};
beforeEach(() => {
  dropped = [];
  restore = onDroppedError((error) => dropped.push(String(error)));
});
afterEach(() => restore());

/** A resource that writes down what is done with it. */
function run(
  use: (log: string[]) => FlowInput<number>,
  release: (log: string[]) => unknown = (log) => log.push("released"),
  acquire: (log: string[], context: AcquireContext) => PromiseLike<string[]> | string[] = (log) => log,
) {
  const log: string[] = [];
  const subscriber = new ManualSubscriber<number>({
    onNext: (n) => log.push(`item ${n}`),
    onComplete: () => log.push("complete"),
    onError: (error) => log.push(String(error)),
  });
  using((context) => acquire(log, context), use, release).subscribe(subscriber);
  return { log, subscriber };
}

const rejected = (message: string): Promise<never> => Promise.reject(new Error(message));

describe("using", () => {
  it("releases before the end is passed on, good or bad", () => {
    const good = run(() => [1]);
    good.subscriber.request(1);
    expect(good.log).toEqual(["item 1", "released", "complete"]);
    expect(run(() => fail(new Error("broken"))).log).toEqual(["released", "Error: broken"]);
  });

  it("releases at once on cancel, after the source was cancelled", () => {
    const source = new TestPublisher<number>({ onCancel: () => log.push("cancelled") });
    const { log, subscriber } = run(() => source);
    subscriber.cancel();
    subscriber.cancel();
    expect(log).toEqual(["cancelled", "released"]);
  });

  it("releases when take has enough, and when a cancel comes inside onNext", async () => {
    let released = 0;
    const flow = using(
      () => 9,
      (count) => range(0, count),
      () => released++,
    );
    expect([await flow.pipe(take(2)).toArray(), released]).toEqual([[0, 1], 1]);
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    flow.subscribe(subscriber);
    subscriber.request(5);
    expect([subscriber.items, released]).toEqual([[0], 2]);
  });

  it("releases when `use` throws or gives no source, and fails with that", () => {
    expect(
      run(() => {
        throw new Error("use");
      }).log,
    ).toEqual(["released", "Error: use"]);
    expect(run(() => 5 as never).log[0]).toBe("released");
  });

  it("releases once when `acquire` or `use` cancels, and subscribes to nothing", () => {
    const source = new TestPublisher<number>();
    for (const place of ["acquire", "use"]) {
      const log: string[] = [];
      let cancel = (): void => {};
      const subscriber = new ManualSubscriber<number>({
        onSubscribe: (self) => {
          cancel = () => self.cancel();
        },
      });
      const at = (here: string): void => {
        log.push(here);
        if (here === place) cancel();
      };
      using(
        () => at("acquire"),
        () => {
          at("use");
          return source;
        },
        () => at("release"),
      ).subscribe(subscriber);
      expect(log).toEqual(place === "use" ? ["acquire", "use", "release"] : ["acquire", "release"]);
      expect([source.subscribers, subscriber.ended]).toEqual([0, false]);
    }
  });

  it("acquires anew for each subscriber, and nothing when it cancels in onSubscribe", async () => {
    let acquired = 0;
    const flow = using(
      () => ++acquired,
      (n) => [n],
      () => {},
    );
    expect([await flow.toArray(), await flow.toArray()]).toEqual([[1], [2]]);
    flow.subscribe(new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() }));
    expect(acquired).toBe(2);
  });

  it("fails when it cannot acquire, and releases nothing", async () => {
    const thrown = run(
      () => [1],
      undefined,
      () => {
        throw new Error("acquire");
      },
    );
    expect(thrown.log).toEqual(["Error: acquire"]);
    const refused = run(
      () => [1],
      undefined,
      () => rejected("acquire"),
    );
    await settled();
    expect(refused.log).toEqual(["Error: acquire"]);
  });

  it("waits for a resource that is promised, and keeps what is requested meanwhile", async () => {
    const source = new TestPublisher<number>();
    const { subscriber, log } = run(
      () => source,
      undefined,
      async (given) => given,
    );
    subscriber.request(2);
    subscriber.request(1);
    await settled();
    expect(source.requested).toBe(3);
    source.complete();
    expect(log).toEqual(["released", "complete"]);
  });

  it("releases a resource unused that comes after the cancel, and aborts the signal", async () => {
    const signals: AbortSignal[] = [];
    const source = new TestPublisher<number>();
    const { subscriber, log } = run(
      () => source,
      undefined,
      async (given, { signal }) => {
        signals.push(signal);
        return given;
      },
    );
    subscriber.cancel();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await settled();
    expect([log, source.subscribers]).toEqual([["released"], 0]);
  });

  it("does not abort the signal once the resource is there: it may still use it", async () => {
    const signals: AbortSignal[] = [];
    const { subscriber } = run(
      () => never<number>(),
      undefined,
      (given, { signal }) => {
        signals.push(signal);
        return given;
      },
    );
    subscriber.cancel();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it("passes the end on when a promised release is there", async () => {
    let release = (): void => {};
    const { subscriber, log } = run(
      () => [],
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    subscriber.request(1);
    await settled();
    expect(log).toEqual([]);
    release();
    await settled();
    expect(log).toEqual(["complete"]);
  });

  it("§3.5 signals nothing when a cancel comes during the release", async () => {
    const { subscriber, log } = run(
      () => fail(new Error("source")),
      async () => {},
    );
    subscriber.cancel();
    await settled();
    expect([log, dropped]).toEqual([[], ["Error: source"]]);
  });

  it("fails with what the release throws after a good end", async () => {
    const throws = run(
      () => [],
      () => {
        throw new Error("release");
      },
    );
    throws.subscriber.request(1);
    expect(throws.log).toEqual(["Error: release"]);
    const rejects = run(
      () => [],
      () => rejected("release"),
    );
    rejects.subscriber.request(1);
    await settled();
    expect([rejects.log, dropped]).toEqual([["Error: release"], []]);
  });

  it("reports what the release throws after an error or a cancel, and keeps the error", async () => {
    for (const release of [() => rejected("release"), () => throwing("release")]) {
      dropped = [];
      const failed = run(() => fail(new Error("source")), release);
      await settled();
      expect([failed.log, dropped]).toEqual([["Error: source"], ["Error: release"]]);
      const cancelled = run(() => never(), release);
      cancelled.subscriber.cancel();
      await settled();
      expect([cancelled.log, dropped]).toEqual([[], ["Error: release", "Error: release"]]);
    }
  });

  it("disposes of the resource by its own method when no release is given, the asynchronous one first", async () => {
    const log: string[] = [];
    const both = {
      [Symbol.dispose]: () => void log.push("now"),
      [Symbol.asyncDispose]: async () => void log.push("later"),
    };
    await using(
      () => both,
      () => [1],
    ).toArray();
    const { [Symbol.dispose]: dispose } = both;
    await using(
      () => ({ [Symbol.dispose]: dispose }),
      () => [1],
    ).toArray();
    expect(log).toEqual(["later", "now"]);
    const neither = using(
      () => 5 as unknown as Disposable,
      () => [1],
    );
    await expect(neither.toArray()).rejects.toThrow("Cannot dispose of 5");
  });

  it("calls the resource's own method on the resource", async () => {
    class File {
      isOpen = true;
      [Symbol.dispose](): void {
        this.isOpen = false;
      }
    }
    const file = new File();
    await using(
      () => file,
      () => [1],
    ).toArray();
    expect(file.isOpen).toBe(false);
  });

  it("takes resources that are null or undefined", async () => {
    for (const resource of [null, undefined]) {
      const seen: unknown[] = [];
      await using(
        () => resource,
        (given) => [seen.push(given)],
        (given) => seen.push(given),
      ).toArray();
      expect(seen).toEqual([resource, resource]);
    }
  });

  it("throws a TypeError at the call for what is no function", () => {
    const fine = (): number[] => [];
    expect(() => using(5 as never, fine, fine)).toThrow(TypeError);
    expect(() => using(fine, 5 as never, fine)).toThrow(TypeError);
    expect(() => using(fine, fine, 5 as never)).toThrow(TypeError);
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
