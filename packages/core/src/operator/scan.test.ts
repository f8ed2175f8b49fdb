import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { scan } from "./scan.js";

describe("scan", () => {
  it("sends the running result, not the seed", async () => {
    expect(
      await of(1, 2, 3)
        .pipe(scan((sum, n) => sum + n, 10))
        .toArray(),
    ).toEqual([11, 13, 16]);
    expect(
      await of<number>()
        .pipe(scan((sum, n) => sum + n, 10))
        .toArray(),
    ).toEqual([]);
  });

  it("starts anew for each subscription, and for each of two scans in a pipe", async () => {
    const sum = scan((so: number, n: number) => so + n, 0);
    const flow = range(1, 3).pipe(sum, sum);
    expect([await flow.toArray(), await flow.toArray()]).toEqual([
      [1, 4, 10],
      [1, 4, 10],
    ]);
  });

  it("takes null and undefined as seed and as result", async () => {
    const alternate = scan(
      (so: unknown, _: number) => (so === undefined ? null : undefined),
      undefined as unknown,
    );
    expect(await range(1, 3).pipe(alternate).toArray()).toEqual([null, undefined, null]);
  });

  it("ends the stream at the item whose function throws", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        scan((sum, n) => {
          if (n === 3) throw new Error("three");
          return sum + n;
        }, 0),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, String(subscriber.error)]).toEqual([[1, 3], "Error: three"]);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => scan(0 as never, 0)).toThrow(TypeError);
  });
});
