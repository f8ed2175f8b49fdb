import { settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { concatMap } from "../operator/concat-map.js";
import { create, type Emitter } from "../source/create.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";

/** A consumer whose calls a test ends by hand. */
function slow() {
  const seen: number[] = [];
  let release: () => void = () => {};
  const consume = (n: number): Promise<void> => {
    seen.push(n);
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  const next = (): Promise<void> => {
    release();
    return settled();
  };
  return { seen, consume, next };
}

describe("forEach", () => {
  it("calls the function for each item in order, the next only when its promise has resolved", async () => {
    const { seen, consume, next } = slow();
    const done = range(1, 3).forEach(consume);
    expect(seen).toEqual([1]);
    await next();
    await next();
    expect(seen).toEqual([1, 2, 3]);
    await next();
    await done;
  });

  it("asks ahead for prefetch items, and for more when three quarters are consumed", async () => {
    const upstream = new TestPublisher<number>();
    const { seen, consume, next } = slow();
    const done = fromPublisher(upstream).forEach(consume, { prefetch: 4 });
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    await next();
    await next();
    expect(upstream.requested).toBe(4);
    await next();
    expect([seen, upstream.requested]).toEqual([[1, 2, 3, 4], 7]);
    upstream.complete();
    await next();
    await done;
  });

  it("rejects with what the function throws, at once and later, and cancels the flow", async () => {
    for (const prefetch of [1, 2, 256]) {
      const seen: number[] = [];
      const thrown = range(1, 3).forEach((n) => {
        seen.push(n);
        if (n === 2) throw new Error("now");
      });
      await expect(thrown).rejects.toThrow("now");
      const rejected = range(1, 3).forEach(
        async (n) => {
          seen.push(n);
          throw new Error("later");
        },
        { prefetch },
      );
      await expect(rejected).rejects.toThrow("later");
      expect(seen).toEqual([1, 2, 1]);
    }
  });

  it("rejects with the function's error although the flow has completed while items wait", async () => {
    const upstream = new TestPublisher<number>();
    const done = fromPublisher(upstream).forEach(async () => Promise.reject(new Error("first item")), {
      prefetch: 4,
    });
    upstream.next(1, 2);
    upstream.complete();
    await expect(done).rejects.toThrow("first item");
  });

  it("consumes what came before the flow's error, then rejects with it", async () => {
    const upstream = new TestPublisher<number>();
    const { seen, consume, next } = slow();
    const done = fromPublisher(upstream).forEach(consume);
    done.catch(() => {});
    upstream.next(1, 2);
    upstream.error(new Error("upstream"));
    await next();
    expect(seen).toEqual([1, 2]);
    await next();
    await expect(done).rejects.toThrow("upstream");
  });

  it("rejects when the function itself makes the flow fail", async () => {
    let outer: Emitter<number> | undefined;
    let inner: Emitter<string> | undefined;
    const flow = create<number>(
      (emitter) => {
        outer = emitter;
        emitter.next(1);
      },
      { capacity: 1, overflow: "error" },
    ).pipe(
      concatMap(() =>
        create<string>(
          (emitter) => {
            inner = emitter;
          },
          { capacity: 1, overflow: "error" },
        ),
      ),
    );
    const done = flow.forEach(() => {
      outer?.error(new Error("outer broke"));
    });
    inner?.next("a");
    await expect(done).rejects.toThrow("outer broke");
  });

  it("rejects at once when the signal aborts while the function is busy, also after the flow's end", async () => {
    for (const ends of [false, true]) {
      const stop = new AbortController();
      const upstream = new TestPublisher<number>();
      const { seen, consume, next } = slow();
      const done = fromPublisher(upstream).forEach(consume, { signal: stop.signal });
      upstream.next(1, 2);
      if (ends) upstream.complete();
      stop.abort(new Error("enough"));
      await expect(done).rejects.toThrow("enough");
      await next();
      expect(seen).toEqual([1]);
      expect(upstream.cancels).toBe(ends ? 0 : 1);
    }
  });

  it("rejects when the function aborts the signal itself", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const done = range(1, 5).forEach(
      (n) => {
        seen.push(n);
        if (n === 2) stop.abort("from within");
      },
      { signal: stop.signal },
    );
    await expect(done).rejects.toBe("from within");
    expect(seen).toEqual([1, 2]);
  });

  it("does not leave a rejection behind when a call fails after the abort", async () => {
    const stop = new AbortController();
    let reject: (reason: unknown) => void = () => {};
    const pending = new Promise<void>((_, refuse) => {
      reject = refuse;
    });
    const done = range(1, 5).forEach(async () => pending, { signal: stop.signal });
    stop.abort("enough");
    await expect(done).rejects.toBe("enough");
    reject(new Error("too late"));
    await settled();
  });

  it("takes a synchronous function over a million items without growing the stack", async () => {
    let sum = 0;
    await range(1, 1_000_000).forEach((n) => {
      sum += n;
    });
    expect(sum).toBe(500_000_500_000);
  });

  it("throws at the call for a wrong function or prefetch, naming it", () => {
    expect(() => range(1, 2).forEach(5 as never)).toThrow(TypeError);
    expect(() => range(1, 2).forEach(() => {}, { prefetch: 0 })).toThrow(RangeError);
  });
});
