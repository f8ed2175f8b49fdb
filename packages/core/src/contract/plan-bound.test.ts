import { describe, expect, it } from "vitest";
import { flowOf } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { map } from "../operator/map.js";
import { mapAsync } from "../operator/map-async.js";
import { merge } from "../operator/merge.js";
import { empty } from "../source/empty.js";
import { range } from "../source/range.js";
import { planBound } from "./plan-bound.js";

class Same extends OperatorSubscriber<number, number> {
  next(item: number): boolean {
    return this.downstream.next(item);
  }
}

describe("planBound", () => {
  it("adds up what the parts of a pipeline promise, from the source down", () => {
    const twice = mapAsync(async (n: number) => n, { concurrency: 8 });
    const plan = planBound(
      range(1, 9).pipe(
        map((n) => n),
        twice,
        twice,
      ),
    );
    expect(plan.atMost).toBe(16);
    expect(plan.parts.map(({ name, atMost }) => [name, atMost])).toEqual([
      ["range", 0],
      ["map", 0],
      ["mapAsync", 8],
      ["mapAsync", 8],
    ]);
    expect(plan.parts[2]?.says).toContain("concurrency");
  });

  it("knows no bound of an operator without a contract, and says which it is", () => {
    const plan = planBound(
      flowOf(range(1, 9), (down: Same["downstream"]) => new Same(down), { name: "mine" }),
    );
    expect(plan.atMost).toBe(Number.POSITIVE_INFINITY);
    expect(plan.parts.at(-1)).toEqual({
      name: "mine",
      atMost: Number.POSITIVE_INFINITY,
      says: "no contract is known",
    });
  });

  it("knows no bound of what only bears the name of an operator of ours", () => {
    const about = { name: "onBackpressureBuffer" };
    const plan = planBound(flowOf(range(1, 9), (down: Same["downstream"]) => new Same(down), about));
    expect(plan.atMost).toBe(Number.POSITIVE_INFINITY);
    expect(plan.parts.at(-1)?.says).toBe("its settings are not known");
  });

  it("takes more sources in one place than a call takes arguments", () => {
    const sources = Array.from({ length: 300_000 }, () => empty());
    expect(planBound(merge(sources)).atMost).toBe(Number.POSITIVE_INFINITY);
  });

  it("walks a pipe that is longer than the stack is deep, and stops at one without an end", () => {
    let flow: Flow<number> = range(1, 9);
    for (let n = 0; n < 50_000; n++) flow = flow.pipe(map((item) => item));
    expect(planBound(flow).atMost).toBe(0);
    for (let n = 0; n < 60_000; n++) flow = flow.pipe(map((item) => item));
    expect(planBound(flow).atMost).toBe(Number.POSITIVE_INFINITY);
  });

  it("refuses what is no Flow", () => {
    expect(() => planBound([1] as never)).toThrow("Cannot apply planBound to <object>: it takes a Flow");
  });
});
