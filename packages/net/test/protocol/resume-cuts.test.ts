// The same conversation, with the link cut at every place where it can be cut: what both sides see must be what they
// see when it is never cut. Each item once, in order, one end.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeOf } from "../../src/protocol/session/replay-buffer.js";
import { SIDES, type Side } from "./resumable-pair.js";
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
  for (const side of SIDES) expect(pair[side].replayBytes).toBeLessThanOrEqual(LARGEST_REPLAY);
  return done;
}

// §10.2: replayBytes, one message with an item beyond its target, an end and a CANCEL for each of four slots.
const LARGEST_REPLAY = SETTINGS.client.replayBytes + chargeOf(32_768 + 40_000) + 8 * chargeOf(300);

/** How a link ends: who notices, and how often the way back is cut as well. */
interface Cut {
  readonly at: number;
  readonly noticedBy: readonly Side[];
  readonly lost?: "request" | "answer";
}

function join({ pair }: Conversation, { noticedBy, lost }: Cut): void {
  pair.cut(noticedBy);
  if (lost !== undefined) {
    pair.reconnect(lost);
    for (const side of SIDES) pair.wire[side].length = 0;
  }
  expect(pair.reconnect()).toBe("resumed");
}

/** Plays it to its end; answers how many steps it took. */
function play(conversation: Conversation, round: readonly Action[], cuts: readonly Cut[]): number {
  let steps = 0;
  for (; !conversation.isOver(); steps++) {
    for (const cut of cuts) if (cut.at === steps) join(conversation, cut);
    step(conversation, round);
    // What waits for time waits for an ACK or a heartbeat; who waits longer waits for ever.
    if (steps > 2_000) throw new Error(`stuck: ${JSON.stringify(conversation.logs, undefined, 1)}`);
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

describe("Session, link cut", () => {
  it("has a conversation to cut that sees something of everything", () => {
    const client = Object.values(uncut.logs.client).flat();
    expect(new Set(client.map((what) => what.split(" ")[0]))).toEqual(
      new Set(["ready", "goaway", "drained", "opened", "item", "completed", "failed"]),
    );
    expect(Object.values(uncut.logs.server).flat()).toContain("cancelled");
    for (const steps of lengths.values()) expect(steps).toBeGreaterThan(80);
  });

  for (const [name, round] of Object.entries(ROUNDS)) {
    const length = lengths.get(name) as number;

    it(`changes nothing of what is seen, wherever it is cut: messages ${name}`, () => {
      for (const lost of [undefined, "request", "answer"] as const) {
        for (const noticedBy of [SIDES, ["client"]] as const) {
          for (let at = 2; at < length; at++) {
            const conversation = new Conversation();
            play(conversation, round, [{ at, noticedBy, ...(lost && { lost }) }]);
            expect(conversation.logs, `cut at ${at}`).toEqual(uncut.logs);
          }
        }
      }
    });

    it(`changes nothing when it is cut again while the rest is sent again: messages ${name}`, () => {
      for (let at = 2; at < length; at++) {
        for (const later of [1, 2, 3, 5, 8]) {
          const conversation = new Conversation();
          const cuts = [at, at + later].map((at) => ({ at, noticedBy: SIDES }));
          play(conversation, round, cuts);
          expect(conversation.logs, `cut at ${at} and ${later} later`).toEqual(uncut.logs);
        }
      }
    });
  }
});
