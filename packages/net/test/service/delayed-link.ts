// A service and its client in virtual time, with a delay each way between them. Nothing waits and nothing is
// random, so that figures of windows are exact.

import { type Clock, type Flow, range } from "@sluice/core";
import { type Client, openClient, type Runtime, serveTransport } from "@sluice/net";
import type { Handlers, Routes, ServerOptions, Service } from "@sluice/net";
import { joined, type Message, type Transport, type TransportEnd } from "@sluice/net/kit";
import { flowFrom } from "@sluice/core/kit";
import type { VirtualClock } from "@sluice/tck";

export interface DelayedLink<R extends Routes> {
  readonly client: Client<R>;
  /** Bytes that the client has sent so far, by message. */
  readonly fromClient: readonly Uint8Array[];
}

/** Opens both ends; `oneWayMs` lies between them, each way. */
export async function delayedLink<R extends Routes>(
  clock: VirtualClock,
  oneWayMs: number,
  service: Service<R>,
  handlers: Handlers<R>,
  options: ServerOptions = {},
): Promise<DelayedLink<R>> {
  const runtime: Runtime = { clock, defer: (task) => void clock.schedule(0, task) };
  const near = new DelayedEnd(clock, oneWayMs);
  const far = new DelayedEnd(clock, oneWayMs);
  near.peer = far;
  far.peer = near;
  serveTransport(far, service, handlers, { ...options, runtime });
  const opening = openClient(near, service, { runtime });
  // A client sets out in turns of its own.
  await clock.advanceSettled(4 * oneWayMs + 1);
  return { client: await opening, fromClient: near.sent };
}

class DelayedEnd implements Transport {
  peer: DelayedEnd | undefined = undefined;
  readonly sent: Uint8Array[] = [];
  private readonly clock: Clock;
  private readonly oneWayMs: number;
  private listener: (message: Uint8Array) => void = () => {};
  private closed: (end: TransportEnd) => void = () => {};

  constructor(clock: Clock, oneWayMs: number) {
    this.clock = clock;
    this.oneWayMs = oneWayMs;
  }

  send(parts: Message): number {
    const message = joined(parts);
    this.sent.push(message);
    this.clock.schedule(this.oneWayMs, () => this.peer?.listener(message));
    return 1;
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.listener = listener;
  }

  onRoom(): void {}

  onClose(listener: (end: TransportEnd) => void): void {
    this.closed = listener;
  }

  close(code: number, reason: string): void {
    this.clock.schedule(0, () => this.closed({ code, reason, by: "us" }));
    this.clock.schedule(this.oneWayMs, () => this.peer?.closed({ code, reason, by: "peer" }));
  }
}

/** Milliseconds that each item takes, at a moment. */
export type Pace = (now: number) => number;

/** Numbers from 0 on, each made on demand and taking its time; a pace of 0 is no time at all. */
export function pacedSource(clock: Clock, pace: Pace): Flow<number> {
  if (pace(0) === 0) return range(0, Number.MAX_SAFE_INTEGER);
  return flowFrom<number>((downstream) => {
    let wanted = 0;
    let next = 0;
    let cancel: (() => void) | undefined;
    const work = (): void => {
      cancel = clock.schedule(pace(clock.now()), () => {
        cancel = undefined;
        wanted -= 1;
        downstream.next(next++);
        if (wanted > 0 && cancel === undefined) work();
      });
    };
    downstream.onSubscribe({
      request: (n) => {
        wanted += n;
        if (cancel === undefined) work();
      },
      cancel: () => cancel?.(),
    });
  });
}

/** Takes one item after the other, each for as long as `pace` says. */
export function pacedSink(clock: Clock, flow: Flow<unknown>, pace: Pace): PacedSink {
  const times: number[] = [];
  let pull: () => void = () => {};
  flow.subscribe({
    onSubscribe: (credit) => {
      pull = () => credit.request(1);
      pull();
    },
    onNext: () => {
      const now = clock.now();
      times.push(now);
      const ms = pace(now);
      if (ms === 0) pull();
      else clock.schedule(ms, pull);
    },
    onError: (error) => {
      throw error;
    },
    onComplete: () => {},
  });
  return {
    times,
    get taken() {
      return times.length;
    },
  };
}

/** What a paced sink has taken. */
export interface PacedSink {
  readonly taken: number;
  /** When it took each item. */
  readonly times: readonly number[];
}
