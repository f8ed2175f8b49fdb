// The messages of a socket that can be paused: demand reaches the peer's send buffer, and nothing is lost.
//
//   socket --message--> held --as there is demand--> policy's stage --> DemandWatch --> downstream
//      ^                  |                                               |
//      +---pause/resume---+<------------------ request(n) ---------------+
//
// The policy is in the way for what it makes of an item, and for its counters; it is only given what was asked for, so
// it never has to hold or drop anything.
//
// A socket is paused when a message comes that nobody has asked for, and not before: idle, it still hears of a close,
// and a consumer that asks one by one does not pay for a pause each time. What has been read off the network by then
// still comes: on Node one or two chunks of 64 KiB, which are 2^16 messages of two bytes at most. Those of a peer that
// may compress can grow, a thousand times at most (deflate's ratio), each within the `maxPayload` of `ws`.

import { type OverflowPolicy, OverflowError } from "@sluice/core";
import {
  addDemand,
  OperatorSubscriber,
  Ring,
  SerialLoop,
  type StageSubscriber,
  type Terminal,
} from "@sluice/core/kit";
import type { ReceivedMessage, SocketLike } from "./socket-like.js";
import { SocketReader, type SocketReaderSettings } from "./socket-reader.js";

/** 128 KiB of network in the smallest frames there are: a socket that brings more goes on though it was paused. */
const MOST_HELD = 65_536;

export class PausingReader extends SocketReader {
  private readonly held: Ring<ReceivedMessage> = new Ring(MOST_HELD);
  private readonly loop: SerialLoop = new SerialLoop(() => this.step());
  private watch: DemandWatch<unknown> | undefined = undefined;
  private isPaused: boolean;
  /** Waits until nothing is held. */
  private terminal: Terminal | undefined = undefined;

  constructor(socket: SocketLike, settings: SocketReaderSettings) {
    super(socket, settings);
    this.isPaused = socket.isPaused === true; // who hands it over may have paused it: it is read on when asked for
  }

  static start<R>(
    socket: SocketLike,
    settings: SocketReaderSettings,
    policy: OverflowPolicy<ReceivedMessage, R>,
    downstream: StageSubscriber<R>,
    place: string,
  ): void {
    const reader = new PausingReader(socket, settings);
    const watch = new DemandWatch(downstream, () => reader.loop.run());
    reader.watch = watch;
    reader.start(policy.open(watch, place));
  }

  protected override receive(message: ReceivedMessage): void {
    if (this.held.isFull) {
      this.overrun();
      return;
    }
    this.held.push(message);
    this.loop.run();
  }

  protected override end(terminal: Terminal): void {
    this.terminal = terminal;
    this.loop.run();
  }

  protected override release(): void {
    this.held.clear();
  }

  private step(): void {
    const { held, watch, terminal } = this;
    if (watch === undefined) return;
    while (!this.done && !held.isEmpty && watch.isOpen) this.stage.next(held.shift());
    if (this.done) return;
    if (!held.isEmpty) this.pause();
    else if (terminal !== undefined) super.end(terminal);
    else if (watch.isOpen && this.isPaused) {
      this.isPaused = false;
      this.socket.resume?.();
    }
  }

  private pause(): void {
    if (this.isPaused || this.terminal !== undefined) return;
    this.isPaused = true;
    this.socket.pause?.();
  }

  private overrun(): void {
    const { stage } = this;
    const message =
      "Cannot hold more: the socket brings messages though it was paused; { pause: false } leaves it to the policy";
    this.cancel();
    stage.onError(new OverflowError(message, MOST_HELD));
  }
}

/** Knows what downstream has asked for, and calls when it asks for more. */
class DemandWatch<T> extends OperatorSubscriber<T, T> {
  private readonly asked: () => void;
  /** Totals. */
  private demand = 0;
  private emitted = 0;

  constructor(downstream: StageSubscriber<T>, asked: () => void) {
    super(downstream);
    this.asked = asked;
  }

  get isOpen(): boolean {
    return this.emitted < this.demand;
  }

  next(item: T): boolean {
    // Before it is passed on: what downstream asks for within `next` comes on top.
    this.emitted++;
    if (this.downstream.next(item)) return true;
    this.emitted--;
    return false;
  }

  override request(n: number): void {
    this.demand = addDemand(this.demand, n);
    super.request(n);
    this.asked();
  }
}
