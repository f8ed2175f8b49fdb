import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { replay } from "./replay.js";

function read<T>(flow: Flow<T>, demand: number): ManualSubscriber<T> {
  const subscriber = new ManualSubscriber<T>();
  flow.subscribe(subscriber);
  if (demand > 0) subscriber.request(demand);
  return subscriber;
}

describe("replay", () => {
  it("gives the last items first, then what comes, each by demand", () => {
    const hub = replay<number>({ capacity: 4, last: 2 });
    for (const n of [1, 2, 3]) expect(hub.tryEmit(n)).toBe("ok");
    const late = read(hub, 1);
    expect([late.items, hub.held, hub.subscriberCount]).toEqual([[2], 2, 1]);
    hub.tryEmit(4);
    late.request(9);
    hub.tryEmit(5);
    expect([late.items, hub.held]).toEqual([[2, 3, 4, 5], 2]);
  });

  it("gives them after the end too, then the end", () => {
    const hub = replay<number>({ capacity: 4, last: 2 });
    for (const n of [1, 2, 3]) hub.tryEmit(n);
    hub.error("broke");
    for (let round = 0; round < 2; round++) {
      const late = read(hub, 1);
      expect([late.items, late.failed]).toEqual([[2], false]);
      late.request(1);
      expect([late.items, late.error]).toEqual([[2, 3], "broke"]);
    }
  });

  it("lets a slow subscriber slow the producer, or not, as broadcast does", () => {
    const hub = replay<number>({ capacity: 3, last: 1 });
    const [wait, latest] = [read(hub, 0), read(hub.with({ slow: "latest" }), 0)];
    expect([1, 2, 3, 4].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok", "ok", "overflow"]);
    wait.cancel();
    expect([hub.held, hub.tryEmit(5)]).toEqual([1, "ok"]);
    latest.request(9);
    expect([latest.items, read(hub, 9).items]).toEqual([[5], [5]]);
  });

  it("gives who subscribes within onNext no more than the last items, also when more were emitted there", () => {
    const hub = replay<number>({ capacity: 8, last: 1 });
    const late: ManualSubscriber<number>[] = [];
    const first = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n > 1) return;
        hub.tryEmit(2);
        hub.tryEmit(3);
        late.push(read(hub, 9));
      },
    });
    hub.subscribe(first);
    first.request(9);
    hub.tryEmit(1);
    expect([first.items, late[0]?.items]).toEqual([[1, 2, 3], [3]]);
  });

  it("holds what somebody who joins within an onDrop is waited for", () => {
    const hub = replay<number>({ capacity: 2, last: 2 });
    const late: ManualSubscriber<number>[] = [];
    const onDrop = (): void => {
      if (late.length === 0) late.push(read(hub, 0));
    };
    const slow = read(hub.with({ slow: "dropOldest", onDrop }), 0);
    for (const n of [1, 2, 3, 4]) hub.tryEmit(n);
    late[0]?.request(9);
    const { items } = late[0] as ManualSubscriber<number>;
    expect(items).toEqual([...items].sort());
    slow.request(9);
    expect([hub.held, slow.items.at(-1)]).toEqual([2, items.at(-1)]);
  });

  it("throws at the call for what is no number of last items", () => {
    for (const wrong of [undefined, 0, 1.5, -1]) {
      expect(() => replay({ capacity: 2, last: wrong as number })).toThrow(/last of replay/);
    }
    expect(() => replay({ capacity: 2, last: 3 })).toThrow(/last 3 items: it must be <= the capacity, 2/);
    expect(() => replay(undefined as never)).toThrow(RangeError);
  });
});
