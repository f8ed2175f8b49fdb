import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { droppedItemCount, onDroppedItem } from "../kit/dropped.js";
import { GroupError } from "../kit/group-error.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { concatMap } from "./concat-map.js";
import { filter } from "./filter.js";
import { type GroupByOptions, type GroupedFlow, groupBy } from "./group-by.js";
import { map } from "./map.js";
import { mergeMap } from "./merge-map.js";
import { take } from "./take.js";
import { zip } from "./zip.js";

type Group = GroupedFlow<number, number>;

/** Groups by the last digit; readers are subscribed by hand. */
function split(options: Partial<GroupByOptions> = {}) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const outer = new ManualSubscriber<Group>();
  const operator = groupBy((n: number) => n % 10, {
    groups: 5,
    prefetch: 4,
    clock,
    stallMs: 100,
    ...options,
  });
  fromPublisher(upstream).pipe(operator).subscribe(outer);
  const read = (index: number, hooks = {}): ManualSubscriber<number> => {
    const reader = new ManualSubscriber<number>(hooks);
    (outer.items[index] as Group).subscribe(reader);
    return reader;
  };
  return { clock, upstream, outer, read };
}

describe("groupBy", () => {
  it("sends each item to the group of its key, in order, and completes all", async () => {
    const flow = range(0, 7).pipe(
      groupBy((n) => n % 3, { groups: 3 }),
      mergeMap((group) => group.pipe(map((n) => `${group.key}:${n}`))),
    );
    expect((await flow.toArray()).sort()).toEqual(["0:0", "0:3", "0:6", "1:1", "1:4", "2:2", "2:5"]);
  });

  it("takes any value as key, and compares as a Map does", async () => {
    const keys = [Number.NaN, undefined, null, "1", 1, Number.NaN];
    const flow = range(0, 6).pipe(groupBy((n) => keys[n], { groups: 5 }));
    expect((await flow.toArray()).map((group) => group.key)).toEqual([Number.NaN, undefined, null, "1", 1]);
  });

  it("§1.1 hands out groups as they are asked for, items as the readers ask, and never holds more than prefetch", () => {
    const { upstream, outer, read } = split();
    expect(upstream.requested).toBe(4);
    upstream.next(1, 11, 2);
    expect(outer.items).toEqual([]);
    outer.request(1);
    expect(outer.items.map((group) => group.key)).toEqual([1]);
    const first = read(0);
    expect(first.items).toEqual([]);
    first.request(1);
    expect([first.items, upstream.requested]).toEqual([[1], 4]);
    first.request(5);
    expect([first.items, upstream.requested]).toEqual([[1, 11], 4]); // two of four are free, and one is to come
    upstream.next(21);
    expect([first.items, upstream.requested]).toEqual([[1, 11, 21], 7]);
    outer.request(1);
    expect(outer.items.map((group) => group.key)).toEqual([1, 2]);
    expect([first.surplus, outer.surplus]).toEqual([0, 0]);
  });

  it("asks for the little that is free when all that it asked for has come", () => {
    const { upstream, outer, read } = split();
    outer.request(5);
    upstream.next(1, 2, 2, 2);
    read(0).request(9);
    expect(upstream.requested).toBe(5);
  });

  it("fails for one group too many, naming the key and the settings", () => {
    const { upstream, outer, read } = split({ groups: 2 });
    outer.request(9);
    upstream.next(1, 2);
    const first = read(0);
    first.request(9);
    upstream.next(3);
    expect(outer.error).toBeInstanceOf(GroupError);
    expect(outer.error).toMatchObject({ code: "TOO_MANY_GROUPS", group: 3 });
    expect(String(outer.error)).toContain("groupBy({ groups: 2, prefetch: 4 })");
    expect(first.error).toBe(outer.error);
    expect(upstream.cancels).toBe(1);
  });

  it("fails when groups that nobody reads have used up the room while a reader waits, naming one of them", () => {
    const { clock, upstream, outer, read } = split();
    outer.request(1);
    upstream.next(1);
    const first = read(0);
    first.request(9);
    upstream.next(2, 2, 2);
    expect(clock.pending).toBe(0);
    upstream.next(2);
    expect(clock.pending).toBe(1);
    clock.advance(99);
    expect(first.ended).toBe(false);
    clock.advance(1);
    expect(first.error).toMatchObject({ code: "STALLED", group: 2 });
    expect(String(first.error)).toContain("groupBy({ groups: 5, prefetch: 4 })");
    expect([outer.error, upstream.cancels, clock.pending]).toEqual([first.error, 1, 0]);
  });

  it("fails as soon when a filter has dropped a group that held items", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    const outer = new ManualSubscriber<Group>();
    fromPublisher(upstream)
      .pipe(
        groupBy((n) => n, { groups: 5, prefetch: 4, clock, stallMs: 100 }),
        filter((group) => group.key !== 1),
      )
      .subscribe(outer);
    upstream.next(1);
    outer.request(9);
    while (upstream.demand > 0) upstream.next(2);
    clock.advance(100);
    expect(outer.error).toMatchObject({ code: "STALLED", group: 2 });
  });

  it("goes on when the group is read before the time is over", () => {
    const { clock, upstream, outer, read } = split();
    outer.request(1);
    upstream.next(1);
    read(0).request(9);
    upstream.next(2, 2, 2, 2);
    clock.advance(99);
    outer.request(1);
    expect(clock.pending).toBe(1); // handed out, and not yet read
    read(1).request(1);
    clock.advance(1000);
    expect([outer.ended, upstream.requested]).toEqual([false, 6]);
  });

  it("does not fail while a group that is read uses up the room, when an item is taken now and then", () => {
    const { clock, upstream, outer, read } = split();
    outer.request(9);
    upstream.next(1);
    const idle = read(0);
    idle.request(9);
    upstream.next(2);
    const slow = read(1);
    upstream.next(2, 2, 2);
    for (const taken of [1, 2, 3]) {
      clock.advance(299_999);
      slow.request(1);
      upstream.next(2);
      expect([outer.ended, slow.items.length]).toEqual([false, taken]);
    }
    outer.cancel();
    idle.cancel();
    slow.cancel();
    expect(clock.pending).toBe(0);
  });

  it("does not fail, however long it takes, when the one who waited has gone", () => {
    const { clock, upstream, outer, read } = split();
    outer.request(2);
    upstream.next(1, 2);
    const idle = read(0);
    const slow = read(1);
    idle.request(9);
    while (upstream.demand > 0) upstream.next(2);
    expect(clock.pending).toBe(1);
    idle.cancel();
    clock.advance(1e9);
    expect([outer.ended, slow.ended, clock.pending]).toEqual([false, false, 0]);
  });

  it("fails when nobody has taken an item for blockedMs and a group that is read uses up the room, as by zip", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    const outer = new ManualSubscriber<Group>();
    fromPublisher(upstream)
      .pipe(groupBy((n) => n % 10, { groups: 2, prefetch: 4, clock, blockedMs: 1000 }))
      .subscribe(outer);
    outer.request(2);
    upstream.next(1, 2);
    const pairs = new ManualSubscriber<readonly number[]>();
    zip(outer.items as [Group, Group], { prefetch: 1 }).subscribe(pairs);
    pairs.request(9);
    expect(pairs.items).toEqual([[1, 2]]);
    while (upstream.demand > 0) upstream.next(1);
    clock.advance(999);
    expect(pairs.ended).toBe(false);
    clock.advance(1001);
    expect(pairs.error).toMatchObject({ code: "STALLED", group: 1 });
    expect(String(pairs.error)).toContain("blockedMs");
    expect([outer.error, upstream.cancels, clock.pending]).toEqual([pairs.error, 1, 0]);
  });

  it("does not fail while nobody asks for anything", () => {
    const { clock, upstream, outer } = split();
    upstream.next(1, 2, 3, 4);
    clock.advance(1e9);
    expect([outer.ended, clock.pending]).toEqual([false, 0]);
  });

  it("opens a group anew when its reader has cancelled it, and drops what it held, counted", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedItem((item) => dropped.push(item));
    const { upstream, outer, read } = split({ groups: 1 });
    outer.request(9);
    upstream.next(1, 11, 21);
    const first = read(0);
    first.request(1);
    first.cancel();
    restore();
    expect(dropped).toEqual([11, 21]);
    upstream.next(31);
    expect(outer.items.map((group) => group.key)).toEqual([1, 1]);
    const again = read(1);
    again.request(1);
    expect(again.items).toEqual([31]);
  });

  it("loses nothing but what a group held when it was cancelled, and counts that", async () => {
    const before = droppedItemCount();
    const flow = range(0, 10_000).pipe(
      groupBy((n) => n % 2, { groups: 2, prefetch: 8 }),
      mergeMap((group) => group.pipe(take(3))),
    );
    const items = await flow.toArray();
    for (const rest of [0, 1]) {
      const ofKey = items.filter((n) => n % 2 === rest);
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
    expect(items.length + droppedItemCount() - before).toBe(10_000);
  });

  it("drops a group that a filter drops, so that it uses up no room", async () => {
    const flow = range(0, 1000).pipe(
      groupBy((n) => n % 4, { groups: 4, prefetch: 2 }),
      filter((group) => group.key === 3),
      concatMap((group) => group),
    );
    expect(await flow.toArray()).toHaveLength(250);
  });

  it("on cancel of the outer stream goes on with the groups that are read, and stops upstream after the last", () => {
    const { upstream, outer, read } = split();
    outer.request(2);
    upstream.next(1, 2, 3);
    const first = read(0);
    first.request(9);
    outer.cancel();
    expect(upstream.cancels).toBe(0);
    upstream.next(11, 12, 13, 14, 21);
    expect(first.items).toEqual([1, 11, 21]);
    first.cancel();
    expect(upstream.cancels).toBe(1);
    const second = read(1);
    second.request(9);
    expect([second.items, second.failed]).toEqual([[2], true]);
    expect(second.error).toMatchObject({ code: "CANCELLED" });
  });

  it("on cancel of the outer stream drops items of new keys, also when as many groups are open as may be", async () => {
    const flow = range(0, 9).pipe(
      groupBy((n) => n % 3, { groups: 2 }),
      take(2),
      mergeMap((group) => group),
    );
    expect((await flow.toArray()).sort()).toEqual([0, 1, 3, 4, 6, 7]);
  });

  it("§3.12 on cancel of the outer stream stops upstream at once when no group is read", () => {
    const { upstream, outer } = split();
    outer.request(1);
    upstream.next(1, 2);
    outer.cancel();
    outer.cancel();
    expect(upstream.cancels).toBe(1);
  });

  it("asks for what a cancelled group has freed in a later turn, and not when the outer stream is cancelled with it", async () => {
    for (const both of [true, false]) {
      const { upstream, outer, read } = split({ prefetch: 1 });
      outer.request(9);
      upstream.next(1);
      read(0).cancel();
      expect(upstream.requested).toBe(1);
      if (both) outer.cancel();
      await settled();
      expect([upstream.requested, upstream.cancels]).toEqual(both ? [1, 1] : [2, 0]);
    }
  });

  it("gives a group to one subscriber only (§1.11)", () => {
    const { upstream, outer, read } = split();
    outer.request(1);
    upstream.next(1);
    read(0);
    const second = read(0);
    expect(second.error).toMatchObject({ code: "SUBSCRIBED" });
  });

  it("fails who reads a group that a filter dropped, and does not let him wait", () => {
    const groups: Group[] = [];
    range(0, 3)
      .pipe(
        groupBy(() => 0, { groups: 1 }),
        filter((group) => groups.push(group) === 0),
      )
      .subscribe(new ManualSubscriber<Group>({ onSubscribe: (self) => self.request(1) }));
    const reader = new ManualSubscriber<number>();
    groups[0]?.subscribe(reader);
    expect(reader.error).toMatchObject({ code: "SUBSCRIBED" });
  });

  it("sets no timer for each item while a group that is read slowly uses up the room", () => {
    let timers = 0;
    const clock = {
      now: () => 0,
      schedule: () => {
        timers++;
        return () => {};
      },
    };
    const { upstream, outer, read } = split({ clock });
    outer.request(9);
    upstream.next(1, 2);
    read(0).request(9);
    const slow = read(1);
    for (let taken = 0; taken < 20; taken++) {
      while (upstream.demand > 0) upstream.next(2);
      slow.request(1);
    }
    expect(timers).toBe(1);
  });

  it("passes an error of upstream on at once, to a group after what it holds", () => {
    const { upstream, outer, read } = split();
    outer.request(1);
    upstream.next(1, 11, 2);
    const first = read(0);
    first.request(1);
    const error = new Error("upstream");
    upstream.error(error);
    expect([outer.error, first.ended, upstream.cancels]).toEqual([error, false, 0]);
    first.request(1);
    expect([first.items, first.error]).toEqual([[1, 11], error]);
  });

  it("counts as dropped what was held of groups that were not handed out before an error", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedItem((item) => dropped.push(item));
    const { upstream } = split();
    upstream.next(1, 2, 11);
    upstream.error(new Error("upstream"));
    restore();
    expect(dropped).toEqual([1, 11, 2]);
  });

  it("completes groups that were not handed out yet when they are", () => {
    const { upstream, outer, read } = split();
    upstream.next(1, 2);
    upstream.complete();
    expect(outer.ended).toBe(false);
    outer.request(1);
    expect(outer.ended).toBe(false);
    outer.request(1);
    expect(outer.completed).toBe(true);
    const second = read(1);
    second.request(1);
    expect([second.items, second.completed]).toEqual([[2], true]);
  });

  it("fails all when the key's function throws, and wraps what is no Error", () => {
    const upstream = new TestPublisher<number>();
    const outer = new ManualSubscriber<GroupedFlow<undefined, number>>();
    const key = (n: number): undefined => {
      if (n === 3) throw "three";
      return undefined;
    };
    fromPublisher(upstream)
      .pipe(groupBy(key, { groups: 1 }))
      .subscribe(outer);
    outer.request(1);
    upstream.next(1);
    const reader = new ManualSubscriber<number>();
    outer.items[0]?.subscribe(reader);
    reader.request(9);
    upstream.next(3);
    expect(String(outer.error)).toBe('Error: groupBy threw "three", which is no Error');
    expect([reader.items, reader.error, upstream.cancels]).toEqual([[1], outer.error, 1]);
  });

  it("§3.5 sends nothing when the key's function cancels", () => {
    const upstream = new TestPublisher<number>();
    const outer = new ManualSubscriber<Group>();
    const key = (n: number): number => {
      outer.cancel();
      return n;
    };
    fromPublisher(upstream)
      .pipe(groupBy(key, { groups: 1 }))
      .subscribe(outer);
    outer.request(1);
    upstream.next(1);
    expect([outer.signals.length, upstream.cancels]).toEqual([1, 1]);
  });

  it("§3.3 serves requests made inside onNext of readers without growing the stack", async () => {
    let count = 0;
    let deepest = 0;
    const outer = new ManualSubscriber<Group>({
      onNext: (group, self) => {
        self.request(1);
        const reader = new ManualSubscriber<number>({
          onNext: (_, me) => {
            count++;
            deepest = Math.max(deepest, me.depth);
            me.request(1);
          },
        });
        group.subscribe(reader);
        reader.request(1);
      },
    });
    range(0, 100_000)
      .pipe(groupBy((n) => n % 7, { groups: 7, prefetch: 3 }))
      .subscribe(outer);
    outer.request(1);
    await settled();
    expect([count, deepest, outer.completed]).toEqual([100_000, 1, true]);
  });

  it("throws at the call for wrong arguments, naming them; groups may not be left out", () => {
    expect(() => groupBy(5 as never, { groups: 1 })).toThrow(TypeError);
    // @ts-expect-error a bound is required
    expect(() => groupBy((n: number) => n, {})).toThrow("groupBy groups the capacity undefined");
    // @ts-expect-error a bound is required
    expect(() => groupBy((n: number) => n)).toThrow(RangeError);
    for (const wrong of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => groupBy((n: number) => n, { groups: wrong })).toThrow(String(wrong));
      expect(() => groupBy((n: number) => n, { groups: 1, prefetch: wrong })).toThrow(String(wrong));
    }
    expect(() => groupBy((n: number) => n, { groups: 1, stallMs: -1 })).toThrow("-1");
    expect(() => groupBy((n: number) => n, { groups: 1, clock: {} as never })).toThrow(TypeError);
  });
});
