// The life of a session.
//
//   ┌─────────┐ HELLO received ┌──────┐ GOAWAY sent or received ┌──────────┐
//   │ opening │───────────────►│ open │────────────────────────►│ draining │──┐ the other's GOAWAY
//   └─────────┘                └──────┘                         └──────────┘◄─┘
//        │                     └──────────── "talking" ─────────────────────┘
//        │                       │    ▲                            ▲     │
//        │        transport lost ▼    │ resumed                    │     │
//        │                   ┌───────────┐                 refused │     │ RESUME received
//        │                   │ suspended │                         │     ▼
//        │                   └───────────┘                     ┌──────────┐ taken over ┌─────────────┐
//        └────────────────────────────────────────────────────►│ resuming │───────────►│ handed-over │
//           HELLO received, and this side asked to resume      └──────────┘            └─────────────┘
//
//   all but handed-over ── connection error of either side, close(), a time that is over ──► closed
//
// A session that is resumed is the old one: it goes from suspended to what it was. The one that was made for
// the new transport spoke HELLO on it, is `resuming` while that is decided, and then either handed the transport
// over or goes on as a session of its own (protocol.md §10).
//
// Our own HELLO is written when the session is made, so it needs no state. What was agreed exists only while
// there is somebody to agree with.

import type { ProtocolError } from "../protocol-error.js";
import type { Conversation } from "./conversation.js";

/** A session that has heard HELLO. `lastPeerStream`: the peer's streams above it are refused, once we said GOAWAY. */
export type Talking =
  | { readonly kind: "open"; readonly conversation: Conversation }
  | {
      readonly kind: "draining";
      readonly conversation: Conversation;
      readonly lastPeerStream: number | undefined;
    };

/** Where a session stands. `was`: what it goes back to; `until`: when it is given up. */
export type SessionState =
  | { readonly kind: "opening" }
  | Talking
  | { readonly kind: "suspended"; readonly was: Talking; readonly until: number }
  | { readonly kind: "resuming"; readonly was: Talking }
  | { readonly kind: "handed-over" }
  | { readonly kind: "closed"; readonly error: ProtocolError | undefined };

/** What a transition answers when the event cannot happen in this state. */
export type Refused = "not-now";

/** The state of a new session. */
export const OPENING: SessionState = { kind: "opening" };

/** The peer's HELLO was accepted. `asked`: this side asked for another session to go on. */
export function agree(
  state: SessionState,
  conversation: Conversation,
  asked: boolean,
): SessionState | Refused {
  if (state.kind !== "opening") return "not-now";
  const open: Talking = { kind: "open", conversation };
  return asked ? { kind: "resuming", was: open } : open;
}

/** A GOAWAY was sent (`lastPeerStream` is what it said) or received (undefined). Sending is done once. */
export function drain(state: SessionState, lastPeerStream: number | undefined): SessionState | Refused {
  switch (state.kind) {
    case "open":
    case "draining":
      return drainTalking(state, lastPeerStream);
    case "suspended":
    case "resuming": {
      const was = drainTalking(state.was, lastPeerStream);
      return was === "not-now" ? was : { ...state, was };
    }
    case "opening":
    case "handed-over":
    case "closed":
      return "not-now";
    default:
      return impossible(state);
  }
}

/** The transport is lost, and the session can be resumed until `until`. */
export function suspend(state: SessionState, until: number): SessionState | Refused {
  return state.kind === "open" || state.kind === "draining"
    ? { kind: "suspended", was: state, until }
    : "not-now";
}

/** The session goes on, on a new transport. */
export function goOn(state: SessionState): SessionState | Refused {
  return state.kind === "suspended" ? state.was : "not-now";
}

/** The peer asks for another session to go on. */
export function ask(state: SessionState): SessionState | Refused {
  return state.kind === "open" || state.kind === "draining" ? { kind: "resuming", was: state } : "not-now";
}

/** The other session does not go on: this one does. */
export function refuse(state: SessionState): SessionState | Refused {
  return state.kind === "resuming" ? state.was : "not-now";
}

/** The other session has the transport. */
export function handOver(state: SessionState): SessionState | Refused {
  return state.kind === "resuming" ? HANDED_OVER : "not-now";
}

/** The session is over, once. */
export function close(state: SessionState, error: ProtocolError | undefined): SessionState | Refused {
  return state.kind === "closed" || state.kind === "handed-over" ? "not-now" : { kind: "closed", error };
}

/** What was agreed, in every state in which it still counts. */
export function conversationOf(state: SessionState): Conversation | undefined {
  switch (state.kind) {
    case "open":
    case "draining":
      return state.conversation;
    case "suspended":
    case "resuming":
      return state.was.conversation;
    case "opening":
    case "handed-over":
    case "closed":
      return undefined;
    default:
      return impossible(state);
  }
}

function drainTalking(state: Talking, lastPeerStream: number | undefined): Talking | Refused {
  if (state.kind === "open") return { kind: "draining", conversation: state.conversation, lastPeerStream };
  if (state.lastPeerStream !== undefined && lastPeerStream !== undefined) return "not-now";
  return { ...state, lastPeerStream: state.lastPeerStream ?? lastPeerStream };
}

/** What stands behind a `switch` over all states. */
export function impossible(state: never): never {
  throw new TypeError(`Cannot go on from an unknown session state: ${JSON.stringify(state)}`);
}

const HANDED_OVER: SessionState = { kind: "handed-over" };
