// The same conversation, with the link cut at every place where it can be cut: what both sides see must be what they
// see when it is never cut. Each item once, in order, one end.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeOf } from "../../src/protocol/session/replay-buffer.js";
import { other, SIDES, type Side } from "./resumable-pair.js";
import { Conversation, SETTINGS } from "./resume-script.js";

type Action = readonly ["transmit" | "deliver", Side];

// What happens first of what can happen. Tight: each message arrives before the next is made. Long: all that can be
// made is under way before something arrives. Uneven: the client's messages are fast, the server's slow.
const ROUNDS: Readonly<Record<string, readonly Action[]>> = {
  tight: [
    ["deliver", "client"],
    ["deliver", "server"],
    ["transmit", "client"],
    ["transmit", "server"],
  ],
  long: [
    ["transmit", "client"],
    ["transmit", "server"],
    ["deliver", "client"],
    ["deliver", "server"],
  ],
  uneven: [
    ["deliver", "client"],
    ["transmit", "client"],
    ["transmit", "server"],
    ["deliver", "server"],
  ],
};

/** One message more is made or arrives. */
function act({ pair }: Conversation, [what, side]: Action): boolean {
  return what === "deliver" ? pair.deliver(side) : pair.transmit(side) !== undefined;
}

/** One step of a round, and a millisecond; answers whether anything could be done. */
function step(conversation: Conversation, round: readonly Action[]): boolean {
  const { pair } = conversation;
  pair.now++;
  for (const side of SIDES) pair[side].tick(pair.now);
  const done = round.some((action) => act(conversation, action));
  for (const side of SIDES) {
    const { replayBytes } = pair[side];
    if (replayBytes > LARGEST_REPLAY)
      throw new Error(`${replayBytes} bytes are held, at most ${LARGEST_REPLAY}`);
  }
  return done;
}

// §10.2: replayBytes, one message with an item beyond its target, an end and a CANCEL for each of four slots.
const LARGEST_REPLAY = SETTINGS.client.replayBytes + chargeOf(2_500 + 40_000) + 8 * chargeOf(300);

/** How a link ends: who notices, what still arrives where nobody has noticed, and where the way back is cut too. */
interface Cut {
  readonly at: number;
  readonly noticedBy: readonly Side[];
  readonly lost?: "request" | "answer";
  readonly late?: number;
}

function join({ pair, logs }: Conversation, { noticedBy, lost, late = 0 }: Cut): void {
  for (const side of SIDES) if (noticedBy.includes(side)) pair[side].suspend(pair.now);
  // The server may still read what the client sent: it counts as long as it has not agreed to another link.
  for (let i = 0; i < late; i++) pair.deliver("client");
  const old = { client: [...pair.wire.client], server: [...pair.wire.server] };
  const epochs = { client: pair.client.epoch, server: pair.server.epoch };
  pair.cut([]);
  if (lost !== undefined) pair.reconnect(lost);
  for (const side of SIDES) pair.wire[side].length = 0;
  expect(pair.reconnect()).toBe("resumed");
  // The old socket comes back to life: what it carries is of an older epoch and does nothing.
  const before = JSON.stringify(logs);
  for (const side of SIDES) {
    const to = other(side);
    for (const message of old[side]) pair[to].receive(message, pair.now, epochs[to]);
  }
  pair.collect();
  expect(JSON.stringify(logs)).toBe(before);
}

/** Plays it to its end; answers how many steps it took. */
function play(conversation: Conversation, round: readonly Action[], cuts: readonly Cut[]): number {
  let steps = 0;
  for (; !conversation.isOver(); steps++) {
    for (const cut of cuts) if (cut.at === steps) join(conversation, cut);
    step(conversation, round);
    // What waits for time waits for an ACK or a heartbeat; who waits longer waits for ever.
    if (steps > 2_000) throw new Error(`stuck: ${JSON.stringify(conversation.logs)}`);
  }
  return steps;
}

const uncut = new Conversation();
const lengths = new Map(
  Object.entries(ROUNDS).map(([name, round]) => [
    name,
    play(name === "tight" ? uncut : new Conversation(), round, []),
  ]),
);

function check(round: readonly Action[], cuts: readonly Cut[]): void {
  const conversation = new Conversation();
  play(conversation, round, cuts);
  // The comparison that explains itself is slow.
  if (JSON.stringify(conversation.logs) === JSON.stringify(uncut.logs)) return;
  expect(conversation.logs, JSON.stringify(cuts)).toEqual(uncut.logs);
}

describe("Session, link cut", () => {
  it("has a conversation to cut that sees something of everything", () => {
    const client = Object.values(uncut.logs.client).flat();
    expect(new Set(client.map((what) => what.split(" ")[0]))).toEqual(
      new Set(["ready", "goaway", "drained", "opened", "item", "completed", "failed"]),
    );
    expect(Object.values(uncut.logs.server).flat()).toContain("cancelled");
    for (const steps of lengths.values()) expect(steps).toBeGreaterThan(60);
  });

  for (const [name, round] of Object.entries(ROUNDS)) {
    const length = lengths.get(name) as number;

    it(`changes nothing of what is seen, wherever it is cut: messages ${name}`, () => {
      for (let at = 0; at < length; at++) {
        check(round, [at % 2 === 0 ? { at, noticedBy: SIDES } : { at, noticedBy: ["client"], late: 1 }]);
        check(round, [at % 2 === 1 ? { at, noticedBy: SIDES } : { at, noticedBy: ["client"] }]);
      }
    });

    it(`changes nothing when RESUME or its answer is lost too: messages ${name}`, () => {
      for (let at = 0; at < length; at += 2) {
        check(round, [{ at, noticedBy: SIDES, lost: "request" }]);
        check(round, [{ at: at + 1, noticedBy: SIDES, lost: "answer" }]);
      }
    });

    it(`changes nothing when it is cut again while the rest is sent again: messages ${name}`, () => {
      for (let at = 0; at < length; at += 2) {
        const again = at + 1 + (at % 5);
        check(round, [
          { at, noticedBy: SIDES },
          { at: again, noticedBy: SIDES },
        ]);
      }
    });
  }

  it("changes nothing, whatever is cut and in whatever order messages come (seeded)", () => {
    const action = fc.constantFrom<Action>(
      ["deliver", "client"],
      ["deliver", "server"],
      ["transmit", "client"],
      ["transmit", "server"],
    );
    const cut = fc.record({
      at: fc.nat(120),
      noticedBy: fc.constantFrom<readonly Side[]>(SIDES, ["client"]),
      late: fc.nat(3),
      lost: fc.constantFrom(undefined, "request" as const, "answer" as const),
    });
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 4, maxLength: 12 }),
        fc.array(cut, { maxLength: 6 }),
        (actions, cuts) => {
          // Each action is possible at last, so that nothing waits for ever.
          const round = [...actions, ...(ROUNDS["tight"] as readonly Action[])];
          check(
            round,
            cuts.map(({ lost, ...cut }) => ({ ...cut, ...(lost && { lost }) })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});
