// The life of a session.
//
//   ┌─────────┐ HELLO received ┌──────┐ GOAWAY sent or received ┌──────────┐
//   │ opening │───────────────►│ open │────────────────────────►│ draining │──┐ the other's GOAWAY
//   └─────────┘                └──────┘                         └──────────┘◄─┘
//        │                        │                                  │
//        │ handshake time         │ connection error of either side, close(), transport lost
//        ▼                        ▼                                  ▼
//   ┌────────────────────────────────────────────────────────────────────┐
//   │                               closed                               │
//   └────────────────────────────────────────────────────────────────────┘
//
// Our own HELLO is written when the session is made, so it needs no state. What was agreed exists only while
// there is somebody to agree with. `suspended` is kept for resume, later.

import type { ProtocolError } from "../protocol-error.js";
import type { Conversation } from "./conversation.js";

/** Where a session stands. `lastPeerStream`: the peer's streams above it are refused, once we said GOAWAY. */
export type SessionState =
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly conversation: Conversation }
  | {
      readonly kind: "draining";
      readonly conversation: Conversation;
      readonly lastPeerStream: number | undefined;
    }
  | { readonly kind: "closed"; readonly error: ProtocolError | undefined };

/** What a transition answers when the event cannot happen in this state. */
export type Refused = "not-now";

/** The state of a new session. */
export const OPENING: SessionState = { kind: "opening" };

/** The peer's HELLO was accepted. */
export function agree(state: SessionState, conversation: Conversation): SessionState | Refused {
  switch (state.kind) {
    case "opening":
      return { kind: "open", conversation };
    case "open":
    case "draining":
    case "closed":
      return "not-now";
    default:
      return impossible(state);
  }
}

/** A GOAWAY was sent (`lastPeerStream` is what it said) or received (undefined). Sending is done once. */
export function drain(state: SessionState, lastPeerStream: number | undefined): SessionState | Refused {
  switch (state.kind) {
    case "open":
      return { kind: "draining", conversation: state.conversation, lastPeerStream };
    case "draining":
      if (state.lastPeerStream !== undefined && lastPeerStream !== undefined) return "not-now";
      return { ...state, lastPeerStream: state.lastPeerStream ?? lastPeerStream };
    case "opening":
    case "closed":
      return "not-now";
    default:
      return impossible(state);
  }
}

/** The session is over, once. */
export function close(state: SessionState, error: ProtocolError | undefined): SessionState | Refused {
  return state.kind === "closed" ? "not-now" : { kind: "closed", error };
}

function impossible(state: never): never {
  throw new TypeError(`Cannot go on from an unknown session state: ${JSON.stringify(state)}`);
}
