// A socket that a test plays. What it is sent lies in its buffer until the test drains it.

import type {
  SocketEvent,
  SocketEventType,
  SocketLike,
  SocketListener,
  SocketMessage,
} from "@sluice/websocket";

export interface FakeSocketOptions {
  readonly readyState?: number;
  /** `false`: `bufferedAmount` is always 0, as in some clients. */
  readonly counts?: boolean;
}

export class FakeSocket implements SocketLike {
  readyState: number;
  binaryType = "blob";
  /** How often it was asked what waits. */
  looks = 0;
  readonly sent: SocketMessage[] = [];
  readonly closes: (number | undefined)[] = [];
  /** Throws what the test puts here. */
  refusal: unknown = undefined;
  private readonly counts: boolean;
  private waits = 0;
  private readonly listeners = new Map<string, Set<SocketListener>>();

  constructor({ readyState = 1, counts = true }: FakeSocketOptions = {}) {
    this.readyState = readyState;
    this.counts = counts;
  }

  get bufferedAmount(): number {
    this.looks++;
    return this.waits;
  }

  set bufferedAmount(bytes: number) {
    this.waits = bytes;
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  send(message: SocketMessage): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.sent.push(message);
    if (this.counts) this.bufferedAmount += typeof message === "string" ? message.length : message.byteLength;
  }

  close(code?: number): void {
    // As a browser has it: no page may say 1011.
    if (code !== undefined && code !== 1000 && code < 3000)
      throw new RangeError(`the code ${code} is not for pages`);
    if (this.readyState > 1) return;
    this.closes.push(code);
    this.readyState = 2;
  }

  addEventListener(type: SocketEventType, listener: SocketListener): void {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: SocketEventType, listener: SocketListener): void {
    this.listeners.get(type)?.delete(listener);
  }

  open(): void {
    this.readyState = 1;
    this.emit({ type: "open" });
  }

  message(...data: unknown[]): void {
    for (const one of data) this.emit({ type: "message", data: one });
  }

  /** The close event, by whoever closed. */
  closed(code: number, reason = ""): void {
    this.readyState = 3;
    this.emit({ type: "close", code, reason });
  }

  emit(event: SocketEvent): void {
    for (const listener of [...(this.listeners.get(event.type) ?? [])]) listener.handleEvent(event);
  }
}

/** One that can be paused: what is offered meanwhile waits at the peer. */
/** As those of `ws`: it calls back when a message has left, which here is when the test drains. */
export class FakeWs extends FakeSocket {
  /** The network takes all there is at once: nothing ever waits here. */
  takesAll = false;
  private readonly callbacks: (() => void)[] = [];

  override send(message: SocketMessage, sent: () => void = () => {}): void {
    super.send(message);
    this.callbacks.push(sent);
    if (this.takesAll) this.bufferedAmount = 0;
  }

  /** All messages leave, one after the other. */
  drain(): void {
    this.bufferedAmount = 0;
    for (const sent of this.callbacks.splice(0)) sent();
  }

  on(): this {
    return this;
  }

  terminate(): void {}
}

export class FakePausable extends FakeSocket {
  isPaused = false;
  pauses = 0;
  private readonly offered: (() => void)[] = [];

  pause(): void {
    this.isPaused = true;
    this.pauses++;
  }

  /** It reads on a little later, as a socket of `ws` does. */
  resume(): void {
    this.isPaused = false;
    queueMicrotask(() => this.flush());
  }

  /** The peer sends: read at once, unless paused. `chunk` messages are in hand together, and come even so. */
  offer(messages: readonly unknown[], chunk = 1): void {
    for (let i = 0; i < messages.length; i += chunk) {
      const chunkNow = messages.slice(i, i + chunk);
      this.offered.push(() => this.message(...chunkNow));
    }
    this.flush();
  }

  /** Behind what it has sent. */
  offerClose(code: number): void {
    this.offered.push(() => this.closed(code));
    this.flush();
  }

  get waiting(): number {
    return this.offered.length;
  }

  private flush(): void {
    while (!this.isPaused && this.offered.length > 0) this.offered.shift()?.();
  }
}
