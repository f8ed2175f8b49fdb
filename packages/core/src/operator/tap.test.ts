import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { range } from "../source/range.js";
import { map } from "./map.js";
import { tap } from "./tap.js";

describe("tap", () => {
  it("looks at each item on its way, in order with the other stages", async () => {
    const log: string[] = [];
    const flow = range(1, 2).pipe(
      tap((n) => void log.push(`before ${n}`)),
      map((n) => n * 10),
      tap((n) => void log.push(`after ${n}`)),
    );
    expect(await flow.toArray()).toEqual([10, 20]);
    expect(log).toEqual(["before 1", "after 10", "before 2", "after 20"]);
  });

  it("ends the stream at the item whose function throws, named when that is no Error", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        map((n) => n),
        tap((n) => {
          if (n === 2) throw "two";
        }),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    expect(subscriber.items).toEqual([1]);
    expect(String(subscriber.error)).toBe('Error: tap threw "two", which is no Error');
    expect((subscriber.error as Error).cause).toBe("two");
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => tap(undefined as never)).toThrow(TypeError);
  });
});
