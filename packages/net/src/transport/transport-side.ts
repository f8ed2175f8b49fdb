// One end of a pair under test, with what it has seen, and what is said of a transport that does not keep its word.

import type { Transport, TransportEnd } from "./transport.js";

/** One end of the pair. */
export class Side {
  readonly transport: Transport;
  readonly messages: Uint8Array[] = [];
  readonly ended: Promise<TransportEnd>;
  rooms = 0;
  ends = 0;
  private wake: () => void = () => {};

  constructor(transport: Transport) {
    this.transport = transport;
    transport.onMessage((message) => {
      this.messages.push(message);
      this.wake();
    });
    transport.onRoom(() => {
      this.rooms += 1;
      this.wake();
    });
    this.ended = new Promise((resolve) => {
      transport.onClose((end) => {
        this.ends += 1;
        resolve(end);
      });
    });
  }

  received(count: number): Promise<void> {
    return this.until(() => this.messages.length >= count);
  }

  room(): Promise<void> {
    return this.until(() => this.rooms > 0);
  }

  /** Sends the messages that `make` gives for 0 up to `count`, and waits whenever there is no room. */
  async sendAll(count: number, make: (index: number) => Uint8Array): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const before = this.rooms;
      if (this.transport.send(make(i)) <= 0) await this.until(() => this.rooms > before);
    }
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/** Lets what is queued in this turn go on. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await Promise.resolve();
}

/** `size` bytes that all have this value. */
export function filled(size: number, value: number): Uint8Array {
  return new Uint8Array(size).fill(value);
}

/** Complains unless a message has come as `filled` made it. */
export function expectFilled(message: Uint8Array | undefined, size: number, value: number): void {
  expect(message instanceof Uint8Array, "a message did not arrive as bytes");
  expect(message?.byteLength === size, `a message of ${size} bytes arrived with ${message?.byteLength}`);
  expect(message?.every((byte) => byte === value) === true, `a message of ${size} bytes arrived changed`);
}

/** Complains of another end. */
export function expectEnd(end: TransportEnd, code: number, reason: string, by: TransportEnd["by"]): void {
  const text = `${end.code} "${end.reason}" by ${end.by}`;
  expect(
    end.code === code && end.reason === reason && end.by === by,
    `the end was ${text}, not ${code} "${reason}" by ${by}`,
  );
}

/** Complains unless the condition holds. */
export function expect(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Error(`The transport does not keep its word: ${complaint}`);
}
