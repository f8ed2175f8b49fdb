import { fail, type Flow, fromIterable, never, of, range, take, tap } from "@sluice/core";
import { captureReported, TestPublisher, VirtualClock } from "@sluice/tck";
import { SocketClosedError, socketSubscriber, type SocketSubscriberOptions } from "@sluice/websocket";
import { describe, expect, it } from "vitest";
import { FakeSocket, FakeWs } from "./fake-socket.js";

const KILOBYTE = "x".repeat(1024);

/** A flow without end of one message, written to a played socket in virtual time. */
function writing(
  socket: FakeSocket,
  options: SocketSubscriberOptions = {},
  flow: Flow<unknown> = endless(KILOBYTE),
) {
  const clock = new VirtualClock();
  const ends: unknown[][] = [];
  const counts = { asked: 0, cancelled: false };
  const onEnd = (...args: unknown[]): void => void ends.push(args);
  const counted = (flow as Flow<string>).pipe(tap(() => counts.asked++));
  counted.subscribe(socketSubscriber(socket, { clock, onEnd, ...options }));
  return { clock, ends, counts };
}

function endless(message: string): Flow<string> {
  return fromIterable(
    (function* (): Generator<string> {
      for (;;) yield message;
    })(),
  );
}

describe("socketSubscriber", () => {
  it("writes up to the high-water mark and one message, and not a byte more to a peer that stalls", () => {
    const socket = new FakeSocket();
    const { clock, counts } = writing(socket, { highWaterMark: 10_000 });
    expect(socket.bufferedAmount).toBe(10 * 1024);
    clock.advance(600_000);
    expect([socket.bufferedAmount, counts.asked, clock.pending]).toEqual([10 * 1024, 10, 1]);
  });

  it("goes on at the low-water mark, half of the high one by default", () => {
    const socket = new FakeSocket();
    const { clock } = writing(socket, { highWaterMark: 10_240 });
    socket.bufferedAmount = 5121;
    clock.advance(100);
    expect(socket.sent.length).toBe(10);
    socket.bufferedAmount = 5120;
    clock.advance(100);
    expect(socket.sent.length).toBe(15);
  });

  it("looks ever less often at a peer that stalls, 16 times a second in the end, and soon again at one that moves", () => {
    const socket = new FakeSocket();
    const { clock } = writing(socket, { highWaterMark: 10_240 });
    clock.advance(1000);
    socket.looks = 0;
    clock.advance(60_000);
    expect(socket.looks).toBeLessThan(60 * 16 * 2.1); // each time twice: whether there is room, and whether it moves
    clock.advance(63); // within a look of the next
    socket.bufferedAmount -= 100;
    socket.looks = 0;
    clock.advance(64);
    expect(socket.looks).toBeGreaterThan(5); // a peer that stalls: 4 at most
  });

  it("sets no timer while it waits for items and not for room", () => {
    const socket = new FakeSocket();
    const { clock } = writing(socket, {}, never());
    expect(clock.pending).toBe(0);
  });

  it("hears from ws when there is room, and gives other work a turn after each high-water mark of bytes", () => {
    const socket = new FakeWs();
    const { clock } = writing(socket, { highWaterMark: 10_240 }, endless(KILOBYTE).pipe(take(45)));
    socket.drain();
    expect(socket.sent.length).toBe(20);
    socket.takesAll = true;
    socket.drain();
    expect(socket.sent.length).toBe(30); // and no more: the network takes all, and would never let go of the turn
    clock.advance(0);
    expect(socket.sent.length).toBe(45);
  });

  it("looks at a socket of ws rarely, where what fills it is another's", () => {
    const socket = new FakeWs();
    socket.bufferedAmount = 1_000_000;
    const { clock } = writing(socket);
    expect(socket.sent.length).toBe(0);
    socket.bufferedAmount = 0;
    clock.advance(64);
    expect(socket.sent.length).toBeGreaterThan(0);
  });

  it("counts an empty message as 64 bytes of work", () => {
    const socket = new FakeWs();
    socket.takesAll = true;
    writing(socket, { highWaterMark: 6400 }, endless(""));
    expect(socket.sent.length).toBe(100);
  });

  it("estimates what is in flight where bufferedAmount does not rise: no more than time allows", () => {
    const socket = new FakeSocket({ counts: false });
    const { clock } = writing(socket, { highWaterMark: 65_536 });
    const bytes = (): number => socket.sent.length * 1024;
    expect(bytes()).toBe(65_536);
    for (let second = 1; second <= 10; second++) {
      clock.advance(1000);
      expect(bytes()).toBeLessThanOrEqual(66 * 1024 + second * 1_048_576);
      expect(bytes()).toBeGreaterThanOrEqual(second * 1_048_576 * 0.9);
    }
  });

  it("goes by what the peer acknowledges, and by nothing else, if told so", () => {
    const socket = new FakeSocket();
    const clock = new VirtualClock();
    const subscriber = socketSubscriber(socket, {
      clock,
      highWaterMark: 10,
      lowWaterMark: 2,
      inFlight: { bytesPerSecond: 0 },
    });
    endless("€").subscribe(subscriber); // three bytes each
    clock.advance(0); // in turns of one message: so little is the high-water mark
    expect(socket.sent.length).toBe(4);
    socket.bufferedAmount = 0;
    clock.advance(1_000_000);
    expect([socket.sent.length, clock.pending]).toEqual([4, 0]);
    subscriber.acknowledge(9);
    expect(socket.sent.length).toBe(4); // three are in flight still, and two is low
    subscriber.acknowledge(1);
    clock.advance(0);
    expect(socket.sent.length).toBe(7);
    expect(() => subscriber.acknowledge(-1)).toThrow("Cannot acknowledge -1 bytes: it must be a number >= 0");
  });

  it("sends text, buffers and views as they are", () => {
    const socket = new FakeSocket();
    const messages = ["text", new ArrayBuffer(2), new Uint8Array(3), new DataView(new ArrayBuffer(1))];
    writing(socket, {}, of(...messages));
    expect(socket.sent).toEqual(messages);
  });

  it("waits for a socket that is connecting, also to close it behind an empty flow", () => {
    for (const [flow, sent, closes] of [
      [of("a", "b"), ["a", "b"], [1000]],
      [of<string>(), [], [1000]],
    ] as const) {
      const socket = new FakeSocket({ readyState: 0 });
      writing(socket, {}, flow);
      expect([socket.sent, socket.closes]).toEqual([[], []]);
      socket.open();
      expect([socket.sent, socket.closes]).toEqual([sent, closes]);
    }
  });

  it("completes when the socket has closed behind the last message, well or not", () => {
    for (const [code, error] of [
      [1000, undefined],
      [1005, undefined],
      [1006, "The connection was lost: no close frame came (1006)"],
    ] as const) {
      const socket = new FakeSocket();
      const { ends, clock } = writing(socket, {}, of("a"));
      expect([socket.closes, ends]).toEqual([[1000], []]);
      socket.closed(code);
      expect(ends.map(([end]) => (end as Error | undefined)?.message)).toEqual([error]);
      expect([socket.listenerCount, clock.pending]).toEqual([0, 0]);
    }
  });

  it("leaves the socket open if told so, and lets go of it at once, on every end", () => {
    const stop = new AbortController();
    for (const [flow, end] of [
      [of("a"), []],
      [fail(new Error("broken")), [new Error("broken")]],
      [of(1), [new TypeError("Cannot send 1: a message is text or bytes; JSON.stringify makes text")]],
      [endless(KILOBYTE), [new Error("stopped")]],
    ] as const) {
      const socket = new FakeSocket();
      const { ends, clock } = writing(socket, { closeOnEnd: false, signal: stop.signal }, flow);
      if (flow === undefined || ends.length === 0) stop.abort(new Error("stopped"));
      expect([ends, socket.closes, socket.listenerCount, clock.pending]).toEqual([[end], [], 0, 0]);
    }
  });

  it("closes the socket as failed when the flow fails, by a code that a page may send", () => {
    const socket = new FakeSocket();
    const error = new Error("no such table");
    const { ends } = writing(socket, {}, fail(error));
    expect([ends, socket.closes]).toEqual([[[error]], [4011]]);
    socket.emit({ type: "error" });
    socket.closed(1006);
    expect([ends.length, socket.listenerCount]).toEqual([1, 0]);
  });

  it("refuses an item that is no message, stops the flow, and says what to do", () => {
    for (const [item, named] of [
      [{ id: 1 }, "<object>"],
      [7, "7"],
      [() => {}, "<function>"],
    ] as const) {
      const socket = new FakeSocket();
      const upstream = new TestPublisher<string>();
      const ends: unknown[] = [];
      upstream.subscribe(socketSubscriber(socket, { onEnd: (error) => ends.push(error) }));
      upstream.next(item as never);
      const message = `Cannot send ${named}: a message is text or bytes; JSON.stringify makes text`;
      expect([ends, socket.closes, upstream.cancels]).toEqual([[new TypeError(message)], [4011], 1]);
    }
  });

  it("ends with what send throws, and with what the socket closes of, and stops the flow", () => {
    const refused = new Error("too large");
    for (const [happen, end] of [
      [(socket: FakeSocket) => (socket.refusal = refused), refused],
      [(socket: FakeSocket) => socket.closed(1001, "leaving"), new SocketClosedError(1001, "leaving")],
      [(socket: FakeSocket) => socket.closed(1000), new SocketClosedError(1000, "")],
    ] as const) {
      const socket = new FakeSocket();
      const upstream = new TestPublisher<string>();
      const ends: unknown[] = [];
      const clock = new VirtualClock();
      const onEnd = (error: unknown): void => void ends.push(error);
      upstream.subscribe(socketSubscriber(socket, { clock, onEnd, highWaterMark: 1 }));
      happen(socket);
      if (socket.readyState === 1) upstream.next("a");
      expect([ends, upstream.cancels, clock.pending]).toEqual([[end], 1, 0]);
    }
  });

  it("stops the looking when the socket closes while it is full", () => {
    const socket = new FakeSocket();
    const { clock, ends } = writing(socket);
    expect(clock.pending).toBe(1);
    socket.emit({ type: "error", error: new Error("reset by peer") });
    socket.closed(1006);
    expect([clock.pending, socket.listenerCount]).toEqual([0, 0]);
    expect((ends[0]?.[0] as Error | undefined)?.cause).toEqual(new Error("reset by peer"));
  });

  it("tells of a socket that was closed before, and never asks the flow", () => {
    for (const readyState of [2, 3]) {
      const socket = new FakeSocket({ readyState });
      const { ends, counts } = writing(socket);
      expect(ends).toEqual([[new SocketClosedError(undefined, "")]]);
      expect([counts.asked, socket.listenerCount]).toEqual([0, 0]);
    }
    expect(new SocketClosedError(undefined, "").message).toBe(
      "Cannot use a socket that is closed: open another",
    );
  });

  it("is stopped by a signal, before it begins or at any time", () => {
    const reason = new Error("enough");
    for (const isEarly of [true, false]) {
      const stop = new AbortController();
      const socket = new FakeSocket();
      if (isEarly) stop.abort(reason);
      const { ends, clock } = writing(socket, { signal: stop.signal });
      stop.abort(reason);
      expect([ends, socket.closes, clock.pending]).toEqual([[[reason]], [4011], 0]);
      expect(socket.sent.length).toBe(isEarly ? 0 : 64);
      socket.closed(4011);
      expect(socket.listenerCount).toBe(0);
    }
  });

  it("tells of the flow's failure elsewhere where nobody asked to hear of the end, and not of a socket that closed", async () => {
    const error = new Error("no such table");
    const reported = await captureReported(async () => {
      fail(error).subscribe(socketSubscriber(new FakeSocket()));
      const socket = new FakeSocket();
      never<string>().subscribe(socketSubscriber(socket));
      socket.closed(1006);
    });
    expect(reported).toEqual([error]);
  });

  it("reports what onEnd throws, and ends all the same", async () => {
    const bug = new Error("a bug");
    const socket = new FakeSocket();
    const onEnd = (): void => {
      throw bug;
    };
    const reported = await captureReported(async () => {
      of("a").subscribe(socketSubscriber(socket, { onEnd }));
      socket.closed(1000);
    });
    expect([reported, socket.listenerCount]).toEqual([[bug], 0]);
  });

  it("ends when its clock is broken", () => {
    const broken = new Error("no battery");
    const ends: unknown[] = [];
    const clock = {
      now: () => 0,
      schedule: () => {
        throw broken;
      },
    };
    range(1, 9)
      .pipe((numbers) => numbers as unknown as Flow<string>)
      .subscribe(socketSubscriber(new FakeSocket(), { onEnd: (error) => ends.push(error) }));
    endless(KILOBYTE).subscribe(
      socketSubscriber(new FakeSocket(), { clock, onEnd: (error) => ends.push(error) }),
    );
    expect(ends[1]).toBe(broken);
  });

  it("refuses what is no socket and options of a wrong type, by name", () => {
    const make = (options: object) => () => socketSubscriber(new FakeSocket(), options as never);
    for (const [options, message] of [
      [{ highWaterMark: 0 }, "the highWaterMark 0"],
      [{ highWaterMark: "1" }, 'the highWaterMark "1"'],
      [{ lowWaterMark: -1 }, "the lowWaterMark -1"],
      [{ highWaterMark: 8, lowWaterMark: 8 }, "the lowWaterMark 8: it must be below 8"],
      [{ inFlight: 5 }, "the options 5"],
      [{ inFlight: { bytesPerSecond: -1 } }, "-1 bytesPerSecond"],
      [{ closeOnEnd: "no" }, 'closeOnEnd: "no"'],
      [{ signal: 5 }, "the signal 5"],
      [{ clock: {} }, "the clock"],
      [{ onEnd: 5 }, "Cannot tell of the end with 5"],
    ] as const) {
      expect(make(options)).toThrow(message);
    }
    for (const socket of [undefined, null, {}, "ws://127.0.0.1"]) {
      expect(() => socketSubscriber(socket as never)).toThrow("socketSubscriber takes a WebSocket");
    }
  });
});
