import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { captureReported, ManualSubscriber, settled, until, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Hub } from "../flow/hub.js";
import { onDroppedError } from "../kit/dropped.js";
import { filter } from "../operator/filter.js";
import { map } from "../operator/map.js";
import { prefetch } from "../operator/prefetch.js";
import { OverflowError } from "../spec/errors.js";
import { OverflowCounters } from "../spec/overflow.js";
import type { ReaderOptions } from "../spec/reader.js";
import { broadcast } from "./broadcast.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Subscribes somebody with so much demand. */
function join<T>(
  hub: Hub<T>,
  demand: number,
  options: ReaderOptions<T> = {},
  onNext?: (item: T, self: ManualSubscriber<T>) => void,
): ManualSubscriber<T> {
  const subscriber = new ManualSubscriber<T>(onNext === undefined ? {} : { onNext });
  hub.with(options).subscribe(subscriber);
  if (demand > 0) subscriber.request(demand);
  return subscriber;
}

const ALL = Number.POSITIVE_INFINITY;

describe("broadcast", () => {
  it("sends each item to everybody who is there, and to each no more than it asked for", () => {
    const hub = broadcast<number>({ capacity: 8 });
    const [all, two] = [join(hub, ALL), join(hub, 2)];
    for (const n of [1, 2, 3]) expect(hub.tryEmit(n)).toBe("ok");
    const late = join(hub, ALL);
    expect(hub.tryEmit(4)).toBe("ok");
    expect([all.items, two.items, late.items]).toEqual([[1, 2, 3, 4], [1, 2], [4]]);
    two.request(9);
    expect(two.items).toEqual([1, 2, 3, 4]);
    expect([hub.subscriberCount, hub.held]).toEqual([3, 0]);
  });

  it("answers each emission by name", () => {
    const hub = broadcast<number>({ capacity: 1 });
    expect(hub.tryEmit(0)).toBe("noSubscriber");
    const slow = join(hub, 0);
    expect([hub.tryEmit(1), hub.tryEmit(2)]).toEqual(["ok", "overflow"]);
    slow.cancel();
    expect(hub.tryEmit(3)).toBe("noSubscriber");
    expect([hub.complete(), hub.complete(), hub.tryEmit(4)]).toEqual(["ok", "terminated", "terminated"]);
    expect(slow.items).toEqual([]);
  });

  it("stores nothing while all have demand", () => {
    const hub = broadcast<number>({ capacity: 4 });
    const held: number[] = [];
    const first = join(hub, ALL, {}, () => void held.push(hub.held));
    const second = join(hub, 1);
    hub.tryEmit(1);
    hub.tryEmit(2); // has to wait for the second
    second.request(ALL);
    hub.tryEmit(3);
    expect([held, first.items, second.items]).toEqual([
      [0, 1, 0],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("gives an item that overflows to nobody", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const [fast, slow] = [join(hub, ALL), join(hub, 0)];
    expect([hub.tryEmit(1), hub.tryEmit(2)]).toEqual(["ok", "overflow"]);
    slow.request(1);
    expect([hub.tryEmit(3), fast.items, slow.items]).toEqual(["ok", [1, 3], [1]]);
  });

  it("uses no demand for what a filter drops", () => {
    const hub = broadcast<number>({ capacity: 4 });
    const even = new ManualSubscriber<number>();
    hub.pipe(filter((n) => n % 2 === 0)).subscribe(even);
    even.request(2);
    for (const n of [1, 2, 3, 4, 5]) hub.tryEmit(n);
    expect([even.items, hub.held]).toEqual([[2, 4], 1]);
  });

  it("takes null and undefined for items", () => {
    const hub = broadcast<unknown>({ capacity: 4 });
    const [fast, slow] = [join(hub, ALL), join(hub, 0)];
    for (const item of [undefined, null, 0]) hub.tryEmit(item);
    slow.request(3);
    expect([fast.items, slow.items]).toEqual([
      [undefined, null, 0],
      [undefined, null, 0],
    ]);
  });

  it("ends for each when it has what waits for it, and for who comes later at once", () => {
    const hub = broadcast<number>({ capacity: 4 });
    const [fast, slow] = [join(hub, ALL), join(hub, 0)];
    hub.tryEmit(1);
    hub.complete();
    expect([fast.completed, slow.completed]).toEqual([true, false]);
    slow.request(1);
    expect([slow.completed, slow.items, hub.subscriberCount]).toEqual([true, [1], 0]);
    expect(join(hub, 0).completed).toBe(true);

    const failed = broadcast<number>({ capacity: 4 });
    const held = join(failed, 0);
    failed.tryEmit(1);
    expect(failed.error("broke")).toBe("ok");
    expect(held.failed).toBe(false);
    held.request(1);
    expect([held.error, join(failed, 0).error]).toEqual(["broke", "broke"]);
  });

  it("drops an error that comes after the end", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const hub = broadcast<number>({ capacity: 1 });
    hub.complete();
    expect(hub.error("late")).toBe("terminated");
    restore();
    expect(dropped).toEqual(["late"]);
  });

  it("throws at the call for options that are none", () => {
    const wrong: [unknown, RegExp][] = [
      [undefined, /capacity undefined/],
      [{}, /broadcast the capacity undefined/],
      [{ capacity: 0 }, /capacity 0/],
      [{ capacity: 1, slow: "error" }, /slow: "error": choose "wait", "dropOldest"/],
      [{ capacity: 1, patienceMs: 5 }, /otherwise: undefined: choose "dropOldest"/],
      [{ capacity: 1, otherwise: "latest" }, /patience of broadcast undefined ms/],
      [{ capacity: 1, patienceMs: -1, otherwise: "latest" }, /-1 ms/],
      [{ capacity: 1, slow: "latest", patienceMs: 5, otherwise: "latest" }, /slow: "latest": choose "wait"/],
      [{ capacity: 1, clock: {} }, /clock <object>/],
      [{ capacity: 1, onDrop: 5 }, /5/],
    ];
    for (const [options, message] of wrong) {
      expect(() => broadcast(options as { capacity: number })).toThrow(message);
    }
    expect(() => broadcast({ capacity: 1 }).with({ slow: "never" } as never)).toThrow(/"never"/);
  });
});

describe("broadcast.with", () => {
  it("serves every way to be slow in one group, from one ring", () => {
    const hub = broadcast<number>({ capacity: 2 });
    const wait = join(hub, 0);
    const oldest = join(hub, 0, { slow: "dropOldest" });
    const latest = join(hub, 0, { slow: "latest" });
    const cut = join(hub, 0, { slow: "disconnect" });
    expect([1, 2, 3].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok", "overflow"]);
    expect([hub.held, cut.ended]).toEqual([2, false]);
    wait.request(2);
    expect([3, 4].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok"]);
    for (const one of [oldest, latest]) one.request(9);
    expect([wait.items, oldest.items, latest.items]).toEqual([[1, 2], [3, 4], [4]]);
    expect(cut.error).toBeInstanceOf(OverflowError);
    expect([cut.items, hub.subscriberCount, hub.held]).toEqual([[], 3, 2]);
  });

  it("takes nothing from who is one item ahead of a subscriber that has to give way", () => {
    const hub = broadcast<number>({ capacity: 2 });
    const oldest = join(hub, 0, { slow: "dropOldest" });
    const wait = join(hub, 1);
    expect([1, 2, 3].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok", "ok"]);
    for (const one of [oldest, wait]) one.request(9);
    expect([oldest.items, wait.items]).toEqual([
      [2, 3],
      [1, 2, 3],
    ]);
  });

  it("tells each apart what it lost, and why", () => {
    const hub = broadcast<number>({ capacity: 2 });
    const lost: [number, string][] = [];
    const counters = new OverflowCounters();
    const onDrop = (n: number, reason: string): void => void lost.push([n, reason]);
    const slow = join(hub, 1, { slow: "dropOldest", onDrop, counters });
    for (const n of [1, 2, 3, 4]) hub.tryEmit(n);
    expect([lost, counters.held, counters.delivered, counters.offered]).toEqual([[[2, "overflow"]], 2, 1, 4]);
    slow.cancel();
    expect(lost.slice(1)).toEqual([
      [3, "ended"],
      [4, "ended"],
    ]);
    expect([counters.dropped, counters.held]).toEqual([3, 0]);
  });

  it("fails a subscriber whose onDrop throws, and no other", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const onDrop = (): never => {
      throw new Error("counting failed");
    };
    const [broken, sound] = [join(hub, 0, { slow: "latest", onDrop }), join(hub, ALL)];
    for (const n of [1, 2, 3]) expect(hub.tryEmit(n)).toBe("ok");
    expect([(broken.error as Error).message, sound.items]).toEqual(["counting failed", [1, 2, 3]]);
  });

  it("does not grow the stack when onDrop emits to the same hub", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const results: string[] = [];
    const onDrop = (n: number): void => void results.push(hub.tryEmit(n + 10));
    const slow = join(hub, 0, { slow: "dropOldest", onDrop });
    expect([hub.tryEmit(1), hub.tryEmit(2), results]).toEqual(["ok", "ok", ["overflow"]]);
    slow.request(1);
    expect(slow.items).toEqual([2]);
  });

  it("keeps one timer for a subscriber that is waited for, and none without need", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const clock = new VirtualClock();
    const slow = join(hub, 0, { patienceMs: 10, otherwise: "disconnect", clock });
    hub.tryEmit(1);
    clock.advance(1000);
    expect([clock.pending, slow.ended]).toEqual([0, false]); // nobody was held up
    expect(hub.tryEmit(2)).toBe("overflow");
    expect(hub.tryEmit(2)).toBe("overflow");
    expect(clock.pending).toBe(1);
    slow.cancel();
    expect(clock.pending).toBe(0);
  });

  it("waits with patience from the first refusal on, as long as no item is taken", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const clock = new VirtualClock();
    const slow = join(hub, 0, { patienceMs: 10, otherwise: "disconnect", clock });
    const fast = join(hub, ALL);
    hub.tryEmit(1);
    hub.tryEmit(2);
    clock.advance(9);
    slow.request(1);
    expect([hub.tryEmit(3), hub.tryEmit(4)]).toEqual(["ok", "overflow"]);
    clock.advance(9);
    expect(slow.ended).toBe(false);
    clock.advance(1);
    expect((slow.error as Error).message).toMatch(/took nothing for 10 ms/);
    expect([hub.tryEmit(5), fast.items, slow.items, clock.pending]).toEqual(["ok", [1, 3, 5], [1], 0]);
  });

  it("demotes to dropOldest or latest when patience has run out", () => {
    for (const otherwise of ["dropOldest", "latest"] as const) {
      const hub = broadcast<number>({ capacity: 2 });
      const clock = new VirtualClock();
      const slow = join(hub, 0, { patienceMs: 10, otherwise, clock });
      for (const n of [1, 2, 3]) hub.tryEmit(n);
      clock.advance(10);
      expect([4, 5, 6].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok", "ok"]);
      slow.request(9);
      expect(slow.items).toEqual(otherwise === "latest" ? [6] : [5, 6]);
    }
  });

  it("cuts nobody off for its patience when the hub has ended", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const clock = new VirtualClock();
    const slow = join(hub, 0, { patienceMs: 10, otherwise: "disconnect", clock });
    hub.tryEmit(1);
    hub.tryEmit(2);
    hub.complete();
    clock.advance(100);
    slow.request(1);
    expect([slow.items, slow.completed]).toEqual([[1], true]);
  });

  it("fails only the subscriber whose clock throws, and does not wait for it", async () => {
    const clock = {
      now: (): number => {
        throw new Error("no time");
      },
      schedule: () => () => {},
    };
    for (const way of ["tryEmit", "emit"] as const) {
      const hub = broadcast<number>({ capacity: 1 });
      const slow = join(hub, 0, { patienceMs: 10, otherwise: "latest", clock });
      const fast = join(hub, ALL);
      hub.tryEmit(1);
      expect(await hub[way](2)).toBe("ok");
      expect([(slow.error as Error).message, fast.items]).toEqual(["no time", [1, 2]]);
    }
  });
});

describe("broadcast.emit", () => {
  it("waits for room, in the order of the calls, and nobody overtakes", async () => {
    const hub = broadcast<number>({ capacity: 2 });
    const slow = join(hub, 0);
    const settledAt: number[] = [];
    for (const n of [1, 2, 3, 4]) void hub.emit(n).then(() => settledAt.push(n));
    await settled();
    expect([settledAt, hub.tryEmit(9)]).toEqual([[1, 2], "overflow"]);
    slow.request(1);
    await settled();
    expect(settledAt).toEqual([1, 2, 3]);
    slow.request(9);
    await settled();
    expect([settledAt, slow.items]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(hub.tryEmit(5)).toBe("ok");
  });

  it("is not overtaken from within the onNext that makes room", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const results: string[] = [];
    const slow = join(hub, 0, {}, (n) => {
      if (n === 1) results.push(hub.tryEmit(3));
    });
    hub.tryEmit(1);
    const waiting = hub.emit(2);
    slow.request(9);
    expect([await waiting, results, slow.items]).toEqual(["ok", ["overflow"], [1, 2]]);
  });

  it("rejects with the reason of the signal, before and while it waits, and gives up its place", async () => {
    const hub = broadcast<number>({ capacity: 2 });
    const slow = join(hub, 0);
    for (const n of [1, 2]) hub.tryEmit(n);
    await expect(hub.emit(3, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
    const stop = new AbortController();
    const [third, fourth] = [hub.emit(3, { signal: stop.signal }), hub.emit(4)];
    stop.abort("while it waits");
    await expect(third).rejects.toBe("while it waits");
    slow.request(5);
    expect([await fourth, slow.items]).toEqual(["ok", [1, 2, 4]]);
  });

  it("opens the hub again when the last call that waited was aborted", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const slow = join(hub, 0);
    hub.tryEmit(1);
    const stop = new AbortController();
    const waiting = hub.emit(2, { signal: stop.signal });
    hub.complete();
    stop.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    slow.request(1);
    expect([slow.items, slow.completed]).toEqual([[1], true]);
  });

  it("takes an abort that comes from within its own item for too late", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const stop = new AbortController();
    const slow = join(hub, 0, {}, (n) => {
      if (n === 2) stop.abort("within");
    });
    hub.tryEmit(1);
    const second = hub.emit(2, { signal: stop.signal });
    slow.request(2);
    expect([await second, slow.items]).toEqual(["ok", [1, 2]]);
  });

  it("leaves no listener on the signal, whether it aborts or the item is sent", async () => {
    const hub = broadcast<number>({ capacity: 2 });
    const slow = join(hub, 0);
    for (const n of [0, 1]) hub.tryEmit(n);
    const [sent, aborted] = [new AbortController(), new AbortController()];
    const second = hub.emit(2, { signal: sent.signal });
    const third = hub.emit(3, { signal: aborted.signal }).catch((reason) => reason);
    expect(getEventListeners(sent.signal, "abort")).toHaveLength(1);
    slow.request(1);
    aborted.abort("stop");
    expect(await Promise.all([second, third])).toEqual(["ok", "stop"]);
    for (const { signal } of [sent, aborted]) expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("answers from within the last item that waited as if none had waited", async () => {
    const hub = broadcast<number>({ capacity: 2 });
    const results: string[] = [];
    const slow = join(hub, 0, {}, (n) => {
      if (n === 3) results.push(hub.tryEmit(4), hub.tryEmit(5), hub.tryEmit(6));
    });
    for (const n of [1, 2]) hub.tryEmit(n);
    const third = hub.emit(3);
    slow.request(9);
    expect([await third, results, slow.items]).toEqual(["ok", ["ok", "ok", "overflow"], [1, 2, 3, 4, 5]]);
  });

  it("gives up its item when it is aborted by the onDrop that makes room for it", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const stop = new AbortController();
    const fast = join(hub, 0);
    const loser = join(hub, 0, { slow: "dropOldest", onDrop: () => stop.abort("in onDrop") });
    hub.tryEmit(1);
    const second = hub.emit(2, { signal: stop.signal }).catch((reason) => reason);
    fast.request(9);
    loser.request(9);
    expect([await second, fast.items, loser.items]).toEqual(["in onDrop", [1], []]);
    expect([hub.tryEmit(3), fast.items, loser.items]).toEqual(["ok", [1, 3], [3]]);
  });

  it("refuses more calls than the capacity with an OverflowError", async () => {
    const hub = broadcast<number>({ capacity: 2 });
    const slow = join(hub, 0);
    for (const n of [1, 2]) hub.tryEmit(n);
    const waiting = [hub.emit(3), hub.emit(4)];
    await expect(hub.emit(5)).rejects.toThrow(OverflowError);
    slow.request(9);
    expect(await Promise.all(waiting)).toEqual(["ok", "ok"]);
  });

  it("comes before an end that was asked for after it", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const slow = join(hub, 0);
    const results = [hub.emit(1), hub.emit(2)];
    expect([hub.complete(), hub.tryEmit(3), await hub.emit(4)]).toEqual(["ok", "terminated", "terminated"]);
    slow.request(1);
    expect(slow.completed).toBe(false);
    slow.request(1);
    expect([slow.items, slow.completed, await Promise.all(results)]).toEqual([[1, 2], true, ["ok", "ok"]]);
  });

  it("resolves by name when those who were waited for leave", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const slow = join(hub, 0);
    hub.tryEmit(1);
    const waiting = hub.emit(2);
    slow.cancel();
    expect(await waiting).toBe("noSubscriber");
  });

  it("goes on when patience has run out", async () => {
    const hub = broadcast<number>({ capacity: 1 });
    const clock = new VirtualClock();
    const slow = join(hub, 0, { patienceMs: 10, otherwise: "latest", clock });
    hub.tryEmit(1);
    const waiting = [hub.emit(2)];
    clock.advance(10);
    expect(await Promise.all(waiting)).toEqual(["ok"]);
    slow.request(5);
    expect(slow.items).toEqual([2]);
  });
});

describe("broadcast, called from within a callback", () => {
  it("sends what is emitted within onNext after the item, to all in one order", () => {
    for (const demand of [ALL, 9]) {
      const hub = broadcast<number>({ capacity: 8 });
      const echo = join(hub, demand, {}, (n) => {
        if (n < 3) hub.tryEmit(n + 1);
      });
      const other = join(hub, demand);
      hub.tryEmit(1);
      expect([echo.items, other.items, echo.depth, hub.held]).toEqual([[1, 2, 3], [1, 2, 3], 1, 0]);
    }
  });

  it("§3.3 does not grow the stack when each item emits the next", () => {
    const hub = broadcast<number>({ capacity: 1 });
    let deepest = 0;
    let depth = 0;
    const echo = join(hub, ALL, {}, (n) => {
      depth++;
      deepest = Math.max(deepest, depth);
      if (n < 100_000) expect(hub.tryEmit(n + 1)).toBe("ok");
      depth--;
    });
    hub.tryEmit(1);
    expect([echo.items.length, deepest]).toEqual([100_000, 1]);
  });

  it("gives who subscribes within onNext the items that come after that one", () => {
    const hub = broadcast<number>({ capacity: 8 });
    const late: ManualSubscriber<number>[] = [];
    join(hub, ALL, {}, (n) => {
      if (n === 1) late.push(join(hub, ALL));
    });
    for (const n of [1, 2, 3]) hub.tryEmit(n);
    expect(late[0]?.items).toEqual([2, 3]);
  });

  it("§2.8 sends nothing more to who is cancelled within the onNext of another", () => {
    for (const demand of [ALL, 5]) {
      const hub = broadcast<number>({ capacity: 8 });
      const victims: ManualSubscriber<number>[] = [];
      join(hub, demand, {}, () => victims[0]?.cancel());
      victims.push(join(hub, demand));
      hub.tryEmit(1);
      hub.tryEmit(2);
      expect([victims[0]?.items, hub.subscriberCount, hub.held]).toEqual([[], 1, 0]);
    }
  });

  it("ends everybody after the item within whose onNext it was completed", () => {
    const hub = broadcast<number>({ capacity: 8 });
    const all = [join(hub, ALL, {}, () => void hub.complete()), join(hub, ALL)];
    hub.tryEmit(1);
    for (const { items, completed, depth } of all) expect([items, completed, depth]).toEqual([[1], true, 1]);
  });

  it("§2.13 goes on for the others when a subscriber throws", async () => {
    const hub = broadcast<number>({ capacity: 8 });
    const before = join(hub, ALL);
    hub.subscribe({
      onSubscribe: (subscription) => subscription.request(ALL),
      onNext: () => {
        throw new Error("broken");
      },
      onError() {},
      onComplete() {},
    });
    const after = join(hub, ALL);
    const reported = await captureReported(() => {
      hub.tryEmit(1);
      hub.tryEmit(2);
    });
    expect([before.items, after.items, reported.map(String)]).toEqual([[1, 2], [1, 2], ["Error: broken"]]);
    expect(hub.subscriberCount).toBe(2);
  });

  it("cuts off within its own onNext only after it", () => {
    const hub = broadcast<number>({ capacity: 1 });
    const self = join(hub, 1, { slow: "disconnect" }, (n) => {
      if (n === 1) for (const next of [2, 3]) hub.tryEmit(next);
    });
    hub.tryEmit(1);
    expect([self.items, self.failed, self.depth]).toEqual([[1], true, 1]);
  });
});

describe("broadcast, for many", () => {
  it("forgets those who leave, at a cost that does not grow with their number", () => {
    const hub = broadcast<number>({ capacity: 4 });
    const many = Array.from({ length: 50_000 }, () => join(hub, ALL));
    for (const one of many.slice(1)) one.cancel();
    hub.tryEmit(1);
    expect([hub.subscriberCount, many[0]?.items]).toEqual([1, [1]]);
  });

  it("§3.13 releases what waited for a subscriber that leaves, and the subscriber", async () => {
    const hub = broadcast<object>({ capacity: 4 });
    const others = join(hub, ALL, {}, (_, self) => void self.items.splice(0));
    const fill = (): WeakRef<object>[] => {
      const slow = join(hub, 0);
      const items = [{}, {}];
      for (const item of items) hub.tryEmit(item);
      slow.cancel();
      others.signals.splice(0);
      return [slow, ...items].map((one) => new WeakRef(one));
    };
    const references = fill();
    const collect = async (): Promise<void> => {
      await settled();
      gc();
    };
    await until(() => references.every((one) => one.deref() === undefined), "all to be collected", collect);
    expect(hub.held).toBe(0);
  });

  it("§3.13 keeps nothing of one who has left beside one who stays", async () => {
    const hub = broadcast<number>({ capacity: 4 });
    const stays = join(hub, 0);
    const leave = (): WeakRef<object> => {
      const onDrop = (): void => {};
      join(hub, 0, { slow: "latest", onDrop }).cancel();
      return new WeakRef(onDrop);
    };
    const left = leave();
    const collect = async (): Promise<void> => {
      await settled();
      gc();
    };
    await until(() => left.deref() === undefined, "what it was given to be collected", collect);
    expect([hub.tryEmit(1), stays.items]).toEqual(["ok", []]);
  });

  it("runs stages and asynchronous boundaries behind it, each subscriber its own", async () => {
    const hub = broadcast<number>({ capacity: 4 });
    const results = [
      hub.pipe(map((n) => n * 2)).toArray(),
      hub.pipe(prefetch(2)).reduce((sum, n) => sum + n, 0),
    ];
    for (let n = 1; n <= 100; n++) await hub.emit(n);
    hub.complete();
    const [doubled, sum] = await Promise.all(results);
    expect([(doubled as number[]).length, sum]).toEqual([100, 5050]);
  });
});
