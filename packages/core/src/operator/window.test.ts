import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { droppedItemCount } from "../kit/dropped.js";
import type { SplitOptions } from "../kit/split-settings.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { concatMap } from "./concat-map.js";
import { mergeMap } from "./merge-map.js";
import { take } from "./take.js";
import { window } from "./window.js";

function split(size: number, options: SplitOptions = {}) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const outer = new ManualSubscriber<Flow<number>>();
  fromPublisher(upstream)
    .pipe(window(size, { prefetch: 4, clock, stallMs: 100, ...options }))
    .subscribe(outer);
  const read = (index: number): ManualSubscriber<number> => {
    const reader = new ManualSubscriber<number>();
    (outer.items[index] as Flow<number>).subscribe(reader);
    return reader;
  };
  return { clock, upstream, outer, read };
}

describe("window", () => {
  it("parts a stream into streams of size items, the last one of what is left", async () => {
    for (const prefetch of [1, 2, 3, 256]) {
      for (const size of [1, 2, 3, 7]) {
        const windows = range(0, 7).pipe(
          window(size, { prefetch }),
          concatMap((items) => items.toArray()),
        );
        const all = await windows.toArray();
        expect(all.flat()).toEqual([0, 1, 2, 3, 4, 5, 6]);
        expect(all.length).toBe(Math.ceil(7 / size));
        expect(all.slice(0, -1).every((items) => items.length === size)).toBe(true);
      }
    }
  });

  it("makes no window of nothing", async () => {
    expect(await range(0, 0).pipe(window(3)).toArray()).toEqual([]);
    expect(await range(0, 6).pipe(window(3)).toArray()).toHaveLength(2);
  });

  it("§1.1 sends windows and items as they are asked for, and holds prefetch at most", () => {
    const { upstream, outer, read } = split(3);
    upstream.next(0, 1, 2, 3);
    expect([outer.items.length, upstream.requested]).toEqual([0, 4]);
    outer.request(1);
    const first = read(0);
    first.request(2);
    expect([outer.items.length, first.items, first.ended, upstream.requested]).toEqual([1, [0, 1], false, 6]);
    first.request(1);
    expect([first.items, first.completed]).toEqual([[0, 1, 2], true]);
  });

  it("completes a window with its last item, and not before", () => {
    const { upstream, outer, read } = split(2);
    outer.request(9);
    upstream.next(0);
    const first = read(0);
    first.request(9);
    expect(first.ended).toBe(false);
    upstream.next(1);
    expect([first.items, first.completed, outer.ended]).toEqual([[0, 1], true, false]);
  });

  it("drops what is left of a window that its reader cancels, counted, and goes on with the next", () => {
    const before = droppedItemCount();
    const { upstream, outer, read } = split(3);
    outer.request(9);
    upstream.next(0);
    read(0).cancel();
    upstream.next(1, 2, 3);
    expect(droppedItemCount() - before).toBe(3);
    const second = read(1);
    second.request(9);
    expect([outer.items.length, second.items]).toEqual([2, [3]]);
  });

  it("fails when windows that nobody reads have used up the room and another one is asked for", () => {
    const { clock, upstream, outer } = split(10);
    outer.request(2);
    upstream.next(0, 1, 2, 3);
    clock.advance(100);
    expect(outer.error).toMatchObject({ code: "STALLED", group: 0 });
    expect(String(outer.error)).toContain("window(10, { prefetch: 4 })");
    expect(upstream.cancels).toBe(1);
  });

  it("fails only after blockedMs when a window that is read slowly uses up the room", () => {
    const { clock, upstream, outer, read } = split(10);
    outer.request(2);
    upstream.next(0);
    const slow = read(0);
    upstream.next(1, 2, 3);
    clock.advance(299_999);
    expect([outer.ended, slow.ended]).toEqual([false, false]);
    clock.advance(1);
    expect(outer.error).toMatchObject({ code: "STALLED", group: 0 });
  });

  it("keeps the last window alive behind take, and stops upstream when it is over", async () => {
    const flow = range(0, 1_000_000).pipe(
      window(3),
      take(2),
      concatMap((items) => items),
    );
    expect(await flow.toArray()).toEqual([0, 1, 2, 3, 4, 5]);
    const { upstream, outer, read } = split(2);
    outer.request(1);
    upstream.next(0);
    const first = read(0);
    first.request(9);
    outer.cancel();
    expect(upstream.cancels).toBe(0);
    upstream.next(1);
    expect([first.completed, upstream.cancels]).toEqual([true, 1]);
  });

  it("gives a window that was handed out and not read before the cancel what it held, then an error", () => {
    const { upstream, outer, read } = split(3);
    outer.request(2);
    upstream.next(0, 1, 2, 3);
    outer.cancel();
    expect(upstream.cancels).toBe(1);
    const [whole, part] = [read(0), read(1)];
    whole.request(9);
    part.request(9);
    expect([whole.items, whole.completed]).toEqual([[0, 1, 2], true]);
    expect([part.items, part.error]).toMatchObject([[3], { code: "CANCELLED" }]);
  });

  it("gives a window all of its items that is read in the turn in which the outer stream is cancelled", async () => {
    for (const prefetch of [1, 2, 3, 9]) {
      const flow = range(0, 10).pipe(
        window(3, { prefetch }),
        take(2),
        mergeMap((items) => items),
      );
      expect(await flow.toArray()).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  it("§3.3 passes a long stream through windows of one without growing the stack", async () => {
    const flow = range(0, 100_000).pipe(
      window(1, { prefetch: 1 }),
      concatMap((items) => items),
    );
    expect(await flow.reduce((count) => count + 1, 0)).toBe(100_000);
  });

  it("throws at the call for wrong arguments, naming them", () => {
    for (const wrong of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "3"]) {
      expect(() => window(wrong as number)).toThrow(RangeError);
      expect(() => window(1, { prefetch: wrong as number })).toThrow(String(wrong));
    }
    expect(() => window(1, { stallMs: Number.NaN })).toThrow(RangeError);
  });
});
