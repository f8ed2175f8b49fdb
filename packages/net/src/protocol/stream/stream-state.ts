// The life of a stream as one side sees it: two directions, each of which ends once. "Local" is what this
// side sends, "remote" what it receives.
//
//                          OPEN sent or received
//                                   │
//                                   ▼
//            endLocal          ┌────────┐         endRemote
//          ┌───────────────────│  open  │───────────────────┐
//          ▼                   └────────┘                   ▼
//   ┌───────────────────┐                        ┌────────────────────┐
//   │ half-closed-local │                        │ half-closed-remote │
//   └───────────────────┘                        └────────────────────┘
//          │                   ┌────────┐                   │
//          └──────────────────►│ closed │◄──────────────────┘
//            endRemote         └────────┘         endLocal
//
// endLocal:    COMPLETE or ERROR sent, REJECT sent
// endRemote:   COMPLETE or ERROR received, REJECT received
// ERROR and REJECT end both directions: who receives one ends its own too, with ERROR(CANCELLED), if it is
// still open. The one exception is the answer to a CANCEL (protocol.md §3.4).
//
// `cancelling` exists while the remote direction is open: this side sent CANCEL and waits for its end, until
// which arriving items count and are let go.

/** Where a stream stands. */
export type StreamState =
  | { readonly kind: "open"; readonly cancelling: boolean }
  | { readonly kind: "half-closed-local"; readonly cancelling: boolean }
  | { readonly kind: "half-closed-remote" }
  | { readonly kind: "closed" };

/** What a transition answers when the event cannot happen in this state. */
export type Refused = "already-ended";

/** The state of a stream just opened, whoever opened it. */
export const OPENED: StreamState = { kind: "open", cancelling: false };

/** This side's direction ended. */
export function endLocal(state: StreamState): StreamState | Refused {
  switch (state.kind) {
    case "open":
      return state.cancelling ? HALF_CLOSED_LOCAL_CANCELLING : HALF_CLOSED_LOCAL;
    case "half-closed-remote":
      return CLOSED;
    case "half-closed-local":
    case "closed":
      return "already-ended";
    default:
      return impossible(state);
  }
}

/** The peer's direction ended. */
export function endRemote(state: StreamState): StreamState | Refused {
  switch (state.kind) {
    case "open":
      return HALF_CLOSED_REMOTE;
    case "half-closed-local":
      return CLOSED;
    case "half-closed-remote":
    case "closed":
      return "already-ended";
    default:
      return impossible(state);
  }
}

/** This side wants no more of the peer's direction. A second time is refused: one CANCEL is enough. */
export function cancelRemote(state: StreamState): StreamState | Refused {
  switch (state.kind) {
    case "open":
      return state.cancelling ? "already-ended" : OPEN_CANCELLING;
    case "half-closed-local":
      return state.cancelling ? "already-ended" : HALF_CLOSED_LOCAL_CANCELLING;
    case "half-closed-remote":
    case "closed":
      return "already-ended";
    default:
      return impossible(state);
  }
}

/** Whether this side may still send items and its end. */
export function localOpen(state: StreamState): boolean {
  return state.kind === "open" || state.kind === "half-closed-remote";
}

/** Whether the peer may still send items and its end. */
export function remoteOpen(state: StreamState): boolean {
  return state.kind === "open" || state.kind === "half-closed-local";
}

/** Whether this side sent CANCEL and the peer has not ended yet. */
export function isCancelling(state: StreamState): boolean {
  return (state.kind === "open" || state.kind === "half-closed-local") && state.cancelling;
}

function impossible(state: never): never {
  throw new TypeError(`Cannot go on from an unknown stream state: ${JSON.stringify(state)}`);
}

// One object for each state: a transition on the way of every call makes no garbage.
const OPEN_CANCELLING: StreamState = { kind: "open", cancelling: true };
const HALF_CLOSED_LOCAL: StreamState = { kind: "half-closed-local", cancelling: false };
const HALF_CLOSED_LOCAL_CANCELLING: StreamState = { kind: "half-closed-local", cancelling: true };
const HALF_CLOSED_REMOTE: StreamState = { kind: "half-closed-remote" };
const CLOSED: StreamState = { kind: "closed" };
