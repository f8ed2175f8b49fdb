import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { concatMap } from "../operator/concat-map.js";
import { filter } from "../operator/filter.js";
import { map } from "../operator/map.js";
import { take } from "../operator/take.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { flowFrom } from "./connected-flow.js";
import type { EdgeCounts } from "./edge.js";
import { Inspection } from "./inspection.js";

afterEach(() => Inspection.current?.stop());

const path = ({ from, to }: EdgeCounts): string => `${from} > ${to ?? "end"}`;

describe("Inspection", () => {
  it("counts what passes between any two stages, and how it ended", async () => {
    const inspection = Inspection.start();
    await range(1, 10)
      .pipe(
        map((n) => n * 2),
        filter((n) => n % 4 === 0),
        take(2),
      )
      .toArray();
    expect(
      inspection.edges().map((edge) => [path(edge), edge.requested, edge.delivered, edge.unused, edge.state]),
    ).toEqual([
      ["filter > take", 2, 2, 0, "cancelled"],
      ["map > filter", 2, 4, 2, "cancelled"],
      ["range > map", 2, 4, 2, "cancelled"],
      ["take > end", Number.POSITIVE_INFINITY, 2, 0, "completed"],
    ]);
  });

  it("says of an edge that is open what is asked and what has passed, in conservation", () => {
    const inspection = Inspection.start();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({
      onNext: () => {
        const [edge] = inspection.edges();
        expect([edge?.offered, edge?.delivered, edge?.held]).toEqual([1, 0, 1]); // while it is being taken
      },
    });
    fromPublisher(upstream).subscribe(subscriber);
    subscriber.request(3);
    upstream.next(1);
    const [edge] = inspection.edges();
    expect(edge).toEqual({
      ...{ from: "fromPublisher", to: undefined, requested: 3, offered: 1, delivered: 1, unused: 0 },
      ...{ dropped: 0, held: 0, state: "open" },
    });
    upstream.error(new Error("broke"));
    expect(inspection.edges().map(({ state }) => state)).toEqual(["failed"]);
  });

  it("tells to which operator a source leads that was made on the way", async () => {
    const inspection = Inspection.start();
    await range(1, 2)
      .pipe(
        concatMap((n) => range(n, 2)),
        map((n) => n),
      )
      .toArray();
    expect(new Set(inspection.edges().map(path))).toEqual(
      new Set(["range > concatMap", "concatMap > map", "map > end"]),
    );
    const inner = inspection.edges().filter((edge) => path(edge) === "range > concatMap");
    expect(inner.map(({ delivered }) => delivered).sort()).toEqual([2, 2, 2]); // upstream, and two inner sources
  });

  it("changes nothing once it is off, and nothing of what was subscribed before it was on", async () => {
    const before = new ManualSubscriber<number>();
    range(1, 3).subscribe(before);
    const inspection = Inspection.start();
    before.request(3);
    inspection.stop();
    inspection.stop();
    await range(1, 3).toArray();
    expect(inspection.edges()).toEqual([]);
    expect(Inspection.current).toBeUndefined();
  });

  it("ends with a using block", () => {
    {
      using inspection = Inspection.start();
      expect(Inspection.current).toBe(inspection);
    }
    expect(Inspection.current).toBeUndefined();
  });

  it("refuses to start twice", () => {
    Inspection.start();
    expect(() => Inspection.start()).toThrow("Cannot inspect twice: stop() the Inspection that is on first");
  });

  it("is bounded: it counts the edges beyond its capacity, and forgets those that ended first", async () => {
    const inspection = Inspection.start({ capacity: 2, keepEnded: 3 });
    const open = Array.from({ length: 5 }, () => {
      const subscriber = new ManualSubscriber<number>();
      range(1, 3).subscribe(subscriber);
      return subscriber;
    });
    expect([inspection.edges().length, [...inspection.registry].length, inspection.registry.refused]).toEqual(
      [2, 2, 3],
    );
    for (const subscriber of open) subscriber.cancel();
    expect(inspection.edges()).toHaveLength(3);
    expect([...inspection.registry]).toEqual([]);
    const next = new ManualSubscriber<number>();
    range(1, 3).subscribe(next);
    expect([...inspection.registry]).toHaveLength(1);
  });

  it("refuses what is no bound, and is off then", () => {
    expect(() => Inspection.start({ capacity: 0 })).toThrow("Cannot give capacity the capacity 0");
    expect(() => Inspection.start({ keepEnded: 0 })).toThrow("Cannot give keepEnded the capacity 0");
    expect(Inspection.current).toBeUndefined();
  });

  it("is not led astray by a source that throws as it is subscribed", async () => {
    const inspection = Inspection.start();
    const broken = flowFrom<number>(() => {
      throw new Error("broken");
    });
    await broken.toArray().catch(() => {});
    await range(1, 1).toArray();
    expect(inspection.edges().map(path)).toContain("range > end");
  });

  it("names a flow whose author says nothing of it by its class", async () => {
    const inspection = Inspection.start();
    const nameless = flowFrom<number>((downstream) => range(1, 1).connect(downstream));
    await nameless.toArray();
    expect(inspection.edges().map(path)).toContain("range > ConnectedFlow");
  });
});
