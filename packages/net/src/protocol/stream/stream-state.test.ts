import { describe, expect, it } from "vitest";
import {
  cancelRemote,
  endLocal,
  endRemote,
  isCancelling,
  localOpen,
  OPENED,
  type Refused,
  remoteOpen,
  type StreamState,
} from "./stream-state.js";

const open: StreamState = OPENED;
const openCancelling: StreamState = { kind: "open", cancelling: true };
const local: StreamState = { kind: "half-closed-local", cancelling: false };
const localCancelling: StreamState = { kind: "half-closed-local", cancelling: true };
const remote: StreamState = { kind: "half-closed-remote" };
const closed: StreamState = { kind: "closed" };
const no: Refused = "already-ended";

// One row a state: what each event makes of it. docs/protocol.md §3.3 is this table.
const table: [name: string, StreamState, endLocal: unknown, endRemote: unknown, cancelRemote: unknown][] = [
  ["open", open, local, remote, openCancelling],
  ["open, cancelling", openCancelling, localCancelling, remote, no],
  ["half-closed-local", local, no, closed, localCancelling],
  ["half-closed-local, cancelling", localCancelling, no, closed, no],
  ["half-closed-remote", remote, closed, no, no],
  ["closed", closed, no, no, no],
];

describe("stream-state", () => {
  for (const [name, state, onLocal, onRemote, onCancel] of table) {
    it(`goes on from ${name} as the table says`, () => {
      expect(endLocal(state)).toEqual(onLocal);
      expect(endRemote(state)).toEqual(onRemote);
      expect(cancelRemote(state)).toEqual(onCancel);
    });
  }

  it("says which directions are open", () => {
    expect(table.map(([, state]) => [localOpen(state), remoteOpen(state), isCancelling(state)])).toEqual([
      [true, true, false],
      [true, true, true],
      [false, true, false],
      [false, true, true],
      [true, false, false],
      [false, false, false],
    ]);
  });

  it("allows an end of a direction exactly while it is open", () => {
    for (const [, state] of table) {
      expect(endLocal(state) === "already-ended").toBe(!localOpen(state));
      expect(endRemote(state) === "already-ended").toBe(!remoteOpen(state));
    }
  });

  it("forgets the cancel with the direction that it cancelled", () => {
    expect(endRemote(openCancelling)).toEqual(remote);
    expect(endRemote(localCancelling)).toEqual(closed);
  });
});
