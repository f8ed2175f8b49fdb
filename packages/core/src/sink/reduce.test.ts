import { settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { filter } from "../operator/filter.js";
import { map } from "../operator/map.js";
import { fail } from "../source/fail.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";

/** Seeds of both kinds: a number has a loop of its own. */
const seeds = [0, "", undefined, null];

describe("reduce", () => {
  it("combines all items from the seed on, by whatever kind of accumulator", async () => {
    const flow = range(1, 3000).pipe(
      map((n) => n * 2),
      filter((n) => n % 3 === 0),
    );
    expect(await flow.reduce((sum, n) => sum + n, 0)).toBe(3_003_000);
    expect(await flow.reduce((count) => count + 1n, 0n)).toBe(1000n);
    expect(await flow.reduce((last, n) => Math.max(last ?? 0, n), undefined as number | undefined)).toBe(
      6000,
    );
    expect(await range(1, 3).reduce((text, n) => `${text}${n}`, "")).toBe("123");
  });

  it("takes an accumulator that changes from a number to something else on the way", async () => {
    const changed = range(1, 3000).reduce<number | string>((so, n) => (n === 2000 ? `s${so}` : so), 7);
    expect(await changed).toBe("s7");
  });

  it("resolves with the seed for an empty flow, and with -0 as it is", async () => {
    expect(await of<number>().reduce((a, b) => a + b, 5)).toBe(5);
    expect(Object.is(await of(1).reduce((a) => a, -0), -0)).toBe(true);
  });

  it("asks for everything at once", () => {
    const upstream = new TestPublisher<number>();
    fromPublisher(upstream).reduce((a, b) => a + b, 0);
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
  });

  it("rejects with what the function throws, at that item, and cancels the flow", async () => {
    for (const seed of seeds) {
      const seen: number[] = [];
      const combine = (so: unknown, n: number): unknown => {
        seen.push(n);
        if (n === 2) throw new Error("second");
        return so;
      };
      await expect(range(1, 5).reduce(combine, seed)).rejects.toThrow("second");
      expect(seen).toEqual([1, 2]);
      const upstream = new TestPublisher<number>();
      const rejected = fromPublisher(upstream).reduce(combine, seed);
      upstream.next(2);
      await expect(rejected).rejects.toThrow("second");
      expect(upstream.cancels).toBe(1);
    }
  });

  it("wraps what the function throws when it is no Error, by whatever kind of accumulator", async () => {
    for (const seed of seeds) {
      const combine = (): unknown => {
        throw undefined;
      };
      const error = await range(1, 5)
        .reduce(combine, seed)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toContain("threw undefined, which is no Error");
    }
  });

  it("rejects with the flow's error, whatever it is", async () => {
    await expect(fail(undefined).reduce((a) => a, 0)).rejects.toBe(undefined);
  });

  it("rejects by the signal: before, while it waits, and from within the function", async () => {
    const unused = new TestPublisher<number>();
    const before = fromPublisher(unused).reduce((a) => a, 0, { signal: AbortSignal.abort("before") });
    await expect(before).rejects.toBe("before");
    expect(unused.subscribers).toBe(0);

    const stop = new AbortController();
    const upstream = new TestPublisher<number>();
    const waiting = fromPublisher(upstream).reduce((a) => a, 0, { signal: stop.signal });
    stop.abort("while it waits");
    await expect(waiting).rejects.toBe("while it waits");
    expect(upstream.cancels).toBe(1);

    for (const seed of seeds) {
      const within = new AbortController();
      const seen: number[] = [];
      const combine = (so: unknown, n: number): unknown => {
        seen.push(n);
        if (n === 2) within.abort("within");
        return so;
      };
      await expect(range(1, 5).reduce(combine, seed, { signal: within.signal })).rejects.toBe("within");
      expect(seen).toEqual([1, 2]);
    }
  });

  it("rejects when the signal aborts before the publisher gave a subscription, and cancels that later", async () => {
    const stop = new AbortController();
    const upstream = new TestPublisher<number>({ startsAtOnce: false });
    const result = fromPublisher(upstream).toArray({ signal: stop.signal });
    stop.abort(new Error("too late"));
    await expect(result).rejects.toThrow("too late");
    upstream.start();
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("stays resolved when the signal aborts after the end", async () => {
    const stop = new AbortController();
    const result = range(1, 2).toArray({ signal: stop.signal });
    stop.abort();
    expect(await result).toEqual([1, 2]);
  });

  it("reports what a stage throws after its function has aborted the signal", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const stop = new AbortController();
    const mapped = range(1, 5).pipe(
      map(() => {
        stop.abort("stopped");
        throw new Error("after the abort");
      }),
    );
    await expect(mapped.toArray({ signal: stop.signal })).rejects.toBe("stopped");
    await settled();
    restore();
    expect(dropped.map(String)).toEqual(["Error: after the abort"]);
  });

  it("throws at the call for what is no function", () => {
    expect(() => range(1, 2).reduce(5 as never, 0)).toThrow(TypeError);
  });
});

describe("toArray", () => {
  it("collects all items, null and undefined among them, anew for each call", async () => {
    const flow = of<unknown>(null, undefined, 0, "");
    const first = await flow.toArray();
    expect(first).toEqual([null, undefined, 0, ""]);
    expect(await flow.toArray()).not.toBe(first);
  });

  it("takes a million items without growing the stack", async () => {
    expect(await range(0, 1_000_000).toArray()).toHaveLength(1_000_000);
  });
});
