// What every transport must do, as cases that any test runner can run: each gets a way to open a connected
// pair, and throws with a sentence when the transport does not keep its word.

import { CLOSE_OVERLOADED, MAX_MESSAGE_BYTES, SEND_CAPACITY } from "./transport.js";
import type { Transport } from "./transport.js";
import { expect, expectEnd, expectFilled, filled, Side, turns } from "./transport-side.js";

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
  {
    name: "delivers many small messages in order, as there is room for them",
    run: (open) => withPair(open, deliversMany),
  },
  {
    name: "delivers a message in parts as one, in its place, and leaves the parts as they are",
    run: (open) => withPair(open, joinsParts),
  },
  { name: "delivers many of the largest size", run: (open) => withPair(open, deliversManyLargest) },
  {
    name: "sends the bytes of a view and no others, and leaves the sender its memory",
    run: (open) => withPair(open, sendsViews),
  },
  {
    name: "delivers bytes that stay as they are, whatever comes after them",
    run: (open) => withPair(open, leavesMessages),
  },
  { name: "misses nothing that came before somebody listened", run: waitsForListener },
  { name: "delivers later, never inside send", run: (open) => withPair(open, deliversLater) },
  {
    name: "answers that there is no room, and tells once there is room again",
    run: (open) => withPair(open, tellsRoom),
  },
  {
    name: "ends the link of a sender that goes on without room",
    run: endsFlood,
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
  { name: "tells the peer each close code as it was meant", run: tellsCodes },
  {
    name: "delivers what is sent both ways at once, and closed by both at once",
    run: (open) => withPair(open, closesBothWays),
  },
  { name: "cuts a long reason instead of failing", run: (open) => withPair(open, cutsReason) },
];

async function withPair(open: OpenPair, check: (a: Side, b: Side) => Promise<void>): Promise<void> {
  const [left, right] = await open();
  const a = new Side(left);
  const b = new Side(right);
  await check(a, b);
  await finish(a, b);
}

async function finish(a: Side, b: Side): Promise<void> {
  a.transport.close(1000, "");
  b.transport.close(1000, "");
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

async function deliversMany(a: Side, b: Side): Promise<void> {
  const count = 10_000;
  const small = (index: number): Uint8Array => filled(1 + (index % 3), index % 256);
  await Promise.all([a.sendAll(count, small), b.received(count)]);
  for (let i = 0; i < count; i += 1) expectFilled(b.messages[i], 1 + (i % 3), i % 256);
}

async function deliversManyLargest(a: Side, b: Side): Promise<void> {
  await Promise.all([a.sendAll(6, (index) => filled(MAX_MESSAGE_BYTES, index)), b.received(6)]);
  for (let i = 0; i < 6; i += 1) expectFilled(b.messages[i], MAX_MESSAGE_BYTES, i);
}

async function joinsParts(a: Side, b: Side): Promise<void> {
  const parts = [filled(10, 1), filled(70_000, 2), filled(1, 3)];
  a.transport.send(filled(5, 0));
  a.transport.send(parts);
  a.transport.send(filled(6, 4));
  await b.received(3);
  expectFilled(b.messages[0], 5, 0);
  expectFilled(b.messages[2], 6, 4);
  const whole = b.messages[1] as Uint8Array; // three have come
  expect(whole.byteLength === 70_011, `parts of 70011 bytes arrived with ${whole.byteLength}`);
  expectFilled(whole.subarray(0, 10), 10, 1);
  expectFilled(whole.subarray(10, 70_010), 70_000, 2);
  expectFilled(whole.subarray(70_010), 1, 3);
  // Whoever sent them may have to send them again.
  expectFilled(parts[1], 70_000, 2);
}

async function sendsViews(a: Side, b: Side): Promise<void> {
  // As the protocol writes its messages: one behind the other into one piece of memory.
  const memory = filled(4096, 1);
  const [first, second] = [memory.subarray(100, 1100), memory.subarray(1100, 4096)];
  a.transport.send(first);
  second.fill(2);
  a.transport.send(second);
  await b.received(2);
  expectFilled(b.messages[0], 1000, 1);
  expectFilled(b.messages[1], 2996, 2);
  // Whoever sent them may have to send them again.
  expectFilled(first, 1000, 1);
  expect(memory.byteLength === 4096, "the memory of what was sent was taken away from its sender");
}

async function leavesMessages(a: Side, b: Side): Promise<void> {
  a.transport.send(filled(1000, 1));
  await b.received(1);
  await a.sendAll(100, () => filled(1000, 2));
  await b.received(101);
  expectFilled(b.messages[0], 1000, 1);
}

async function waitsForListener(open: OpenPair): Promise<void> {
  const [left, right] = await open();
  const a = new Side(left);
  for (let i = 0; i < 5; i += 1) a.transport.send(filled(100 + i, i));
  await turns(20);
  const b = new Side(right);
  await b.received(5);
  for (let i = 0; i < 5; i += 1) expectFilled(b.messages[i], 100 + i, i);
  await finish(a, b);
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

async function endsFlood(open: OpenPair): Promise<void> {
  const [left, right] = await open();
  const a = new Side(left);
  const b = new Side(right);
  const message = filled(SEND_CAPACITY, 1);
  // A socket of the machine takes some megabytes by itself; this is 256 of them, in a turn in which nobody reads.
  for (let i = 0; i < 4096; i += 1) a.transport.send(message);
  const end = await a.ended;
  expect(
    end.code === CLOSE_OVERLOADED && end.by === "us",
    `it ended with ${end.code} by ${end.by}, not ${CLOSE_OVERLOADED} by us`,
  );
  await b.ended;
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

async function tellsCodes(open: OpenPair): Promise<void> {
  for (const code of [1000, 1001, 1002, 1003, 1008, 1009, 1013, 3000, 4000, 4899]) {
    const [left, right] = await open();
    const a = new Side(left);
    const b = new Side(right);
    a.transport.close(code, "why");
    const [ours, theirs] = await Promise.all([a.ended, b.ended]);
    expectEnd(ours, code, "why", "us");
    expectEnd(theirs, code, "why", "peer");
  }
}

async function closesBothWays(a: Side, b: Side): Promise<void> {
  a.transport.send(filled(10, 1));
  b.transport.send(filled(10, 2));
  await Promise.all([a.received(1), b.received(1)]);
  a.transport.close(4001, "from a");
  b.transport.close(4002, "from b");
  expectEnd(await a.ended, 4001, "from a", "us");
  expectEnd(await b.ended, 4002, "from b", "us");
}

async function cutsReason(a: Side, b: Side): Promise<void> {
  a.transport.close(4002, "ä".repeat(200));
  const end = await b.ended;
  expect(end.code === 4002, `the code was ${end.code}, not 4002`);
  expect(/^ä{40,61}$/.test(end.reason), `the reason was not cut between two characters: ${end.reason}`);
}
