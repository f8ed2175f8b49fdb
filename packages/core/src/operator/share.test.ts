import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { Flow } from "../flow/flow.js";
import type { GroupFlow } from "../flow/group-flow.js";
import { defer } from "../source/defer.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { share } from "./share.js";

function read<T>(flow: Flow<T>, demand: number): ManualSubscriber<T> {
  const subscriber = new ManualSubscriber<T>();
  flow.subscribe(subscriber);
  if (demand > 0) subscriber.request(demand);
  return subscriber;
}

/** A shared flow over upstreams driven by hand, one for each time that it starts. */
function shared(prefetch: number): {
  flow: GroupFlow<number>;
  upstreams: TestPublisher<number>[];
} {
  const upstreams: TestPublisher<number>[] = [];
  const source = defer(() => {
    const upstream = new TestPublisher<number>();
    upstreams.push(upstream);
    return fromPublisher(upstream);
  });
  return { flow: share<number>({ prefetch })(source), upstreams };
}

describe("share", () => {
  it("subscribes upstream once, and cancels it when the last one leaves", () => {
    const { flow, upstreams } = shared(4);
    const [first, second] = [read(flow, 9), read(flow, 9)];
    upstreams[0]?.next(1, 2);
    first.cancel();
    expect([upstreams.length, upstreams[0]?.cancels]).toEqual([1, 0]);
    second.cancel();
    expect([first.items, second.items, upstreams[0]?.cancels]).toEqual([[1, 2], [1, 2], 1]);
  });

  it("starts anew for who comes after the last one has left, and after the end", () => {
    const { flow, upstreams } = shared(4);
    read(flow, 0).cancel();
    const second = read(flow, 9);
    upstreams[1]?.next(1);
    upstreams[1]?.complete();
    const third = read(flow, 9);
    upstreams[2]?.error("broke");
    expect([second.completed, third.error, upstreams.length]).toEqual([true, "broke", 3]);
  });

  it("goes at the pace of the slowest, prefetch ahead", () => {
    const { flow, upstreams } = shared(4);
    const [fast, slow] = [read(flow, Number.POSITIVE_INFINITY), read(flow, 0)];
    const [upstream] = upstreams as [TestPublisher<number>];
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    expect([fast.items.length, upstream.requested]).toEqual([4, 4]);
    slow.request(2);
    expect(upstream.requested).toBe(4);
    slow.request(1);
    expect(upstream.requested).toBe(7);
    upstream.next(5, 6, 7);
    slow.request(9);
    expect([slow.items, upstream.requested]).toEqual([[1, 2, 3, 4, 5, 6, 7], 11]);
  });

  it("is not slowed by who drops, and lets everybody choose", () => {
    const { flow, upstreams } = shared(2);
    const [all, latest] = [read(flow, 9), read(flow.with({ slow: "latest" }), 0)];
    const [upstream] = upstreams as [TestPublisher<number>];
    for (let n = 1; n <= 6; n++) upstream.next(n);
    latest.request(2);
    expect([all.items, latest.items]).toEqual([[1, 2, 3, 4, 5, 6], [6]]);
  });

  it("waits with patience", () => {
    const { flow, upstreams } = shared(2);
    const clock = new VirtualClock();
    const all = read(flow, 9);
    const slow = read(flow.with({ patienceMs: 10, otherwise: "disconnect", clock }), 0);
    const [upstream] = upstreams as [TestPublisher<number>];
    upstream.next(1, 2);
    expect([upstream.demand, clock.pending]).toEqual([0, 1]);
    clock.advance(10);
    expect([slow.failed, upstream.demand, clock.pending]).toEqual([true, 2, 0]);
    upstream.next(3);
    expect(all.items).toEqual([1, 2, 3]);
  });

  it("gives who joins what nobody has taken yet, and what comes", () => {
    const { flow, upstreams } = shared(4);
    const first = read(flow, 0);
    upstreams[0]?.next(1, 2, 3);
    first.request(1);
    const second = read(flow, 9);
    expect(second.items).toEqual([2, 3]);
    first.request(9);
    upstreams[0]?.next(4);
    expect([first.items, second.items]).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
  });

  it("gives who joins nothing that the fastest has taken, though another has not", () => {
    const { flow, upstreams } = shared(4);
    read(flow, 0);
    const fast = read(flow, 2);
    upstreams[0]?.next(1, 2, 3);
    expect([fast.items, read(flow, 9).items]).toEqual([[1, 2], [3]]);
  });

  it("loses nothing to who joins behind one that drops", () => {
    const { flow, upstreams } = shared(2);
    read(flow.with({ slow: "dropOldest" }), 0);
    const [upstream] = upstreams as [TestPublisher<number>];
    upstream.next(1, 2);
    const late = read(flow, 0);
    while (upstream.demand > 0) upstream.next(upstream.emitted + 1);
    late.request(2);
    expect([late.items, late.items.length]).toEqual([[upstream.emitted - 1, upstream.emitted], 2]);
  });

  it("asks for no more than there is room for when somebody is cut off, or asks, as the item comes", () => {
    for (const slow of ["disconnect", "dropOldest"] as const) {
      const { flow, upstreams } = shared(1);
      let asks = false;
      const late: ManualSubscriber<number> = read(
        flow.with({ slow, onDrop: () => asks && late.request(1) }),
        0,
      );
      upstreams[0]?.next(1);
      asks = slow === "dropOldest";
      const waited = read(flow, 0);
      upstreams[0]?.next(2);
      expect([upstreams[0]?.demand, waited.items]).toEqual([0, []]);
      waited.request(2);
      upstreams[0]?.next(3);
      expect(waited.items).toEqual([2, 3]);
    }
  });

  it("does not subscribe upstream for who cancels inside onSubscribe", () => {
    const { flow, upstreams } = shared(2);
    flow.subscribe(new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() }));
    expect(upstreams.length).toBe(0);
  });

  it("goes on for who subscribes within the onNext in which the last one leaves", () => {
    const flow = share<number>({ prefetch: 2 })(range(1, 5));
    const inner: ManualSubscriber<number>[] = [];
    const outer = new ManualSubscriber<number>({
      onNext: (n, self) => {
        if (n !== 2) return;
        self.cancel();
        inner.push(read(flow, 9));
      },
    });
    flow.subscribe(outer);
    outer.request(9);
    expect([outer.items, inner[0]?.items, inner[0]?.completed]).toEqual([[1, 2], [3, 4, 5], true]);
  });

  it("throws at the call for wrong options, and for what is no flow", () => {
    expect(() => share({ prefetch: 0 })).toThrow(/share the prefetch 0/);
    expect(() => share({ slow: "no" as "wait" })).toThrow(/"no"/);
    expect(() => share()([1] as never)).toThrow(/Cannot apply share/);
    for (const wrong of [5, null, "latest"]) {
      expect(() => share(wrong as never)).toThrow(/Cannot give share the options .*: it takes an object/);
    }
  });

  it("takes no default for a capacity by which items may be lost", () => {
    const cut = { patienceMs: 5, otherwise: "disconnect" } as const;
    for (const lossy of [{ slow: "dropOldest" }, { slow: "latest" }, { slow: "disconnect" }, cut] as const) {
      // @ts-expect-error: no prefetch
      expect(() => share(lossy)).toThrow(/share that may drop the capacity undefined/);
      // @ts-expect-error: no prefetch
      expect(() => share<number>()(range(1, 3)).with(lossy)).toThrow(/share that may drop the capacity/);
      expect(share<number>({ prefetch: 2 })(range(1, 3)).with(lossy)).toBeInstanceOf(Flow);
      expect(share<number>({ ...lossy, prefetch: 2 })(range(1, 3))).toBeInstanceOf(Flow);
    }
    expect(share<number>()(range(1, 3)).with({ slow: "wait" })).toBeInstanceOf(Flow);
  });
});
