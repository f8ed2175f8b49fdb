// The subscriber behind `socketSubscriber`: how credit comes out of a socket's buffer.
//
//   open --(onComplete)------------------------------> closing --(the socket has closed)--> ended
//     |                                                   ^ no items any more, onEnd not yet told
//     +--(onError, a bad item, a throw, the socket closes, signal)--> ended: onEnd was told
//
// Asking is a machine of its own, while open:
//
//   waiting for an item --onNext--> room? --yes--> request(1), waiting for an item
//                                     |
//                                     no: full, or the turn is used up --(looked, and there is room)--> request(1)
//
// Who tells that there is room: `ws` calls back when a message has left; other sockets say nothing and are looked at,
// soon and then ever less often; an estimate knows the moment.

import type { Clock, Subscriber, Subscription } from "@sluice/core";
import { Alarm, asError, describe, reportUncaught } from "@sluice/core/kit";
import { CLEAN_CODES, closeSocket } from "./close-socket.js";
import { byteLengthOf, InFlight } from "./in-flight.js";
import { SocketClosedError } from "./socket-closed-error.js";
import {
  CONNECTING,
  OPEN,
  type SocketEvent,
  type SocketLike,
  type SocketListener,
  type SocketMessage,
} from "./socket-like.js";

/** What `socketSubscriber` was given, checked and complete. */
export interface SocketWriterSettings {
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  readonly bytesPerSecond: number;
  /** The socket's own word is not asked for. */
  readonly estimates: boolean;
  readonly closeOnEnd: boolean;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly onEnd: (error?: unknown) => void;
}

export class SocketWriter implements Subscriber<SocketMessage>, SocketListener {
  private readonly socket: SocketLike;
  private readonly settings: SocketWriterSettings;
  private readonly alarm: Alarm;
  /** In place of `bufferedAmount`, where that is no use. */
  private inFlight: InFlight | undefined;
  /** `bufferedAmount` was seen to rise. */
  private isProven = false;
  /** Of `ws`: told when a message has left. One function for all messages. */
  private readonly sent: (() => void) | undefined;
  private subscription: Subscription | undefined = undefined;
  private state: "open" | "closing" | "ended" = "open";
  /** One item was asked for and has not come. */
  private isAsking = false;
  /** Above high water, and not yet down at low water. */
  private isFull = false;
  /** Bytes in the socket when the item under way was asked for. */
  private held = 0;
  /** Bytes written since the last turn that this gave way to. */
  private written = 0;
  /** How often it was looked in vain, and what was seen last. */
  private looks = 0;
  private seen = 0;
  private failure: unknown = undefined;

  constructor(socket: SocketLike, settings: SocketWriterSettings) {
    const { bytesPerSecond, clock, estimates } = settings;
    this.socket = socket;
    this.settings = settings;
    this.inFlight = estimates ? new InFlight(bytesPerSecond) : undefined;
    this.sent = estimates || !callsBack(socket) ? undefined : () => this.isFull && this.look();
    this.alarm = new Alarm(
      clock,
      () => this.look(),
      (error) => this.fail(error),
    );
  }

  onSubscribe(subscription: Subscription): void {
    const { socket } = this;
    const { signal } = this.settings;
    if (this.subscription !== undefined) {
      subscription.cancel(); // §2.5
      return;
    }
    this.subscription = subscription;
    for (const type of EVENTS) socket.addEventListener(type, this);
    signal?.addEventListener("abort", this);
    if (signal?.aborted) this.fail(signal.reason);
    else if (socket.readyState > OPEN) this.closed(new SocketClosedError(undefined, ""));
    else if (socket.readyState === OPEN) this.advance();
  }

  onNext(item: SocketMessage): void {
    if (item === null || item === undefined)
      throw new TypeError(`Cannot send ${item}: no item may be that (§2.13)`);
    this.isAsking = false;
    if (this.state !== "open") return;
    if (typeof item !== "string" && !(item instanceof ArrayBuffer) && !ArrayBuffer.isView(item)) {
      this.fail(
        new TypeError(`Cannot send ${describe(item)}: a message is text or bytes; JSON.stringify makes text`),
      );
      return;
    }
    try {
      // Memory that threads share is refused by the platform itself: the cast says that it is none.
      this.socket.send(item as string | ArrayBuffer, this.isNearlyFull(item) ? this.sent : undefined);
    } catch (thrown) {
      this.fail(asError(thrown, "send"));
      return;
    }
    this.count(item);
    this.advance();
  }

  onError(error: unknown): void {
    if (this.state !== "open") return;
    this.state = "closing"; // upstream has ended: it is not cancelled (§2.3)
    this.fail(error);
  }

  onComplete(): void {
    if (this.state !== "open") return;
    this.state = "closing";
    this.alarm.close();
    if (!this.settings.closeOnEnd) {
      this.forget();
      this.tell(undefined);
    } else if (this.socket.readyState !== CONNECTING) closeSocket(this.socket, "well"); // else when it is open
  }

  acknowledge(bytes: number): void {
    if (!(bytes >= 0)) throw new RangeError(`Cannot acknowledge ${bytes} bytes: it must be a number >= 0`);
    this.inFlight?.acknowledged(bytes, this.alarm.now());
    if (this.isFull) this.look();
  }

  /** Of the socket, or of the signal. */
  handleEvent(event: SocketEvent | Event): void {
    const { type, error, code = 1006, reason = "" } = event as SocketEvent;
    if (type === "abort") this.fail(this.settings.signal?.reason);
    else if (type === "open") {
      if (this.state === "closing") closeSocket(this.socket, "well");
      else this.advance();
    } else if (type === "error") this.failure = error;
    else if (type === "close") {
      const cause = this.failure === undefined ? undefined : { cause: this.failure };
      const isDone = this.state === "closing" && CLEAN_CODES.includes(code);
      this.closed(isDone ? undefined : new SocketClosedError(code, reason, cause));
    }
  }

  private advance(): void {
    if (this.state !== "open" || this.isAsking || this.isFull) return;
    const { highWaterMark } = this.settings;
    this.held = this.waiting();
    this.isFull = this.held >= highWaterMark;
    if (this.isFull || this.written >= highWaterMark) {
      this.rest();
      return;
    }
    this.isAsking = true;
    this.subscription?.request(1);
  }

  /** Bytes in the socket, as far as can be known. */
  private waiting(): number {
    return this.inFlight?.waiting(this.alarm.now()) ?? this.socket.bufferedAmount ?? 0;
  }

  /**
   * Whether there may be no more than the low-water mark behind this message when the socket is full: its leaving is worth
   * a call. With a call for each, messages of 100 bytes took half as long again (Node 20, 200,000 to another thread).
   */
  private isNearlyFull(message: SocketMessage): boolean {
    const { highWaterMark, lowWaterMark } = this.settings;
    const most = typeof message === "string" ? message.length * 3 : message.byteLength; // of UTF-8
    return this.held + most + LEAST_BYTES >= highWaterMark - lowWaterMark;
  }

  private count(message: SocketMessage): void {
    const { inFlight, socket } = this;
    const roughly = typeof message === "string" ? message.length : message.byteLength;
    this.written += Math.max(roughly, LEAST_BYTES);
    if (inFlight !== undefined) inFlight.sent(byteLengthOf(message), this.alarm.now());
    else if (!this.isProven && this.sent === undefined && roughly > 0) {
      // `send` raises it before it returns, says the platform (HTML, "send(data)"): one that does not, never will.
      this.isProven = (socket.bufferedAmount ?? 0) > 0;
      if (this.isProven) return;
      this.inFlight = new InFlight(this.settings.bytesPerSecond);
      this.inFlight.sent(byteLengthOf(message), this.alarm.now());
    }
  }

  /** Sets when to look for room. */
  private rest(): void {
    const { lowWaterMark } = this.settings;
    if (!this.isFull)
      this.alarm.set(0); // the turn is used up: others come first
    else if (this.inFlight !== undefined) {
      const delayMs = this.inFlight.msUntil(lowWaterMark, this.alarm.now());
      if (delayMs < Number.POSITIVE_INFINITY) this.alarm.set(delayMs);
    } else if (this.sent !== undefined)
      this.alarm.set(RARELY_MS); // what fills it may be another's, of which nobody tells
    else {
      const waiting = this.waiting();
      this.looks = waiting < this.seen ? AT_ONCE : this.looks + 1; // it moves: soon again
      this.seen = waiting;
      this.alarm.set(this.looks < AT_ONCE ? 0 : Math.min(2 ** (this.looks - AT_ONCE), RARELY_MS));
    }
  }

  private look(): void {
    this.written = 0;
    if (this.isFull && this.waiting() > this.settings.lowWaterMark) {
      this.rest();
      return;
    }
    this.isFull = false;
    this.looks = 0;
    this.alarm.clear();
    this.advance();
  }

  /** It ends from this side. */
  private fail(error: unknown): void {
    if (this.state === "ended") return;
    this.stop();
    if (this.settings.closeOnEnd)
      closeSocket(this.socket, "failed"); // what it tells of until it has closed is heard
    else this.forget();
    this.tell(error);
  }

  /** The socket has closed. */
  private closed(error: SocketClosedError | undefined): void {
    this.forget();
    if (this.state === "ended") return;
    this.stop();
    this.tell(error);
  }

  private stop(): void {
    const wasOpen = this.state === "open";
    this.state = "ended";
    this.alarm.close();
    if (wasOpen) this.subscription?.cancel();
  }

  private tell(error: unknown): void {
    this.state = "ended";
    this.settings.signal?.removeEventListener("abort", this);
    try {
      if (error === undefined) this.settings.onEnd();
      else this.settings.onEnd(error);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }

  private forget(): void {
    for (const type of EVENTS) this.socket.removeEventListener(type, this);
  }
}

/** Whether it says when a message has left, as the sockets of `ws` do. */
function callsBack(socket: SocketLike): boolean {
  const { on, terminate } = socket as { on?: unknown; terminate?: unknown };
  return typeof on === "function" && typeof terminate === "function";
}

const EVENTS = ["open", "close", "error"] as const;

/** What a message counts for at least in the work of a turn: its frame, and the calls that send it. */
const LEAST_BYTES = 64;

/** The first looks come in the next turns, for a fast network. */
const AT_ONCE = 4;

/** In ms: a peer that stalls is looked at 16 times a second, which costs nothing, and is served so much late at most. */
const RARELY_MS = 64;
