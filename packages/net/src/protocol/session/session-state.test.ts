import { describe, expect, it } from "vitest";
import { JoinedPair } from "../../../test/protocol/joined-pair.js";
import { settingsOf } from "../limits.js";
import { Abuse } from "./abuse.js";
import { Conversation } from "./conversation.js";
import { EventQueue } from "./event-queue.js";
import { Outbox } from "./outbox.js";
import {
  agree,
  ask,
  close,
  conversationOf,
  drain,
  goOn,
  handOver,
  OPENING,
  refuse,
  type SessionState,
  suspend,
  type Talking,
} from "./session-state.js";

function conversation(): Conversation {
  const pair = new JoinedPair();
  pair.run();
  const ready = pair.events.client[0];
  if (ready?.kind !== "ready") throw new Error("the pair is not ready");
  const settings = settingsOf("client");
  return new Conversation({
    role: "client",
    settings,
    codecs: ["raw"],
    peer: ready.peer,
    outbox: new Outbox(1),
    events: new EventQueue(),
    abuse: new Abuse(settings, 0),
    onVerdict: () => {},
  });
}

describe("session-state", () => {
  const agreed = conversation();
  const open: Talking = { kind: "open", conversation: agreed };
  const byPeer: Talking = { kind: "draining", conversation: agreed, lastPeerStream: undefined };
  const byUs: Talking = { kind: "draining", conversation: agreed, lastPeerStream: 5 };
  const held = (was: Talking): SessionState => ({ kind: "suspended", was, until: 9 });
  const resuming = (was: Talking): SessionState => ({ kind: "resuming", was });
  const handedOver: SessionState = { kind: "handed-over" };
  const closed: SessionState = { kind: "closed", error: undefined };
  const no = "not-now";

  // One row a state; one column an event: HELLO received, the same after asking to resume, GOAWAY sent, GOAWAY
  // received, transport lost, resumed, RESUME received, refused, taken over, end.
  // biome-ignore format: a table, one row a line
  const table: [string, SessionState, ...unknown[]][] = [
    ["opening", OPENING, open, resuming(open), no, no, no, no, no, no, no, closed],
    ["open", open, no, no, byUs, byPeer, held(open), no, resuming(open), no, no, closed],
    ["draining by the peer", byPeer, no, no, byUs, byPeer, held(byPeer), no, resuming(byPeer), no, no, closed],
    ["draining by us", byUs, no, no, no, byUs, held(byUs), no, resuming(byUs), no, no, closed],
    ["suspended", held(open), no, no, held(byUs), held(byPeer), no, open, no, no, no, closed],
    ["suspended, draining", held(byUs), no, no, no, held(byUs), no, byUs, no, no, no, closed],
    ["resuming", resuming(open), no, no, resuming(byUs), resuming(byPeer), no, no, no, open, handedOver, closed],
    ["resuming, draining", resuming(byUs), no, no, no, resuming(byUs), no, no, no, byUs, handedOver, closed],
    ["handed-over", handedOver, no, no, no, no, no, no, no, no, no, no],
    ["closed", closed, no, no, no, no, no, no, no, no, no, no],
  ];
  for (const [name, state, ...expected] of table) {
    it(`goes on from ${name} as the table says`, () => {
      const answers = [
        agree(state, agreed, false),
        agree(state, agreed, true),
        drain(state, 5),
        drain(state, undefined),
        suspend(state, 9),
        goOn(state),
        ask(state),
        refuse(state),
        handOver(state),
        close(state, undefined),
      ];
      expect(answers).toEqual(expected);
    });
  }

  it("keeps what was agreed for as long as it can be resumed or go on", () => {
    expect(table.map(([, state]) => conversationOf(state) === agreed)).toEqual([
      false,
      ...new Array(7).fill(true),
      false,
      false,
    ]);
  });
});
