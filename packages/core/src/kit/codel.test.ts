import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CoDel } from "./codel.js";

/**
 * The pseudo-code of RFC 8289 §5 in its own shape, as the oracle: a queue of arrival times, one call of `dequeue` for
 * each item sent.
 */
class RfcQueue {
  readonly queue: number[] = [];
  readonly dropped: number[] = [];
  private readonly target: number;
  private readonly interval: number;
  private firstAbove: number | undefined;
  private dropNext = 0;
  private count = 0;
  private lastCount = 0;
  private dropping = false;

  constructor(target: number, interval: number) {
    this.target = target;
    this.interval = interval;
  }

  dequeue(now: number): number | undefined {
    let taken = this.doDequeue(now);
    if (this.dropping) {
      if (!taken.ok) this.dropping = false;
      while (this.dropping && now >= this.dropNext) {
        this.dropped.push(taken.packet as number);
        this.count++;
        taken = this.doDequeue(now);
        if (!taken.ok) this.dropping = false;
        else this.dropNext = this.law(this.dropNext);
      }
    } else if (taken.ok) {
      this.dropped.push(taken.packet as number);
      taken = this.doDequeue(now);
      this.dropping = true;
      const delta = this.count - this.lastCount;
      this.count = delta > 1 && now - this.dropNext < 16 * this.interval ? delta : 1;
      this.dropNext = this.law(now);
      this.lastCount = this.count;
    }
    return taken.packet;
  }

  private doDequeue(now: number): { packet: number | undefined; ok: boolean } {
    const packet = this.queue.shift();
    if (packet === undefined) {
      this.firstAbove = undefined;
      return { packet, ok: false };
    }
    let ok = false;
    if (now - packet < this.target || this.queue.length <= 1) this.firstAbove = undefined;
    else if (this.firstAbove === undefined) this.firstAbove = now + this.interval;
    else ok = now >= this.firstAbove;
    return { packet, ok };
  }

  private law(from: number): number {
    return from + this.interval / Math.sqrt(this.count);
  }
}

/** The same queue by our law. */
class OurQueue {
  readonly queue: number[] = [];
  readonly dropped: number[] = [];
  private readonly law: CoDel;

  constructor(target: number, interval: number) {
    this.law = new CoDel(target, interval);
  }

  dequeue(now: number): number | undefined {
    for (;;) {
      const packet = this.queue.shift();
      if (packet === undefined || !this.law.drops(now - packet, this.queue.length, now)) return packet;
      this.dropped.push(packet);
    }
  }
}

/** A queue fed each `arrivalMs` and served each `serviceMs`; answers when items were dropped. */
function dropTimes(arrivalMs: number, serviceMs: number, untilMs: number): number[] {
  const queue = new OurQueue(5, 100);
  const times: number[] = [];
  for (let now = 0; now <= untilMs; now++) {
    if (now % arrivalMs === 0) queue.queue.push(now);
    if (now % serviceMs !== 0) continue;
    const before = queue.dropped.length;
    queue.dequeue(now);
    for (let k = before; k < queue.dropped.length; k++) times.push(now);
  }
  return times;
}

describe("CoDel", () => {
  it("drops nothing while items wait for less than the target", () => {
    expect(dropTimes(10, 10, 10_000)).toEqual([]);
  });

  it("lets a burst pass that is gone within an interval", () => {
    const queue = new OurQueue(5, 100);
    queue.queue.push(...Array.from({ length: 50 }, () => 0));
    for (let now = 0; now < 100; now += 2) queue.dequeue(now);
    expect(queue.dropped).toEqual([]);
  });

  it("RFC 8289 §5.5 drops the first item when the delay stood for an interval, then at interval / sqrt(count)", () => {
    const queue = new OurQueue(5, 100);
    queue.queue.push(...Array.from({ length: 1000 }, () => 0)); // a queue that stands
    const times: number[] = [];
    for (let now = 10; now < 500; now++) {
      const before = queue.dropped.length;
      queue.dequeue(now);
      if (queue.dropped.length > before) times.push(now);
    }
    // First seen above at 10, so the first drop at 110; from there 100, 100 / sqrt 2, 100 / sqrt 3 ...
    expect(times).toEqual([110, 210, 281, 339, 389, 434, 474]);
  });

  it("catches up with a producer that is twice as fast and slows down for nobody", () => {
    const queue = new OurQueue(5, 100);
    const waited: number[] = [];
    for (let now = 0; now < 60_000; now++) {
      queue.queue.push(now);
      if (now % 2 === 0) waited.push(now - (queue.dequeue(now) as number));
    }
    // Without drops the last item taken would have waited for 30 s.
    expect(Math.max(...waited.slice(-1000))).toBeLessThan(2000);
  });

  it("never drops the last item", () => {
    const queue = new OurQueue(5, 100);
    for (let now = 0; now < 10_000; now += 500) {
      queue.queue.push(now - 400);
      expect(queue.dequeue(now)).toBe(now - 400);
    }
    expect(queue.dropped).toEqual([]);
  });

  it("takes up the rate of the last time when the delay comes back within 16 intervals, and not later", () => {
    const dropsAfterPause = (pauseMs: number): number => {
      const queue = new OurQueue(5, 100);
      queue.queue.push(...Array.from({ length: 2000 }, () => 0));
      let now = 10;
      for (; now < 1000; now++) queue.dequeue(now);
      queue.queue.length = 0;
      now += pauseMs;
      queue.queue.push(now, now);
      queue.dequeue(now); // below the target: leaves the dropping state
      const before = queue.dropped.length;
      queue.queue.push(...Array.from({ length: 2000 }, () => now));
      for (const end = now + 400; now < end; now++) queue.dequeue(now);
      return queue.dropped.length - before;
    };
    expect(dropsAfterPause(100)).toBeGreaterThan(dropsAfterPause(5000));
  });

  it("sends and drops what the pseudo-code of RFC 8289 does, in any history", () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3000 })),
      arrivals: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, fc.nat(60)),
      served: fc.oneof({ weight: 5, arbitrary: fc.nat(2) }, fc.nat(30)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const rfc = new RfcQueue(5, 100);
        const ours = new OurQueue(5, 100);
        let now = 1;
        for (const { afterMs, arrivals, served } of steps) {
          now += afterMs;
          for (let k = 0; k < arrivals; k++) {
            rfc.queue.push(now);
            ours.queue.push(now);
          }
          for (let k = 0; k < served; k++) {
            now++;
            // An empty queue is not asked by ours: nothing is held, so nothing is taken.
            if (rfc.queue.length === 0) break;
            expect(ours.dequeue(now)).toBe(rfc.dequeue(now));
          }
          expect(ours.dropped).toEqual(rfc.dropped);
        }
      }),
      { numRuns: 300 },
    );
  });
});
