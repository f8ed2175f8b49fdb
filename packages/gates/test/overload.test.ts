// The scenario of examples/overload in virtual time: what its figures depend on beside the machine.

import type { Criticality, Permit } from "@sluice/core";
import { bulkhead, GateRejectedError, loadShedder, queueDepth } from "@sluice/gates";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";

const KINDS: readonly (readonly [Criticality, number])[] = [
  ["criticalPlus", 0.05],
  ["critical", 0.25],
  ["sheddablePlus", 0.2],
  ["sheddable", 0.5],
];
const [CONNECTIONS, MAX_WAITING, MAX_WAIT_MS] = [10, 20, 400];

interface Seen {
  readonly at: number;
  readonly criticality: Criticality;
  readonly served: boolean;
  readonly ms: number;
}

/** Requests at random times, `rates` a second for five seconds each, of which the database can answer 100 a second. */
async function simulate(rates: readonly number[], seed: number) {
  const clock = new VirtualClock();
  const random = randomFrom(seed);
  const database = bulkhead({
    capacity: CONNECTIONS,
    maxWaiting: MAX_WAITING,
    maxWaitMs: MAX_WAIT_MS,
    clock,
  });
  const shedder = loadShedder({ signals: [queueDepth(() => database.waiting, MAX_WAITING)], clock });
  const seen: Seen[] = [];
  const send = async (criticality: Criticality): Promise<void> => {
    const at = clock.now();
    const end = (served: boolean): void => void seen.push({ at, criticality, served, ms: clock.now() - at });
    const entered = shedder.tryAcquire(1, { criticality });
    if (!entered.granted) return end(false);
    let place: Permit | undefined;
    try {
      place = await database.acquire(1, { criticality });
      await new Promise<void>((resolve) => clock.schedule(50 + 100 * random(), resolve));
    } catch (error) {
      if (!(error instanceof GateRejectedError)) throw error;
    }
    place?.release();
    entered.release();
    end(place !== undefined);
  };
  const sent: Promise<void>[] = [];
  let next = 0;
  for (let ms = 0; ms < rates.length * 5000; ms += 2) {
    const rate = rates[Math.floor(ms / 5000)] as number;
    for (; next <= ms; next += (-Math.log(1 - random()) * 1000) / rate) sent.push(send(kindOf(random())));
    await clock.advanceSettled(2);
  }
  await clock.advanceSettled(1000);
  await Promise.all(sent);
  const within = (from: number, to: number): readonly Seen[] =>
    seen.filter(({ at }) => at >= from * 1000 && at < to * 1000);
  return { clock, database, shedder, within };
}

const share = (seen: readonly Seen[]): number => seen.filter(({ served }) => served).length / seen.length;

describe("a load shedder before a bulkhead, at ten times the load", () => {
  it.each([1, 2])(
    "keeps the service busy with what matters most, and forgets the overload (seed %i)",
    async (seed) => {
      const { within, clock, database, shedder } = await simulate([75, 750, 75], seed);
      expect(share(within(0, 5))).toBeGreaterThan(0.98);
      const under = within(5, 10);
      const served = under.filter(({ served }) => served);
      // The mean of a query is 100 ms: 100 a second is all that ten connections can do.
      expect(served.length / 5).toBeGreaterThan(92);
      expect(Math.max(...served.map(({ ms }) => ms))).toBeLessThanOrEqual(MAX_WAIT_MS + 150 + 4);
      const of = (criticality: Criticality) => under.filter((one) => one.criticality === criticality);
      expect(share(of("criticalPlus"))).toBe(1);
      expect(share(of("critical"))).toBeGreaterThan(5 * share(of("sheddable")));
      // Nearly all that is refused is refused at the entrance, and so in no time.
      const refused = under.filter(({ served }) => !served);
      expect(refused.filter(({ ms }) => ms > 0).length / refused.length).toBeLessThan(0.02);
      expect(share(within(11, 15))).toBeGreaterThan(0.98);

      expect(clock.pending).toBe(0);
      expect([database.inUse, database.waiting, shedder.waiting, shedder.shed]).toEqual([0, 0, 0, []]);
    },
  );
});

function kindOf(chance: number): Criticality {
  let left = chance;
  return (
    KINDS.find(([, part]) => {
      left -= part;
      return left < 0;
    })?.[0] ?? "sheddable"
  );
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
