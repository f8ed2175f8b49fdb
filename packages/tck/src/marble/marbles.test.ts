import type { Publisher } from "@sluice/core";
import { fromPublisher, limitDemand, map, mapAsync, onBackpressureLatest, take } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { Marbles } from "./marbles.js";

const failureOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "it passed",
    (error: Error) => error.message,
  );

const throwing = (): never => {
  throw new Error("thrown by map");
};

describe("Marbles", () => {
  it("plays requests and cancels, and compares what comes of them", async () => {
    const marbles = new Marbles();
    const source = marbles.source("a b - c - d |");
    await marbles.expect(fromPublisher(source).pipe(map((mark) => mark)), "-(+2 a b)--(+1 c)!");
  });

  it("sends an item as soon as it is asked for, and not before", async () => {
    const marbles = new Marbles();
    const source = marbles.source("abc|");
    await marbles.expect(fromPublisher(source), "--(+1 a)-(+1 b)---(+* c |)");
  });

  it("expects on a source's line what is asked of it", async () => {
    const marbles = new Marbles();
    const source = marbles.source("(+2 a +1 b +1)-(c d)|");
    await marbles.expect(fromPublisher(source).pipe(limitDemand(2)), "(+4 a b)-(c d)|");
  });

  it("sees a cancel reach the source", async () => {
    const marbles = new Marbles();
    const source = marbles.source("(+1 a !)bc");
    await marbles.expect(fromPublisher(source).pipe(take(1)), "(+* a |)");
  });

  it("knows failure as #, on all lines", async () => {
    const marbles = new Marbles(new Error("broke"));
    await marbles.expect(fromPublisher(marbles.source("a--#")), "(+* a)--#");
    const other = new Marbles();
    const failed = fromPublisher(other.source("a")).pipe(map(() => throwing()));
    expect(await failureOf(other.expect(failed, "(+1 #)"))).toContain("? is Error: thrown by map");
  });

  it("lets promises call back within their frame", async () => {
    const marbles = new Marbles();
    const twice = mapAsync(async (n: number) => n * 2);
    await marbles.expect(
      fromPublisher(marbles.source<number>("a-b|", { a: 1, b: 2 })).pipe(twice),
      "(+* x)-y|",
      { x: 2, y: 4 },
    );
  });

  it("prints the lines as wanted and as seen when they differ, and what a strange item was", async () => {
    const marbles = new Marbles();
    const source = marbles.source("(+* a)-b|");
    const message = await failureOf(
      marbles.expect(fromPublisher(source).pipe(map((mark) => (mark === "b" ? "beta" : mark))), "(+1 a)-b|"),
    );
    expect(message).toBe(
      [
        "The marbles are not as drawn",
        "  what comes out",
        "    wanted  (+1 a)-b|",
        "    seen    (+1 a)",
        "  source 1",
        "    wanted  +*",
        "    seen    +1",
      ].join("\n"),
    );
    const second = new Marbles();
    const strange = await failureOf(
      second.expect(fromPublisher(second.source("a")).pipe(map(() => "beta")), "(+1 b)"),
    );
    expect(strange).toContain("seen    (+1 ?)");
    expect(strange).toContain("? is beta, which no mark stands for");
  });

  it("catches one item too many, one too few, one too late, and a cancel that does not come", async () => {
    const run = (source: string, line: string): Promise<string> => {
      const marbles = new Marbles();
      return failureOf(
        marbles.expect(fromPublisher(marbles.source(source)).pipe(onBackpressureLatest()), line),
      );
    };
    expect(await run("ab|", "(+* a)b|")).toBe("it passed");
    expect(await run("ab|", "(+* a)-|")).toContain("seen    (+* a)b|");
    expect(await run("a-|", "(+* a)b|")).toContain("seen    (+* a)-|");
    expect(await run("-a|", "(+* a)-|")).toContain("seen    +*a|");
    expect(await run("(+* a)b!", "(+* a)b")).toContain("wanted  +*-!");
  });

  it("serves one subscriber a line", async () => {
    const marbles = new Marbles();
    const source = marbles.source("a|");
    source.subscribe({ onSubscribe() {}, onNext() {}, onError() {}, onComplete() {} });
    await expect(marbles.expect(source, "#")).rejects.toThrow();
    expect(() => source.subscribe(null as never)).toThrow("Cannot subscribe without a subscriber (§1.9)");
  });

  it("takes any marks of one value for another", async () => {
    const values = { a: 1, b: 2, c: 2, x: "y" };
    const marbles = new Marbles();
    const source = marbles.source<unknown>("(a b c y)", values);
    await marbles.expect(fromPublisher(source), "(+* a c b x)", values);
  });

  it("waits for an onSubscribe that comes late, and misses one that never comes", async () => {
    const late: Publisher<string> = {
      subscribe: (subscriber) =>
        queueMicrotask(() =>
          subscriber.onSubscribe({ request: () => subscriber.onNext("a"), cancel: () => {} }),
        ),
    };
    await new Marbles().expect(late, "(+1 a)");
    const silent = { subscribe: () => {} };
    expect(await failureOf(new Marbles().expect(silent, "+1-"))).toBe("Waited in vain for onSubscribe");
  });

  it("spends no time on time in which nothing is drawn", async () => {
    const marbles = new Marbles();
    const source = marbles.source("a 86400000ms b");
    await marbles.expect(fromPublisher(source), "(+* a) 86400000ms b");
    expect(marbles.clock.now()).toBe(86_400_001);
  });

  it("plays time behind the last mark too: nothing may come in it", async () => {
    const marbles = new Marbles();
    const source = marbles.source("a---b");
    expect(await failureOf(marbles.expect(fromPublisher(source), "(+* a)----"))).toContain("(+* a)---b");
    const shorter = new Marbles();
    await shorter.expect(fromPublisher(shorter.source("a--")), "(+* a)----");
  });

  it("refuses to be played twice, and marks that are none", async () => {
    const marbles = new Marbles();
    await marbles.expect(fromPublisher(marbles.source("a")), "(+1 a)");
    expect(await failureOf(marbles.expect(fromPublisher(marbles.source("a")), "(+1 a)"))).toMatch(
      "Cannot play marbles twice, their time is over: make other Marbles",
    );
    expect(() => new Marbles().source("a", { ab: 1 })).toThrow('Cannot take "ab" for a mark');
  });

  it("takes no wrong request for demand", async () => {
    const marbles = new Marbles();
    const source = marbles.source("a");
    const wrong: Publisher<string> = {
      subscribe: (subscriber) =>
        source.subscribe({
          onSubscribe: (subscription) => {
            subscriber.onSubscribe(subscription);
            subscription.request(Number.NaN);
          },
          onNext: (item) => subscriber.onNext(item),
          onError: (error) => subscriber.onError(error),
          onComplete: () => subscriber.onComplete(),
        }),
    };
    await marbles.expect(wrong, "--");
  });
});
