import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { map } from "../operator/map.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { type Flow, type Operator, requireFlow } from "./flow.js";

describe("Flow.pipe", () => {
  it("returns the flow itself without operators, and applies any number of them in order", async () => {
    const flow = of("");
    expect(flow.pipe()).toBe(flow);
    const add = (letter: string): Operator<string, string> => map((text) => text + letter);
    const ten = flow.pipe(
      add("a"),
      add("b"),
      add("c"),
      add("d"),
      add("e"),
      add("f"),
      add("g"),
      add("h"),
      add("i"),
      add("j"),
    );
    expect(await ten.toArray()).toEqual(["abcdefghij"]);
  });

  it("takes a function of a flow as an operator", async () => {
    const twice = (flow: Flow<number>): Flow<number> => flow.pipe(map((n) => n * 2));
    expect(await range(1, 2).pipe(twice, twice).toArray()).toEqual([4, 8]);
  });

  it("runs nothing until it is subscribed, and anew for each subscriber", () => {
    const upstream = new TestPublisher<number>();
    let calls = 0;
    const flow = fromPublisher(upstream).pipe(
      map((n) => {
        calls++;
        return n;
      }),
    );
    expect([upstream.subscribers, calls]).toEqual([0, 0]);
    flow.subscribe(new ManualSubscriber<number>());
    expect(upstream.subscribers).toBe(1);
  });

  it("leaves the flow it is called on as it was", async () => {
    const flow = range(1, 2);
    flow.pipe(map((n) => -n));
    expect(await flow.toArray()).toEqual([1, 2]);
  });
});

describe("Flow", () => {
  it("is an async iterable", async () => {
    const seen: number[] = [];
    for await (const n of range(1, 600)) seen.push(n);
    expect([seen.length, seen.at(-1)]).toEqual([600, 600]);
  });
});

describe("requireFlow", () => {
  it("returns a flow and throws a TypeError naming the operator for anything else", () => {
    const flow = range(1, 2);
    expect(requireFlow(flow, "map")).toBe(flow);
    expect(() => requireFlow(new TestPublisher<number>() as unknown as Flow<number>, "map")).toThrow(/map/);
  });
});
