import { captureReported, ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onBackpressureBuffer } from "../overflow/on-backpressure-buffer.js";
import { create, type Emitter } from "../source/create.js";
import { fromPublisher } from "../source/from-publisher.js";
import { OverflowError } from "../spec/errors.js";
import type { MemoryAccount } from "../spec/memory-account.js";
import {
  type BufferOptions,
  type BufferOverflow,
  type DropReason,
  OverflowCounters,
} from "../spec/overflow.js";

interface Shape {
  readonly items?: number;
  readonly weight?: number;
  readonly ttlMs?: number;
  readonly overflow?: BufferOverflow;
  readonly weigh?: (item: number) => number;
  readonly memory?: MemoryAccount;
}

/** A buffer in which each number weighs what it is. */
function aging({ items = 9, weight = 100, ttlMs, overflow = "dropNewest", weigh = (n) => n, memory }: Shape) {
  const clock = new VirtualClock();
  const dropped: [number, DropReason][] = [];
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  const onDrop = (...drop: [number, DropReason]): void => void dropped.push(drop);
  fromPublisher(upstream)
    .pipe(
      onBackpressureBuffer({
        capacity: { items, weight },
        weigh,
        overflow,
        ttlMs,
        clock,
        onDrop,
        counters,
        memory,
      }),
    )
    .subscribe(subscriber);
  return { clock, dropped, counters, upstream, subscriber };
}

/** A budget that keeps account of what it granted. */
class Budget implements MemoryAccount {
  charged = 0;
  readonly most: number;
  constructor(most: number) {
    this.most = most;
  }
  tryCharge(bytes: number): boolean {
    if (this.charged + bytes > this.most) return false;
    this.charged += bytes;
    return true;
  }
  release(bytes: number): void {
    this.charged -= bytes;
  }
}

describe("AgingBuffer, memory account", () => {
  it("charges what waits, and gives it back when it is sent", () => {
    const memory = new Budget(100);
    const { upstream, subscriber } = aging({ memory });
    upstream.next(4, 6);
    expect(memory.charged).toBe(10);
    subscriber.request(1);
    expect(memory.charged).toBe(6);
    subscriber.request(2);
    upstream.next(50); // there is demand: it does not wait
    expect([memory.charged, subscriber.items]).toEqual([0, [4, 6, 50]]);
  });

  it.each(["dropOldest", "dropNewest"] as const)("has no room where the account has none: %s", (overflow) => {
    const memory = new Budget(10);
    memory.tryCharge(3); // somebody else
    const { upstream, subscriber, dropped } = aging({ memory, overflow });
    upstream.next(4, 2, 3);
    expect(dropped).toEqual([[overflow === "dropOldest" ? 4 : 3, "overflow"]]);
    expect(memory.charged).toBe(overflow === "dropOldest" ? 8 : 9);
    subscriber.request(9);
    expect(memory.charged).toBe(3);
  });

  it("fails by name where the account has no room and overflow is an error", () => {
    const memory = new Budget(10);
    const { upstream, subscriber } = aging({ memory, overflow: "error" });
    upstream.next(4, 7);
    subscriber.request(9);
    expect(subscriber.items).toEqual([4]);
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect(memory.charged).toBe(0);
  });

  it("gives everything back after cancel, expiry and an error", () => {
    const memory = new Budget(100);
    const cancelled = aging({ memory });
    cancelled.upstream.next(1, 2, 3);
    cancelled.subscriber.cancel();
    expect(memory.charged).toBe(0);
    const old = aging({ memory, ttlMs: 10 });
    old.upstream.next(5);
    old.clock.advance(10);
    old.subscriber.request(1);
    expect(memory.charged).toBe(0);
    const failed = aging({ memory });
    failed.upstream.next(1, 2);
    failed.upstream.error(new Error("boom"));
    failed.subscriber.request(9);
    expect(memory.charged).toBe(0);
  });

  it("ends the stream when the account throws, and does not ask it again", () => {
    let asked = 0;
    const memory: MemoryAccount = {
      tryCharge: () => {
        asked += 1;
        throw new Error("no account");
      },
      release: () => {},
    };
    const { upstream, subscriber } = aging({ memory, overflow: "dropOldest" });
    upstream.next(1, 2);
    expect(subscriber.error).toMatchObject({ message: "no account" });
    expect([asked, upstream.cancelled]).toEqual([1, true]);
  });

  it("sends the item and reports the error when giving back throws", async () => {
    const memory: MemoryAccount = {
      tryCharge: () => true,
      release: () => {
        throw new Error("late");
      },
    };
    const reported = await captureReported(() => {
      const { upstream, subscriber } = aging({ memory });
      upstream.next(1);
      subscriber.request(1);
      expect(subscriber.items).toEqual([1]);
      expect(subscriber.error).toBeUndefined();
    });
    expect(reported).toMatchObject([{ message: "late" }]);
  });

  it("is refused without weigh, and if it is no account", () => {
    const memory = new Budget(1);
    const options = { capacity: 1, overflow: "error", memory } as unknown as BufferOptions<number>;
    expect(() => onBackpressureBuffer(options)).toThrow(/Cannot give onBackpressureBuffer the memory/);
    const strange = { capacity: { items: 1, weight: 1 }, weigh: () => 1, overflow: "error", memory: 5 };
    expect(() => onBackpressureBuffer(strange as never)).toThrow(/the memory 5/);
  });

  it("is conserved over random acts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { maxLength: 60 }),
        fc.constantFrom("dropOldest", "dropNewest"),
        (acts, overflow) => {
          const memory = new Budget(40);
          const { upstream, subscriber, counters } = aging({ memory, overflow, weight: 50, items: 5 });
          let held: number[] = [];
          for (const act of acts) {
            if (act > 20) subscriber.request(act - 20);
            else upstream.next(act);
            expect(memory.charged).toBeLessThanOrEqual(40);
            if (counters.held === 0) expect(memory.charged).toBe(0);
          }
          held = subscriber.items;
          subscriber.cancel();
          expect(memory.charged).toBe(0);
          expect(counters.offered).toBe(held.length + counters.dropped);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("AgingBuffer, weight", () => {
  it("takes items as long as both their number and their weight fit", () => {
    const byWeight = aging({ items: 9, weight: 10 });
    byWeight.upstream.next(4, 6, 1);
    expect(byWeight.dropped).toEqual([[1, "overflow"]]);
    const byNumber = aging({ items: 2, weight: 10 });
    byNumber.upstream.next(1, 1, 1);
    expect([byNumber.counters.held, byNumber.dropped.length]).toEqual([2, 1]);
  });

  it("has room again for the weight of what was sent", () => {
    const { upstream, subscriber, dropped } = aging({ weight: 10 });
    upstream.next(4, 6);
    subscriber.request(1);
    upstream.next(4);
    subscriber.request(9);
    expect([subscriber.items, dropped]).toEqual([[4, 6, 4], []]);
  });

  it("gives up as many of the oldest as the one that comes needs", () => {
    const { upstream, subscriber, dropped } = aging({ weight: 10, overflow: "dropOldest" });
    upstream.next(2, 3, 4, 6);
    expect(dropped).toEqual([
      [2, "overflow"],
      [3, "overflow"],
    ]);
    subscriber.request(9);
    expect(subscriber.items).toEqual([4, 6]);
  });

  it("drops one that is heavier than the bound, and nothing else for its sake", () => {
    const { upstream, subscriber, dropped } = aging({ weight: 10, overflow: "dropOldest" });
    upstream.next(2, 11);
    subscriber.request(9);
    expect([subscriber.items, dropped]).toEqual([[2], [[11, "overflow"]]]);
    upstream.next(11); // there is demand: it does not wait
    expect(subscriber.items).toEqual([2, 11]);
  });

  it("fails when the weight does not fit and the choice is error, after what is held", () => {
    const { upstream, subscriber } = aging({ weight: 10, overflow: "error" });
    upstream.next(8, 3);
    expect([upstream.cancels, subscriber.failed]).toEqual([1, false]);
    subscriber.request(1);
    expect([subscriber.items, subscriber.error instanceof OverflowError]).toEqual([[8], true]);
    expect(String(subscriber.error)).toContain("its capacity of 9 items or 10 of weight");
  });

  it("holds what weighs nothing up to the number of items, and fractions without drift", () => {
    const nothing = aging({ items: 3, weight: 1, weigh: () => 0 });
    nothing.upstream.next(1, 2, 3, 4);
    expect(nothing.counters.held).toBe(3);
    const fractions = aging({ items: 9, weight: 0.3, weigh: () => 0.1 });
    fractions.upstream.next(1, 2);
    fractions.subscriber.request(2);
    fractions.upstream.next(3, 4);
    expect(fractions.dropped).toEqual([]);
  });

  it("does not weigh what passes at once", () => {
    let weighed = 0;
    const { upstream, subscriber } = aging({ weigh: () => ++weighed });
    subscriber.request(2);
    upstream.next(1, 2, 3);
    expect(weighed).toBe(1);
  });

  it("ends with what weigh throws, or with a RangeError for what is no weight; upstream is cancelled", () => {
    const throwing = aging({
      weigh: () => {
        throw new Error("no scales");
      },
    });
    throwing.upstream.next(1);
    expect([String(throwing.subscriber.error), throwing.upstream.cancels]).toEqual(["Error: no scales", 1]);
    expect([throwing.dropped, throwing.counters.held]).toEqual([[[1, "ended"]], 0]);
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, "1"]) {
      const { upstream, subscriber } = aging({ weigh: () => wrong as number });
      upstream.next(1);
      expect(subscriber.error).toBeInstanceOf(RangeError);
    }
  });

  it("stops when weigh cancels", () => {
    const counters = new OverflowCounters();
    let emitter: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>();
    create<number>(
      (given) => {
        emitter = given;
      },
      {
        capacity: { items: 1, weight: 1 },
        overflow: "error",
        counters,
        weigh: () => {
          subscriber.cancel();
          return 1;
        },
      },
    ).subscribe(subscriber);
    expect(emitter?.next(1)).toBe("ended");
    expect([counters.offered, counters.droppedBy.ended, counters.held]).toEqual([1, 1, 0]);
  });
});

describe("AgingBuffer, time to live", () => {
  it("drops what has waited for so long when it would be sent", () => {
    const { upstream, subscriber, clock, dropped, counters } = aging({ ttlMs: 50 });
    upstream.next(1);
    clock.advance(20);
    upstream.next(2);
    clock.advance(30);
    subscriber.request(1);
    expect([subscriber.items, dropped]).toEqual([[2], [[1, "expired"]]]);
    expect([counters.droppedBy.expired, counters.held]).toEqual([1, 0]);
  });

  it("spends no demand on what expired", () => {
    const { upstream, subscriber, clock } = aging({ ttlMs: 50 });
    upstream.next(1, 2);
    clock.advance(60);
    subscriber.request(1);
    upstream.next(3, 4);
    expect(subscriber.items).toEqual([3]);
  });

  it("makes room of what has expired before anything is dropped for want of room", () => {
    for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
      const { upstream, subscriber, clock, dropped } = aging({ items: 2, ttlMs: 50, overflow });
      upstream.next(1, 2);
      clock.advance(50);
      upstream.next(3);
      subscriber.request(9);
      expect(subscriber.items).toEqual([3]);
      expect(dropped).toEqual([
        [1, "expired"],
        [2, "expired"],
      ]);
    }
  });

  it("keeps the order of items when onDrop sends one over an expired one", () => {
    for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
      const clock = new VirtualClock();
      let emitter: Emitter<number> | undefined;
      const subscriber = new ManualSubscriber<number>();
      const onDrop = (): void => void emitter?.next(3);
      create<number>(
        (given) => {
          emitter = given;
        },
        { capacity: 3, overflow, ttlMs: 5, clock, onDrop },
      ).subscribe(subscriber);
      emitter?.next(1);
      clock.advance(5);
      emitter?.next(2);
      subscriber.request(9);
      expect(subscriber.items).toEqual([2, 3]);
    }
  });

  it("ends with what the clock throws, when an item comes to wait and when one is taken; upstream is cancelled", () => {
    for (const when of ["waits", "is taken"] as const) {
      let isBroken = false;
      const clock = new VirtualClock();
      const now = (): number => {
        if (isBroken) throw new Error("no time");
        return 0;
      };
      const counters = new OverflowCounters();
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      const schedule = clock.schedule.bind(clock);
      const options = {
        capacity: 2,
        overflow: "dropOldest",
        ttlMs: 5,
        clock: { now, schedule },
        counters,
      } as const;
      fromPublisher(upstream).pipe(onBackpressureBuffer<number>(options)).subscribe(subscriber);
      upstream.next(1);
      isBroken = true;
      if (when === "waits") upstream.next(2);
      else subscriber.request(1);
      expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: no time", 1]);
      expect([subscriber.items, counters.held, counters.droppedBy.ended]).toEqual([[], 0, counters.offered]);
    }
  });

  it("asks for no timer", () => {
    const { upstream, clock } = aging({ ttlMs: 50 });
    upstream.next(1);
    expect(clock.pending).toBe(0);
  });

  it("ends when nothing is left that may be sent", () => {
    const { upstream, subscriber, clock } = aging({ ttlMs: 50 });
    upstream.next(1);
    upstream.complete();
    clock.advance(60);
    expect(subscriber.completed).toBe(false); // no timer: nobody has looked
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[], true]);
  });

  it("stops when onDrop cancels", () => {
    const clock = new VirtualClock();
    const counters = new OverflowCounters();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const onDrop = (): void => subscriber.cancel();
    fromPublisher(upstream)
      .pipe(
        onBackpressureBuffer<number>({ capacity: 2, overflow: "error", ttlMs: 5, clock, onDrop, counters }),
      )
      .subscribe(subscriber);
    upstream.next(1, 2);
    clock.advance(5);
    upstream.next(3);
    expect([upstream.cancels, subscriber.items]).toEqual([1, []]);
    expect([counters.offered, counters.dropped, counters.held]).toEqual([3, 3, 0]);
  });
});

describe("onBackpressureBuffer that ages", () => {
  it("refuses at the call what is no time, clock, weight or weigh", () => {
    const make = (options: object) => () => onBackpressureBuffer({ overflow: "error", ...options } as never);
    for (const ttlMs of [0, -1, Number.NaN, "5"]) expect(make({ capacity: 1, ttlMs })).toThrow(RangeError);
    expect(make({ capacity: 1, ttlMs: 5, clock: {} })).toThrow(TypeError);
    expect(make({ capacity: 1, weigh: 5 })).toThrow(TypeError);
    const weigh = (): number => 1;
    for (const capacity of [
      undefined,
      5,
      {},
      { items: 5 },
      { weight: 5 },
      { items: 0, weight: 5 },
      { items: 5, weight: 0 },
      { items: 5, weight: Number.POSITIVE_INFINITY },
      { items: 5, weight: "5" },
    ]) {
      expect(make({ capacity, weigh })).toThrow(RangeError);
    }
    expect(make({ capacity: { items: 5, weight: 5 } })).toThrow(RangeError); // and no weigh
    const wanted = "Cannot give onBackpressureBuffer the capacity 5: with weigh it is { items, weight }";
    expect(make({ capacity: 5, weigh })).toThrow(wanted);
  });
});
