// One direction of one connection. A message waits in the buffer until the link carries its bytes, then it flies
// for the delay and is delivered whole. An end goes the same way, behind what was sent before it.
//
//   send ─► buffer (counts as room taken) ─► Transmitter ─► flying (delay, jitter) ─► deliver
//              stops here while held,                          waits here while held,
//              or while nobody reads                           or while nobody reads
//
// States, independent of each other: held (goes on when released), dead (what is in it is lost, what comes is
// swallowed: room runs out and nobody is told).

import type { TransportEnd } from "../transport/transport.js";
import { Fifo } from "./fifo.js";
import type { LinkConditions } from "./link-conditions.js";
import type { SimClock } from "./sim-clock.js";
import type { SimRandom } from "./sim-random.js";

/** What all pipes of one direction of a link share. */
export interface LinkDirection {
  readonly clock: SimClock;
  readonly random: SimRandom;
  conditions: LinkConditions;
  /** A partition: nothing of any connection goes on. */
  isHeld: boolean;
}

/** The end where messages come out. */
export interface PipeReceiver {
  isReading(): boolean;
  deliver(message: Uint8Array): void;
  end(how: TransportEnd): void;
}

/** Messages that may wait in a buffer or fly at once, however small they are. */
const MOST_MESSAGES = 1 << 20;

interface Arrival {
  readonly at: number;
  readonly piece: Uint8Array | TransportEnd;
}

/** Carries what one side of a connection sends. */
export class Pipe {
  /** Bytes that wait to be sent: they take room. */
  bufferedBytes = 0;
  /** Bytes of messages that were delivered. */
  deliveredBytes = 0;
  /** Set by whoever wants to hear of room: the buffer was full, and is half empty again. */
  isStarved = false;
  private readonly direction: LinkDirection;
  private readonly receiver: PipeReceiver;
  private readonly onWork: (pipe: Pipe) => void;
  private readonly onRoom: () => void;
  private readonly buffer = new Fifo<Uint8Array | TransportEnd>(MOST_MESSAGES);
  private readonly flying = new Fifo<Arrival>(MOST_MESSAGES);
  private lastArrival = 0;
  /** Takes back the wake-up for the next arrival; undefined: none is set. */
  private disarm: (() => void) | undefined;
  private isHeld = false;
  private isDead = false;
  private cutAt = Number.POSITIVE_INFINITY;
  private onCut: () => void = nothing;

  constructor(
    direction: LinkDirection,
    receiver: PipeReceiver,
    onWork: (pipe: Pipe) => void,
    onRoom: () => void,
  ) {
    this.direction = direction;
    this.receiver = receiver;
    this.onWork = onWork;
    this.onRoom = onRoom;
  }

  /** Room that is left, 0 or less: hold back. */
  get room(): number {
    return this.direction.conditions.capacity - this.bufferedBytes;
  }

  /** False when not another message fits, whatever its size. */
  get takesMore(): boolean {
    return !this.buffer.isFull;
  }

  push(message: Uint8Array): void {
    this.bufferedBytes += weightOf(message);
    if (this.isDead) return;
    this.buffer.push(message);
    this.onWork(this);
  }

  /** Sends the end behind what waits; nothing may be pushed after it. */
  pushEnd(end: TransportEnd): void {
    if (this.isDead || this.buffer.isFull) return;
    this.buffer.push(end);
    this.onWork(this);
  }

  /** Lets what waits here go, because the side that sent it has ended. */
  clearBuffer(): void {
    this.buffer.clear();
    this.bufferedBytes = 0;
  }

  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.retry();
  }

  /** Looks again: a partition healed, or somebody reads now. */
  retry(): void {
    this.arm();
    if (this.buffer.size > 0) this.onWork(this);
  }

  /** Loses what is in it and all that comes, without telling anyone. */
  die(): void {
    this.isDead = true;
    this.buffer.clear();
    this.flying.clear();
    this.disarm?.();
    this.disarm = undefined;
  }

  /**
   * Dies now: of what is under way the messages that lie whole within the first `bytes` arrive, at this time and in
   * spite of a hold; then `end`, if any.
   */
  cut(bytes: number, end: TransportEnd | undefined): void {
    const arriving: Uint8Array[] = [];
    let left = bytes;
    for (const piece of this.underWay()) {
      if (!(piece instanceof Uint8Array)) break;
      left -= weightOf(piece);
      if (left < 0) break; // torn: it is never delivered, and nothing behind it
      arriving.push(piece);
    }
    if (this.isDead) arriving.length = 0;
    this.die();
    this.isHeld = false;
    const at = this.direction.clock.now();
    for (const piece of arriving) this.flying.push({ at, piece });
    if (end !== undefined) this.flying.push({ at, piece: end });
    this.arm();
  }

  /** Calls `onCut` once `bytes` in all have been delivered, or the message that would go beyond them is due. */
  cutAfter(bytes: number, onCut: () => void): void {
    this.cutAt = bytes;
    this.onCut = onCut;
  }

  /** Bytes under way: waiting and flying. */
  get bytesUnderWay(): number {
    let sum = 0;
    for (const piece of this.underWay()) if (piece instanceof Uint8Array) sum += weightOf(piece);
    return sum;
  }

  /** Whether the next piece may take to the link. */
  canSend(): boolean {
    if (this.buffer.size === 0 || this.isHeld || this.direction.isHeld || this.flying.isFull) return false;
    return this.receiver.isReading() || !(this.buffer.peek() instanceof Uint8Array);
  }

  /** Bytes of the piece that is sent next; 0 for an end. */
  nextBytes(): number {
    const piece = this.buffer.peek();
    return piece instanceof Uint8Array ? weightOf(piece) : 0;
  }

  /** The link has carried the first piece of the buffer: it flies. */
  launch(): void {
    const { clock, random, conditions } = this.direction;
    const piece = this.buffer.shift();
    if (piece === undefined) return;
    const jitter = conditions.jitterMs === 0 ? 0 : random.next() * conditions.jitterMs;
    const at = Math.max(this.lastArrival, clock.now() + conditions.delayMs + jitter);
    this.lastArrival = at;
    this.flying.push({ at, piece });
    this.arm();
    if (!(piece instanceof Uint8Array)) return;
    this.bufferedBytes -= weightOf(piece);
    if (this.isStarved && this.bufferedBytes <= conditions.capacity / 2) {
      this.isStarved = false;
      // Later, as everything here: whoever hears of room sends, and the link may be in the middle of its round.
      clock.schedule(0, this.onRoom);
    }
  }

  private *underWay(): Iterable<Uint8Array | TransportEnd> {
    for (const arrival of this.flying) yield arrival.piece;
    yield* this.buffer;
  }

  private canArrive(next: Arrival): boolean {
    if (this.isHeld || (this.direction.isHeld && !this.isDead)) return false;
    return this.receiver.isReading() || !(next.piece instanceof Uint8Array);
  }

  private arm(): void {
    if (this.disarm !== undefined) return;
    const next = this.flying.peek();
    if (next === undefined || !this.canArrive(next)) return;
    const { clock } = this.direction;
    this.disarm = clock.schedule(Math.max(0, next.at - clock.now()), () => {
      this.disarm = undefined;
      this.arrive();
    });
  }

  // One message a task, so that what it causes is done before the next one comes.
  private arrive(): void {
    const next = this.flying.peek();
    if (next === undefined) return;
    if (next.at > this.direction.clock.now() || !this.canArrive(next)) {
      this.arm();
      return;
    }
    const { piece } = next;
    if (piece instanceof Uint8Array) {
      if (this.deliveredBytes + weightOf(piece) > this.cutAt) {
        this.onCut();
        return;
      }
      this.flying.shift();
      this.deliveredBytes += weightOf(piece);
      this.receiver.deliver(piece);
      if (this.deliveredBytes === this.cutAt) this.onCut();
    } else {
      this.flying.shift();
      this.receiver.end(piece);
    }
    this.arm();
  }
}

/** What a message counts: an empty one is not free, so that a loop of them ends. */
function weightOf(message: Uint8Array): number {
  return Math.max(1, message.byteLength);
}

function nothing(): void {}
