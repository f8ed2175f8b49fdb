// Two transports that are each other's peer, inside one process: for tests, and for a service and its client
// that live together. It behaves as a socket does: delivery comes later, in order, and room is bounded.

import { joined, type Message, messageLength } from "../protocol/byte/message.js";
import { CLOSE_OVERLOADED, cutReason, MAX_MESSAGE_BYTES, SEND_CAPACITY } from "./transport.js";
import type { Transport, TransportEnd } from "./transport.js";

/** What a pair in memory can be told. */
export interface MemoryPairOptions {
  /** Bytes that may wait in each direction before `send` answers "no room". Default 65,536. */
  readonly capacity?: number;
  /** Runs a delivery later. Default `queueMicrotask`; a test may pass one that waits for its word. */
  readonly schedule?: (task: () => void) => void;
}

/**
 * Makes two transports, each the other's peer.
 *
 * *Buffers:* `capacity` bytes in each direction, and at most 2 MiB beyond it for a sender that ignores "no
 * room"; then both ends close. *Errors:* a message above 1 MiB ends the link, as on a socket.
 *
 * @example
 * ```ts
 * import { memoryPair } from "@sluice/net/kit";
 * const [near, far] = memoryPair({ capacity: 100 });
 * far.onMessage((message) => console.log(message));
 * console.log(near.send(new Uint8Array([1, 2])));
 * // prints 98
 * // prints Uint8Array(2) [ 1, 2 ]
 * ```
 */
export function memoryPair(options: MemoryPairOptions = {}): [Transport, Transport] {
  const capacity = options.capacity ?? SEND_CAPACITY;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new RangeError(
      `Cannot make a pair with a capacity of ${String(capacity)} bytes: it must be an integer >= 1`,
    );
  }
  const schedule = options.schedule ?? queueMicrotask;
  const left = new MemoryTransport(capacity, schedule);
  const right = new MemoryTransport(capacity, schedule);
  left.join(right);
  right.join(left);
  return [left, right];
}

class MemoryTransport implements Transport {
  private readonly capacity: number;
  private readonly schedule: (task: () => void) => void;
  private readonly deliver: () => void;
  private peer: MemoryTransport | undefined;
  /** Messages on their way to the peer; `waitingBytes` is their sum, bounded as the docstring says. */
  private waiting: Message[] = [];
  private waitingBytes = 0;
  private scheduled = false;
  private starved = false;
  /** Set as soon as this side may send no more; told to the listener after what was sent before. */
  private closing: TransportEnd | undefined;
  private ended = false;
  private messageListener: ((message: Uint8Array) => void) | undefined;
  private roomListener: () => void = ignore;
  private closeListener: (end: TransportEnd) => void = ignore;

  constructor(capacity: number, schedule: (task: () => void) => void) {
    this.capacity = capacity;
    this.schedule = schedule;
    this.deliver = () => this.deliverWaiting();
  }

  join(peer: MemoryTransport): void {
    this.peer = peer;
  }

  send(message: Message): number {
    if (this.closing !== undefined) return 0;
    const length = messageLength(message);
    this.waiting.push(message);
    this.waitingBytes += length;
    if (length > MAX_MESSAGE_BYTES || this.waitingBytes > this.capacity + 2 * MAX_MESSAGE_BYTES) {
      this.waiting = [];
      this.waitingBytes = 0;
      this.close(CLOSE_OVERLOADED, `More than the link takes: a message of ${length} bytes`);
      return 0;
    }
    this.scheduleDelivery();
    const room = this.capacity - this.waitingBytes;
    this.starved = room <= 0;
    return Math.max(room, 0);
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.messageListener = listener;
    if (this.peer?.hasWork() === true) this.peer.scheduleDelivery();
  }

  onRoom(listener: () => void): void {
    this.roomListener = listener;
  }

  onClose(listener: (end: TransportEnd) => void): void {
    this.closeListener = listener;
  }

  close(code: number, reason: string): void {
    if (this.closing !== undefined) return;
    this.closing = { code, reason: cutReason(reason), by: "us" };
    this.scheduleDelivery();
  }

  private scheduleDelivery(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(this.deliver);
  }

  private hasWork(): boolean {
    return this.waiting.length > 0 || this.closing !== undefined;
  }

  private deliverWaiting(): void {
    this.scheduled = false;
    // As a socket does, messages wait until the peer reads; only an end that carries nothing needs no reader.
    if (this.waiting.length > 0 && this.peer?.messageListener === undefined) return;
    const batch = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const message of batch) this.peer?.receive(joined(message));
    if (this.closing !== undefined) {
      this.peer?.end({ ...this.closing, by: this.closing.by === "us" ? "peer" : this.closing.by });
      this.end(this.closing);
    } else if (this.starved) {
      this.starved = false;
      this.roomListener();
    }
  }

  private receive(message: Uint8Array): void {
    // What comes after this side's close was on its way; a closed socket drops it too.
    if (this.closing === undefined) this.messageListener?.(message);
  }

  private end(how: TransportEnd): void {
    if (this.ended) return;
    this.ended = true;
    // Both may have closed in the same turn: each hears its own word.
    this.closing ??= how;
    this.waiting = [];
    this.waitingBytes = 0;
    this.closeListener(this.closing);
  }
}

function ignore(): void {}
