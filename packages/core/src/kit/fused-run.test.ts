import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { filter } from "../operator/filter.js";
import { map } from "../operator/map.js";
import { prefetch } from "../operator/prefetch.js";
import { scan } from "../operator/scan.js";
import { take } from "../operator/take.js";
import { tap } from "../operator/tap.js";
import { fromIterable } from "../source/from-iterable.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { setFusion } from "../flow/unfused.js";

/** The places where a run of stages may be executed: each has a loop of its own. */
const heads: Record<string, () => Flow<number>> = {
  range: () => range(1, 9),
  iterator: () => fromIterable(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9])),
  "foreign publisher": () =>
    fromPublisher(
      new TestPublisher<number>({
        onRequest: (n, self) => {
          for (let k = 0; k < n && self.emitted < 9 && !self.cancelled; k++) self.next(self.emitted + 1);
          if (self.emitted === 9 && !self.cancelled) self.complete();
        },
      }),
    ),
  prefetch: () => range(1, 9).pipe(prefetch(4)),
};

async function ended(flow: Flow<unknown>): Promise<ManualSubscriber<unknown>> {
  const subscriber = new ManualSubscriber<unknown>();
  flow.subscribe(subscriber);
  subscriber.request(20);
  await settled();
  return subscriber;
}

afterEach(() => setFusion(true));

for (const [name, head] of Object.entries(heads)) {
  for (const fused of [true, false]) {
    describe(`FusedRun, on ${name}, ${fused ? "fused" : "unfused"}`, () => {
      it("sends an item through all stages before the next one starts", async () => {
        setFusion(fused);
        const log: string[] = [];
        const note =
          (stage: string) =>
          (n: number): void =>
            void log.push(`${stage}${n}`);
        const flow = head().pipe(
          tap(note("a")),
          filter((n) => n !== 2),
          tap(note("b")),
          take(2),
          tap(note("c")),
        );
        expect((await ended(flow)).items).toEqual([1, 3]);
        expect(log).toEqual(["a1", "b1", "c1", "a2", "a3", "b3", "c3"]);
      });

      it("gives each subscription a state of its own", async () => {
        setFusion(fused);
        const stages = [scan((sum: number, n: number) => sum + n, 0), take<number>(3)] as const;
        const run = async (): Promise<unknown[]> => (await ended(head().pipe(...stages))).items;
        expect([await run(), await run()]).toEqual([
          [1, 3, 6],
          [1, 3, 6],
        ]);
      });

      it("ends at the item whose stage throws, whichever stage it is", async () => {
        setFusion(fused);
        const at4 = (n: number): number => {
          if (n === 4) throw new Error("at 4");
          return n;
        };
        const shapes: ((flow: Flow<number>) => Flow<number>)[] = [
          (flow) => flow.pipe(map(at4)),
          (flow) => flow.pipe(filter((n) => at4(n) > 0)),
          (flow) =>
            flow.pipe(
              map((n) => n),
              map(at4),
              map((n) => n),
              map((n) => n),
            ),
          (flow) =>
            flow.pipe(
              map((n) => n),
              filter((n) => at4(n) > 0),
            ),
          (flow) =>
            flow.pipe(
              tap((n) => void at4(n)),
              take(8),
            ),
          (flow) =>
            flow.pipe(
              scan((_, n) => at4(n), 0),
              filter(() => true),
            ),
        ];
        for (const shape of shapes) {
          const subscriber = await ended(shape(head()));
          expect([subscriber.items, String(subscriber.error)]).toEqual([[1, 2, 3], "Error: at 4"]);
        }
      });

      it("§3.5 sends nothing when the function of any stage cancels", async () => {
        setFusion(fused);
        const shapes: ((flow: Flow<number>, stop: (n: number) => boolean) => Flow<number>)[] = [
          (flow, stop) => flow.pipe(map((n) => (stop(n) ? n : n))),
          (flow, stop) => flow.pipe(filter((n) => stop(n) || true)),
          (flow, stop) =>
            flow.pipe(
              map((n) => (stop(n) ? n : n)),
              map((n) => n),
              filter(() => true),
            ),
          (flow, stop) =>
            flow.pipe(
              tap((n) => void stop(n)),
              take(9),
            ),
          (flow, stop) =>
            flow.pipe(
              take(3),
              tap((n) => void stop(n)),
            ),
          (flow, stop) =>
            flow.pipe(
              scan((_, n) => (stop(n) ? n : n), 0),
              filter(() => false),
            ),
        ];
        for (const shape of shapes) {
          const subscriber = new ManualSubscriber<number>();
          const stop = (n: number): boolean => {
            if (n === 3) subscriber.cancel();
            return n === 3;
          };
          shape(head(), stop).subscribe(subscriber);
          subscriber.request(20);
          await settled();
          expect(subscriber.items.filter((n) => n >= 3)).toEqual([]);
          expect(subscriber.ended).toBe(false);
        }
      });

      it("ends by the first of several takes, and take(0) anywhere ends at once", async () => {
        setFusion(fused);
        expect((await ended(head().pipe(take(5), take(2), take(7)))).items).toEqual([1, 2]);
        const odd = filter((n: number) => n % 2 === 1);
        expect((await ended(head().pipe(take(4), odd, take(3)))).items).toEqual([1, 3]);
        const none = await ended(
          head().pipe(
            map((n) => n),
            take(0),
            map((n) => n),
          ),
        );
        expect([none.items, none.completed]).toEqual([[], true]);
      });

      it("names the stage whose function throws what is no Error", async () => {
        setFusion(fused);
        const failing = tap(() => {
          throw undefined;
        });
        const subscriber = await ended(
          head().pipe(
            map((n) => n),
            failing,
            map((n) => n),
          ),
        );
        expect(String(subscriber.error)).toBe("Error: tap threw undefined, which is no Error");
      });
    });
  }
}

describe("FusedRun of maps only", () => {
  it("applies as many as there are, each once and in order", async () => {
    for (let count = 1; count <= 32; count++) {
      let flow: Flow<string> = of("");
      const wanted = Array.from({ length: count }, (_, k) => `${k} `).join("");
      for (let k = 0; k < count; k++) flow = flow.pipe(map((text) => `${text}${k} `));
      expect(await flow.toArray()).toEqual([wanted]);
      const long = filter((text: string) => text.length > 0);
      expect(await flow.pipe(long).toArray()).toEqual([wanted]);
    }
  });
});
