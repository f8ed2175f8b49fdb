// prefetch("auto") against every fixed size, in virtual time: how long each takes for the same work.

import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Operator } from "../flow/flow.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { map } from "./map.js";
import { prefetch } from "./prefetch.js";

/** All in the same unit of time, integers. */
interface Speeds {
  /** From a request to the first item that answers it. */
  readonly latency: number;
  /** Between two items that the producer makes, and that the consumer takes. */
  readonly producer: number;
  readonly consumer: number;
  /** Of the second half of the items, where it differs. */
  readonly consumerLater?: number;
}

/** A producer that makes items one after the other, of which each waits for its request to arrive. */
function produce(clock: VirtualClock, { latency, producer }: Speeds, count: number): TestPublisher<number> {
  let credit = 0;
  let isBusy = false;
  const make = (): void => {
    while (credit > 0 && !isBusy && upstream.emitted < count) {
      credit--;
      if (producer === 0) upstream.next(upstream.emitted);
      else {
        isBusy = true;
        clock.schedule(producer, () => {
          isBusy = false;
          upstream.next(upstream.emitted);
          make();
        });
      }
    }
  };
  const upstream = new TestPublisher<number>({
    onRequest: (n) => {
      clock.schedule(latency, () => {
        credit += n;
        make();
      });
    },
  });
  return upstream;
}

/** How long `count` items take, `Infinity` for longer than `limit`; and how far it asked ahead, and does at the end. */
async function run(
  operator: Operator<number, number>,
  speeds: Speeds,
  count: number,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ took: number; mostAhead: number; ahead: number }> {
  const clock = new VirtualClock();
  const upstream = produce(clock, speeds, count);
  let mostAhead = 0;
  let received = 0;
  const subscriber = new ManualSubscriber<number>({
    onNext: (_, self) => {
      received++;
      const pace = received < count / 2 ? speeds.consumer : (speeds.consumerLater ?? speeds.consumer);
      clock.schedule(pace, () => self.request(1));
    },
  });
  fromPublisher(upstream).pipe(operator).subscribe(subscriber);
  subscriber.request(1);
  while (received < count && clock.now() <= limit) {
    clock.advance(1);
    for (let k = 0; k < 3; k++) await Promise.resolve(); // prefetch sends in a microtask
    mostAhead = Math.max(mostAhead, upstream.requested - received);
  }
  const took = received < count ? Number.POSITIVE_INFINITY : clock.now();
  return { took, mostAhead, ahead: upstream.requested - received };
}

/** Each could be the best; the larger ones first, so that the slow ones need not run to their end. */
const sizes = [1024, 256, 64, 16, 4, 1];

const consumers: [string, Speeds[], number][] = [
  [
    "a consumer of 10 ms, in ms",
    [
      { latency: 0, producer: 0, consumer: 10 },
      { latency: 50, producer: 0, consumer: 10 },
      { latency: 100, producer: 0, consumer: 10 },
      { latency: 200, producer: 0, consumer: 10 },
      { latency: 200, producer: 5, consumer: 10 },
      { latency: 100, producer: 10, consumer: 10 },
      { latency: 100, producer: 20, consumer: 10 },
    ],
    1000,
  ],
  [
    "a consumer of 1 us, in us",
    [
      { latency: 0, producer: 0, consumer: 1 },
      { latency: 10, producer: 0, consumer: 1 },
      { latency: 100, producer: 0, consumer: 1 },
      { latency: 100, producer: 1, consumer: 1 },
    ],
    8000,
  ],
];

describe('prefetch("auto")', () => {
  for (const [who, cases, count] of consumers) {
    for (const speeds of cases) {
      const { latency, producer } = speeds;
      it(`is within 10 % of the best fixed size for ${who}: latency ${latency}, an item each ${producer}`, async () => {
        const auto = await run(prefetch("auto"), speeds, count);
        let best = Number.POSITIVE_INFINITY;
        for (const size of sizes) {
          best = Math.min(best, (await run(prefetch(size), speeds, count, auto.took)).took);
        }
        expect(auto.took).toBeLessThanOrEqual(best * 1.1);
        expect(auto.mostAhead).toBeLessThanOrEqual(1024);
      });
    }
  }

  it("stays at 16 for a consumer that never waits", async () => {
    const { mostAhead } = await run(prefetch("auto"), { latency: 0, producer: 0, consumer: 10 }, 500);
    expect(mostAhead).toBe(16);
  });

  it("never asks further ahead than its cap", async () => {
    for (const max of [1, 3, 20, 100]) {
      const speeds = { latency: 200, producer: 0, consumer: 1 };
      const { mostAhead } = await run(prefetch({ auto: true, max }), speeds, 300);
      expect(mostAhead).toBe(max);
    }
  });

  it("shrinks again when its consumer becomes slow", async () => {
    const speeds = { latency: 20, producer: 0, consumer: 1, consumerLater: 30 };
    const { mostAhead, ahead } = await run(prefetch({ auto: true, max: 64 }), speeds, 1600);
    expect(mostAhead).toBe(64);
    expect(ahead).toBeLessThanOrEqual(16);
  });

  it("tries half its size after twice as many requests where that was not enough before", async () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(prefetch({ auto: true, max: 64 }))
      .subscribe(subscriber);
    const size = (): number => upstream.requested - subscriber.items.length;
    const send = (): void => {
      for (let left = upstream.demand; left > 0; left--) upstream.next(left);
    };
    const sizesAfter = async (rounds: number, waits: boolean): Promise<number[]> => {
      const found: number[] = [];
      for (let round = 0; round < rounds; round++) {
        if (!waits) send();
        subscriber.request(waits ? size() : size() * 0.75);
        await settled();
        if (waits) send();
        await settled();
        found.push(size());
      }
      return found;
    };
    expect(await sizesAfter(2, true)).toEqual([16, 32]); // the first wait has nothing to do with the size
    expect(await sizesAfter(4, false)).toEqual([32, 32, 32, 16]);
    expect(await sizesAfter(1, true)).toEqual([32]);
    expect(await sizesAfter(8, false)).toEqual([32, 32, 32, 32, 32, 32, 32, 16]);
  });

  it("runs the stages behind it, and serves a synchronous source, as a fixed size does", async () => {
    const flow = range(0, 100_000).pipe(
      prefetch("auto"),
      map((n) => n + 1),
      filter((n) => n % 2 === 0),
    );
    expect(await flow.reduce((sum, n) => sum + n, 0)).toBe(2_500_050_000);
  });

  it('refuses everything but a size, "auto", { auto: true } and { bytes } at the call', () => {
    for (const wrong of ["aut", "", "16", null, {}, { auto: false }, { max: 5 }, [], true]) {
      expect(() => prefetch(wrong as never)).toThrow(
        /^Cannot prefetch .*"auto", { auto: true, max } or { bytes }$/,
      );
    }
    for (const max of [0, -1, 1.5, Number.NaN, "9"]) {
      expect(() => prefetch({ auto: true, max: max as number })).toThrow(RangeError);
    }
  });
});
