// `window: "auto"` against every fixed window, over a link with a round trip of 0 to 200 ms, in virtual time: the
// figures are exact and the same each time.

import type { Flow } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import { delayedLink, type Pace, pacedSink, pacedSource } from "./delayed-link.js";

const service = defineService("numbers", { all: stream({ output: unchecked<number>() }) });

const atOnce: Pace = () => 0;

async function opened(roundTripMs: number, made: Pace) {
  const clock = new VirtualClock({ maxTasks: 100_000_000 });
  const link = await delayedLink(clock, roundTripMs / 2, service, { all: () => pacedSource(clock, made) });
  return { clock, ...link };
}

/** Items taken in `ms`. */
async function throughput(
  roundTripMs: number,
  window: number | "auto",
  made: Pace,
  used: Pace,
  ms: number,
): Promise<number> {
  const { clock, client } = await opened(roundTripMs, made);
  const sink = pacedSink(clock, client.all(undefined, { window }), used);
  clock.advance(ms);
  return sink.taken;
}

/** The best of the windows of 1, 2, 4, ... items: up to where twice as much brings nothing. Small ones only fill time. */
async function bestFixed(roundTripMs: number, made: Pace, used: Pace, ms: number) {
  let best = { window: 0, items: 0 };
  for (let window = roundTripMs < 20 ? 1 : 32; window <= 2 * best.window || best.window === 0; window *= 2) {
    const items = await throughput(roundTripMs, window, made, used, ms);
    if (items > best.items) best = { window, items };
  }
  return best;
}

const SLOW_MS = 10;
const TOTAL_MS = 15_000;

/** An item each 10 ms, then each 1 ms, then each 10 ms again: a third of the time each. */
const steps: Pace = (now) => (now >= TOTAL_MS / 3 && now < (2 * TOTAL_MS) / 3 ? SLOW_MS / 10 : SLOW_MS);

describe("the window auto", () => {
  describe.each([0, 1, 20, 100, 200])("at a round trip of %d ms", (roundTrip) => {
    it.each<{ readonly who: string; readonly made: Pace; readonly used: Pace }>([
      { who: "consumer", made: atOnce, used: steps },
      { who: "producer", made: steps, used: atOnce },
      { who: "pace of both", made: steps, used: steps },
    ])("gives nine tenths of the best fixed window when the $who steps by ten", async ({ made, used }) => {
      const best = await bestFixed(roundTrip, made, used, TOTAL_MS);
      const items = await throughput(roundTrip, "auto", made, used, TOTAL_MS);
      // 5,980 items of the 6,000 or so: the best fixed window is one that costs nothing but the way.
      expect(best.items).toBeGreaterThan(5_850);
      expect(items / best.items).toBeGreaterThanOrEqual(0.9);
    });

    // Items that the consumer takes in a round trip (in a millisecond where there is none).
    it.each([0.1, 0.3, 0.5, 1, 2, 3.3, 10, 50])(
      "lets no item wait for more than two round trips while %d are taken in one",
      async (items) => {
        const trip = Math.max(1, roundTrip);
        const { clock, client } = await opened(roundTrip, atOnce);
        const sink = pacedSink(clock, client.all(undefined, { window: "auto" }), () => trip / items);
        clock.advance(30 * trip + 30 * (trip / items));
        const count = Math.max(40, 6 * items);
        const from = sink.taken;
        const start = clock.now();
        const arrivals = watchArrivals(clock, () => client.snapshot().streams[0]?.receiveItems.received ?? 0);
        const resolution = trip / 50;
        while (sink.taken < from + count) {
          clock.advance(resolution);
          arrivals.look();
        }
        const waits = sink.times.slice(from, from + count).flatMap((at, i) => {
          const came = arrivals.of(from + i);
          return came === undefined ? [] : [at - came];
        });
        expect(waits.length).toBeGreaterThan(count / 4);
        // One that comes while the one before it is worked on must wait for that, whatever the window.
        expect(Math.max(...waits)).toBeLessThanOrEqual(Math.max(2 * trip, trip / items) + resolution);
        // Not bought by standing still: the consumer works for nine tenths of the time.
        expect(count * (trip / items)).toBeGreaterThanOrEqual(0.9 * (clock.now() - start - resolution));
      },
    );
  });

  it("comes down again when the consumer becomes ten times slower", async () => {
    const { clock, client } = await opened(20, atOnce);
    pacedSink(clock, client.all(undefined, { window: "auto" }), (now) => (now < 2_000 ? 1 : 10));
    const held = () => client.snapshot().streams[0]?.receiveItems.held ?? 0;
    clock.advance(1_900);
    expect(held()).toBeGreaterThan(10);
    // What was granted cannot be taken back: 50 items or so, at 10 ms each.
    clock.advance(700);
    for (let i = 0; i < 100; i += 1) {
      clock.advance(10);
      expect(held() * 10).toBeLessThanOrEqual(40);
    }
  });

  it("reaches 90 % of unbounded demand within a second at 20 ms", async () => {
    const rate = async (
      window: "auto" | "demand",
      subscribe: (flow: Flow<number>, clock: VirtualClock) => Taken,
    ) => {
      const { clock, client } = await opened(20, atOnce);
      const sink = subscribe(client.all(undefined, { window }), clock);
      clock.advance(900);
      const before = sink.taken;
      clock.advance(100);
      return sink.taken - before;
    };
    const unbounded = await rate("demand", (flow) => unboundedSink(flow));
    const auto = await rate("auto", (flow, clock) => pacedSink(clock, flow, atOnce));
    expect(unbounded).toBeGreaterThan(10_000);
    expect(auto / unbounded).toBeGreaterThanOrEqual(0.9);
  });

  it("measures the round trip at once, then at most twenty times a second, however short a round is", async () => {
    const { clock, client, fromClient } = await opened(1, atOnce);
    const pings = (): number => {
      let count = 0;
      for (const message of fromClient) {
        readMessage(message, (frame) => {
          if (frame.kind === "ping") count += 1;
          return "more";
        });
      }
      return count;
    };
    pacedSink(clock, client.all(undefined, { window: "auto" }), () => 0.1);
    pacedSink(clock, client.all(undefined, { window: "auto" }), () => 0.1);
    clock.advance(5);
    expect(client.snapshot().roundTripMs).toBe(1);
    clock.advance(1_995);
    expect(pings()).toBeGreaterThan(30);
    expect(pings()).toBeLessThanOrEqual(41);
  });

  it("is the default: sixteen items ahead of demand at first, from the subscription on", async () => {
    const { clock, client } = await opened(20, atOnce);
    const seen: number[] = [];
    let request: (n: number) => void = () => {};
    client.all().subscribe({
      onSubscribe: (subscription) => {
        request = (n) => subscription.request(n);
      },
      onNext: (n) => void seen.push(n),
      onError: () => {},
      onComplete: () => {},
    });
    clock.advance(1_000);
    expect(client.snapshot().streams[0]?.receiveItems).toMatchObject({ granted: 16, held: 16 });
    expect(seen).toEqual([]);
    // They are here: demand is met in the same turn.
    request(3);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('is left out with "demand": nothing is opened before the first request, nothing is granted ahead of it', async () => {
    const { clock, client } = await opened(20, atOnce);
    let request: (n: number) => void = () => {};
    client.all(undefined, { window: "demand" }).subscribe({
      onSubscribe: (subscription) => {
        request = (n) => subscription.request(n);
      },
      onNext: () => {},
      onError: () => {},
      onComplete: () => {},
    });
    clock.advance(1_000);
    expect(client.snapshot().streams).toEqual([]);
    request(3);
    clock.advance(1_000);
    expect(client.snapshot().streams[0]?.receiveItems).toMatchObject({ granted: 3, received: 3, held: 0 });
  });

  it("measures nothing for who asks without bound: there is nothing ahead of that", async () => {
    const { clock, client } = await opened(20, steps);
    client.all().subscribe({
      onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
      onNext: () => {},
      onError: () => {},
      onComplete: () => {},
    });
    clock.advance(2_000);
    expect(client.snapshot().streams[0]?.receiveItems.received).toBeGreaterThan(100);
    expect(client.snapshot().roundTripMs).toBeUndefined();
  });

  it("asks no round trip of anybody without it", async () => {
    const { clock, client } = await opened(20, atOnce);
    pacedSink(clock, client.all(undefined, { window: 64 }), () => 1);
    clock.advance(2_000);
    expect(client.snapshot().roundTripMs).toBeUndefined();
  });
});

interface Taken {
  readonly taken: number;
}

function unboundedSink(flow: Flow<number>): Taken {
  const sink = { taken: 0 };
  flow.subscribe({
    onSubscribe: (credit) => credit.request(Number.MAX_SAFE_INTEGER),
    onNext: () => {
      sink.taken += 1;
    },
    onError: (error) => {
      throw error;
    },
    onComplete: () => {},
  });
  return sink;
}

/** When each item came, as exactly as it is looked. */
function watchArrivals(clock: VirtualClock, received: () => number) {
  const first = received();
  const times: number[] = [];
  return {
    look: () => {
      while (first + times.length < received()) times.push(clock.now());
    },
    of: (item: number): number | undefined => times[item - first],
  };
}
