// What every transport must do, as cases that any test runner can run: each gets a way to open a connected
// pair, and throws with a sentence when the transport does not keep its word.

import { MAX_MESSAGE_BYTES } from "./transport.js";
import type { Transport, TransportEnd } from "./transport.js";

/** Opens two transports that are connected with each other. */
export type OpenPair = () => Promise<readonly [Transport, Transport]>;

/** One promise of the Transport interface, put to the test. */
export interface TransportCase {
  readonly name: string;
  run(open: OpenPair): Promise<void>;
}

/**
 * The cases that a Transport must pass, for a test runner of your choice.
 *
 * @example
 * ```ts
 * import { memoryPair, transportCases } from "@sluice/net/kit";
 * for (const transportCase of transportCases) await transportCase.run(async () => memoryPair());
 * console.log("all passed"); // prints all passed
 * ```
 */
export const transportCases: readonly TransportCase[] = [
  {
    name: "delivers messages whole, in order and unchanged, both ways",
    run: (open) => withPair(open, deliversInOrder),
  },
  { name: "delivers a message of the largest size", run: (open) => withPair(open, deliversLargest) },
  { name: "delivers later, never inside send", run: (open) => withPair(open, deliversLater) },
  {
    name: "answers that there is no room, and tells once there is room again",
    run: (open) => withPair(open, tellsRoom),
  },
  {
    name: "delivers what was sent before close, then tells both sides the code and reason",
    run: (open) => withPair(open, closesInOrder),
  },
  {
    name: "tells of the end exactly once, however often it is closed",
    run: (open) => withPair(open, endsOnce),
  },
  {
    name: "drops what is sent after close, without an error",
    run: (open) => withPair(open, dropsAfterClose),
  },
  { name: "cuts a long reason instead of failing", run: (open) => withPair(open, cutsReason) },
];

async function withPair(open: OpenPair, check: (a: Side, b: Side) => Promise<void>): Promise<void> {
  const [left, right] = await open();
  const a = new Side(left);
  const b = new Side(right);
  await check(a, b);
  left.close(1000, "");
  right.close(1000, "");
  await Promise.all([a.ended, b.ended]);
}

async function deliversInOrder(a: Side, b: Side): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    a.transport.send(filled(i, i % 251));
    b.transport.send(filled(300 - i, i % 251));
  }
  await b.received(300);
  await a.received(300);
  for (let i = 0; i < 300; i += 1) {
    expectFilled(b.messages[i], i, i % 251);
    expectFilled(a.messages[i], 300 - i, i % 251);
  }
}

async function deliversLargest(a: Side, b: Side): Promise<void> {
  a.transport.send(filled(MAX_MESSAGE_BYTES, 7));
  await b.received(1);
  expectFilled(b.messages[0], MAX_MESSAGE_BYTES, 7);
}

async function deliversLater(a: Side, b: Side): Promise<void> {
  a.transport.send(filled(1, 1));
  expect(b.messages.length === 0, "a message arrived inside send");
  await b.received(1);
}

async function tellsRoom(a: Side, b: Side): Promise<void> {
  let sent = 0;
  let room = 1;
  // A socket may swallow a lot before it has no room; the peer reads nothing in this turn.
  while (room > 0 && sent < 1000) {
    room = a.transport.send(filled(64 * 1024, 1));
    sent += 1;
  }
  expect(room <= 0, `there was still room after ${sent} messages of 64 KiB`);
  const roomsInside = a.rooms;
  expect(roomsInside === 0, "room was told inside send");
  await a.room();
  await b.received(sent);
  expect(a.rooms === 1, `room was told ${a.rooms} times`);
}

async function closesInOrder(a: Side, b: Side): Promise<void> {
  a.transport.send(filled(1000, 1));
  a.transport.send(filled(1000, 2));
  a.transport.close(4001, "enough");
  const [ours, theirs] = await Promise.all([a.ended, b.ended]);
  expect(b.messages.length === 2, `${b.messages.length} of 2 messages arrived before the end`);
  expectEnd(ours, 4001, "enough", "us");
  expectEnd(theirs, 4001, "enough", "peer");
}

async function endsOnce(a: Side, b: Side): Promise<void> {
  a.transport.close(1000, "first");
  a.transport.close(1000, "second");
  b.transport.close(1000, "other side");
  await Promise.all([a.ended, b.ended]);
  a.transport.close(1000, "after the end");
  await turns(3);
  expect(a.ends === 1 && b.ends === 1, `the end was told ${a.ends} and ${b.ends} times`);
}

async function dropsAfterClose(a: Side, b: Side): Promise<void> {
  a.transport.close(1000, "");
  expect(a.transport.send(filled(10, 1)) === 0, "send after close did not answer 0");
  await Promise.all([a.ended, b.ended]);
  expect(a.transport.send(filled(10, 1)) === 0, "send after the end did not answer 0");
  expect(b.messages.length === 0, "a message sent after close arrived");
}

async function cutsReason(a: Side, b: Side): Promise<void> {
  a.transport.close(4002, "ä".repeat(200));
  const end = await b.ended;
  expect(end.code === 4002, `the code was ${end.code}, not 4002`);
  expect(/^ä{40,61}$/.test(end.reason), `the reason was not cut between two characters: ${end.reason}`);
}

/** One end of the pair, with what it has seen. */
class Side {
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

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await Promise.resolve();
}

function filled(size: number, value: number): Uint8Array {
  return new Uint8Array(size).fill(value);
}

function expectFilled(message: Uint8Array | undefined, size: number, value: number): void {
  expect(message instanceof Uint8Array, "a message did not arrive as bytes");
  expect(message?.byteLength === size, `a message of ${size} bytes arrived with ${message?.byteLength}`);
  expect(message?.every((byte) => byte === value) === true, `a message of ${size} bytes arrived changed`);
}

function expectEnd(end: TransportEnd, code: number, reason: string, by: TransportEnd["by"]): void {
  const text = `${end.code} "${end.reason}" by ${end.by}`;
  expect(
    end.code === code && end.reason === reason && end.by === by,
    `the end was ${text}, not ${code} "${reason}" by ${by}`,
  );
}

function expect(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Error(`The transport does not keep its word: ${complaint}`);
}
