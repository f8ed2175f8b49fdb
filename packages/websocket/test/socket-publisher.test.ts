import { type Flow, OverflowCounters, OverflowError, policy, take } from "@sluice/core";
import { ManualSubscriber, settled } from "@sluice/tck";
import {
  type ReceivedMessage,
  SocketClosedError,
  socketPublisher,
  type SocketPublisherOptions,
} from "@sluice/websocket";
import { describe, expect, it } from "vitest";
import { FakePausable, FakeSocket } from "./fake-socket.js";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** The messages of a played socket, as they are asked for. */
function reading(
  socket: FakeSocket,
  chosen = policy.error<ReceivedMessage>(),
  options: SocketPublisherOptions = {},
): ManualSubscriber<ReceivedMessage> {
  const subscriber = new ManualSubscriber<ReceivedMessage>();
  socketPublisher(socket, chosen, options).subscribe(subscriber);
  return subscriber;
}

describe("socketPublisher of a socket that can be paused", () => {
  it("loses nothing to a consumer that is slow, whatever the policy: what is not asked for waits at the peer", async () => {
    for (const chosen of [policy.error(), policy.drop(), policy.latest()]) {
      const socket = new FakePausable();
      const subscriber = reading(
        socket,
        chosen as typeof chosen & ReturnType<typeof policy.error<ReceivedMessage>>,
      );
      socket.offer(numbers(1000));
      expect([socket.isPaused, socket.waiting]).toEqual([true, 999]); // one was needed to know that one came
      for (let asked = 7; subscriber.items.length < 1000; asked += 7) {
        subscriber.request(7);
        await settled();
        expect(subscriber.items.length).toBe(Math.min(asked, 1000));
        expect(socket.waiting).toBe(Math.max(0, 1000 - asked - 1));
      }
      expect(subscriber.items).toEqual(numbers(1000));
    }
  });

  it("holds what was in hand when it paused, in order, and pauses no more than once for it", async () => {
    const socket = new FakePausable();
    const subscriber = reading(socket);
    socket.offer(numbers(5000), 1000);
    expect([socket.waiting, socket.pauses]).toEqual([4, 1]);
    for (let n = 0; n < 2000; n++) {
      subscriber.request(1);
      await settled();
    }
    expect([subscriber.items.length, socket.waiting, socket.pauses]).toEqual([2000, 3, 2]);
    subscriber.request(Number.POSITIVE_INFINITY);
    await settled();
    expect([subscriber.items, socket.pauses]).toEqual([numbers(5000), 2]);
  });

  it("does not pause for a consumer that keeps up", () => {
    const socket = new FakePausable();
    const subscriber = reading(socket);
    for (let n = 0; n < 100; n++) {
      subscriber.request(1);
      socket.offer(["a"]);
    }
    expect([subscriber.items.length, socket.pauses]).toEqual([100, 0]);
  });

  it("ends behind what it holds", () => {
    for (const [code, end] of [
      [1000, "onComplete"],
      [1006, "onError"],
    ] as const) {
      const socket = new FakePausable();
      const subscriber = reading(socket);
      socket.message("a", "b");
      socket.closed(code);
      expect(subscriber.ended).toBe(false);
      subscriber.request(1);
      expect(subscriber.ended).toBe(false);
      subscriber.request(1);
      expect(subscriber.signals.map(({ kind }) => kind)).toEqual(["onSubscribe", "onNext", "onNext", end]);
    }
  });

  it("drops what it holds on cancel, and reads on, so that the peer's answer to the close is heard", () => {
    const socket = new FakePausable();
    const subscriber = reading(socket);
    socket.offer(numbers(10), 5);
    subscriber.cancel();
    expect([socket.isPaused, socket.closes]).toEqual([false, [1000]]);
    socket.closed(1000);
    expect([subscriber.items, subscriber.ended, socket.listenerCount]).toEqual([[], false, 0]);
  });

  it("leaves it to the policy if told so: the newest rather than every one", () => {
    const socket = new FakePausable();
    const subscriber = reading(socket, policy.latest(), { pause: false });
    socket.offer(numbers(100));
    subscriber.request(1);
    expect([subscriber.items, socket.pauses]).toEqual([["99"], 0]);
  });

  it("gives what the policy makes of a message, also while it has nothing to hold back", async () => {
    const bytes = policy.conflate<ReceivedMessage, number>(
      (message) => message.length,
      (sum, message) => sum + message.length,
    );
    for (const [options, items] of [
      [{}, [1, 22, 333]],
      [{ pause: false }, [1 + 22 + 333]],
    ] as const) {
      const socket = new FakePausable();
      const subscriber = new ManualSubscriber<number>();
      socketPublisher(socket, bytes, options).subscribe(subscriber);
      socket.offer(["a".repeat(1), "b".repeat(22), "c".repeat(333)]);
      subscriber.request(3);
      await settled();
      expect(subscriber.items).toEqual(items);
    }
  });

  it("keeps the counters of the policy", async () => {
    const socket = new FakePausable();
    const counters = new OverflowCounters();
    const subscriber = reading(socket, policy.drop({ counters }));
    socket.offer(numbers(10));
    subscriber.request(10);
    await settled();
    const { offered, delivered, dropped, held } = counters;
    expect({ offered, delivered, dropped, held }).toEqual({
      offered: 10,
      delivered: 10,
      dropped: 0,
      held: 0,
    });
  });

  it("fails when the socket goes on though it was paused, and says what to do", () => {
    const socket = new FakePausable();
    const subscriber = reading(socket);
    for (let n = 0; n < 66_000; n++) socket.message("");
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect(String(subscriber.error)).toContain("{ pause: false } leaves it to the policy");
    socket.closed(1000);
    expect([subscriber.items, socket.listenerCount]).toEqual([[], 0]);
  });
});

describe("socketPublisher of a socket that cannot be paused", () => {
  it("does with what nobody asked for as the policy says", () => {
    for (const [chosen, items] of [
      [policy.drop<ReceivedMessage>(), []],
      [policy.latest<ReceivedMessage>(), ["9"]],
      [policy.buffer<ReceivedMessage>({ capacity: 2, overflow: "dropNewest" }), ["0", "1"]],
      [policy.buffer<ReceivedMessage>({ capacity: 2, overflow: "dropOldest" }), ["8", "9"]],
    ] as const) {
      const socket = new FakeSocket();
      const subscriber = reading(socket, chosen);
      socket.message(...numbers(10));
      subscriber.request(10);
      expect(subscriber.items).toEqual(items);
    }
  });

  it("closes the socket when the policy is to fail", () => {
    const socket = new FakeSocket();
    const subscriber = reading(socket, policy.error());
    socket.message("a");
    expect([subscriber.error instanceof OverflowError, socket.closes]).toEqual([true, [1000]]);
    socket.closed(1000);
    expect(socket.listenerCount).toBe(0);
  });
});

describe("socketPublisher", () => {
  const sockets = { "can be paused": () => new FakePausable(), cannot: () => new FakeSocket() };

  it("gives text as strings and binary as bytes", () => {
    for (const make of Object.values(sockets)) {
      const socket = make();
      const subscriber = reading(socket);
      subscriber.request(3);
      expect(socket.binaryType).toBe("arraybuffer");
      const buffer = Buffer.from([3]);
      socket.message("a", new Uint8Array([1, 2]).buffer, buffer);
      expect(subscriber.items).toEqual(["a", new Uint8Array([1, 2]), buffer]);
      expect(subscriber.items[2]).toBe(buffer); // of ws: not copied
    }
  });

  it("completes on a clean close and fails on any other, with code, reason and cause", () => {
    const lost = new SocketClosedError(1006, "", { cause: new Error("reset by peer") });
    for (const [options, code, reason, error] of [
      [{}, 1000, "", undefined],
      [{}, 1005, "", undefined],
      [{}, 1001, "leaving", new SocketClosedError(1001, "leaving")],
      [{}, 4000, "", new SocketClosedError(4000, "")],
      [{}, 1006, "", lost],
      [{ cleanCodes: [1001] }, 1001, "", undefined],
      [{ cleanCodes: [1001] }, 1000, "", new SocketClosedError(1000, "")],
    ] as const) {
      for (const make of Object.values(sockets)) {
        const socket = make();
        const subscriber = reading(socket, undefined, options);
        if (error === lost) socket.emit({ type: "error", error: new Error("reset by peer") });
        socket.closed(code, reason);
        expect([subscriber.completed, subscriber.error]).toEqual([error === undefined, error]);
        expect((subscriber.error as Error | undefined)?.cause).toEqual(error?.cause);
        expect(socket.listenerCount).toBe(0);
      }
    }
    expect(new SocketClosedError(1001, "leaving").message).toBe(
      "The peer closed the socket with code 1001: leaving",
    );
  });

  it("closes the socket when its reader leaves early, in each of the ways that there are", async () => {
    const leave: Readonly<Record<string, (flow: Flow<ReceivedMessage>) => Promise<unknown>>> = {
      take: (flow) => flow.pipe(take(1)).toArray(),
      break: async (flow) => {
        for await (const _ of flow) break;
      },
      abort: (flow) => {
        const stop = new AbortController();
        return flow.forEach(async () => stop.abort(), { signal: stop.signal }).catch(() => {});
      },
      throw: (flow) =>
        flow
          .forEach(async () => {
            throw new Error("broken");
          })
          .catch(() => {}),
    };
    for (const [name, left] of Object.entries(leave)) {
      for (const make of Object.values(sockets)) {
        const socket = make();
        const reader = left(socketPublisher(socket, policy.buffer({ capacity: 9, overflow: "error" })));
        await settled();
        socket.message("a", "b");
        await reader;
        expect([name, socket.closes]).toEqual([name, [1000]]);
        socket.emit({ type: "error", error: new Error("late") }); // heard, as ws insists on
        socket.closed(1006);
        expect(socket.listenerCount).toBe(0);
      }
    }
  });

  it("leaves the socket open and unpaused if told so, and another may read on", async () => {
    for (const make of Object.values(sockets)) {
      const socket = make();
      const first = reading(socket, policy.latest(), { closeOnCancel: false });
      socket.message("a", "b");
      first.cancel();
      expect([socket.closes, socket.listenerCount]).toEqual([[], 0]);
      if (socket instanceof FakePausable) expect(socket.isPaused).toBe(false);
      const second = reading(socket);
      second.request(1);
      socket.message("c");
      expect(second.items).toEqual(["c"]);
    }
  });

  it("refuses a second reader, and a socket that is closed", () => {
    const socket = new FakeSocket();
    reading(socket);
    const message = "Cannot read a socket that is being read: share() makes one flow many";
    expect(reading(socket).error).toEqual(new TypeError(message));
    expect(reading(new FakeSocket({ readyState: 3 })).error).toEqual(new SocketClosedError(undefined, ""));
  });

  it("hears nothing more once its reader is gone, also from within a message", () => {
    for (const make of Object.values(sockets)) {
      const socket = make();
      const subscriber = new ManualSubscriber<ReceivedMessage>({ onNext: (_, self) => self.cancel() });
      socketPublisher(socket, policy.buffer({ capacity: 9, overflow: "error" })).subscribe(subscriber);
      subscriber.request(9);
      socket.message("a", "b", "c");
      expect(subscriber.items).toEqual(["a"]);
    }
  });

  it("refuses what is no socket, no policy, and options of a wrong type, by name", () => {
    const make = (socket: unknown, chosen: unknown, options?: unknown) => () =>
      socketPublisher(socket as never, chosen as never, options as never);
    expect(make({}, policy.latest())).toThrow("socketPublisher takes a WebSocket");
    expect(make(new FakeSocket(), undefined)).toThrow("Cannot give socketPublisher the policy undefined");
    for (const [options, message] of [
      [5, "the options 5"],
      [{ pause: 1 }, "pause: 1"],
      [{ closeOnCancel: "no" }, 'closeOnCancel: "no"'],
      [{ cleanCodes: 1000 }, "cleanCodes: 1000"],
    ] as const) {
      expect(make(new FakeSocket(), policy.latest(), options)).toThrow(message);
    }
  });
});
