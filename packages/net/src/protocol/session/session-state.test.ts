import { describe, expect, it } from "vitest";
import { JoinedPair } from "../../../test/protocol/joined-pair.js";
import { settingsOf } from "../limits.js";
import { Abuse } from "./abuse.js";
import { Conversation } from "./conversation.js";
import { EventQueue } from "./event-queue.js";
import { Outbox } from "./outbox.js";
import { agree, close, drain, OPENING, type SessionState } from "./session-state.js";

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
  const open: SessionState = { kind: "open", conversation: agreed };
  const drainingByPeer: SessionState = { kind: "draining", conversation: agreed, lastPeerStream: undefined };
  const drainingByUs: SessionState = { kind: "draining", conversation: agreed, lastPeerStream: 5 };
  const closed: SessionState = { kind: "closed", error: undefined };

  // One row a state: HELLO received, GOAWAY sent, GOAWAY received, end.
  const table: [string, SessionState, unknown, unknown, unknown, unknown][] = [
    ["opening", OPENING, open, "not-now", "not-now", closed],
    ["open", open, "not-now", drainingByUs, drainingByPeer, closed],
    ["draining by the peer", drainingByPeer, "not-now", drainingByUs, drainingByPeer, closed],
    ["draining by us", drainingByUs, "not-now", "not-now", drainingByUs, closed],
    ["closed", closed, "not-now", "not-now", "not-now", "not-now"],
  ];
  for (const [name, state, hello, goawaySent, goawayReceived, end] of table) {
    it(`goes on from ${name} as the table says`, () => {
      expect(agree(state, agreed)).toEqual(hello);
      expect(drain(state, 5)).toEqual(goawaySent);
      expect(drain(state, undefined)).toEqual(goawayReceived);
      expect(close(state, undefined)).toEqual(end);
    });
  }
});
