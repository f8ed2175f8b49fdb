// The table of docs/protocol.md §3.3, taken from the document: each frame in each state of a stream ends the
// connection with exactly the error that its cell names, or does not end it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { ScriptPeer } from "../script-peer.js";

const NONE = { items: 0, bytes: 0 };
const COMPLETE: Frame = { kind: "complete", streamId: 1, ...NONE };
const failure = streamFailure("HANDLER_FAILED", "on purpose");

const frames: Record<string, (streamId: number) => Frame> = {
  OPEN: (streamId) => ScriptPeer.open(streamId),
  ITEMS: (streamId) => ScriptPeer.batch(streamId, 1, 1),
  COMPLETE: (streamId) => ({ kind: "complete", streamId, ...NONE }),
  ERROR: (streamId) => ({ kind: "error", streamId, ...NONE, failure }),
  REJECT: (streamId) => ({ kind: "reject", streamId, failure }),
  CANCEL: (streamId) => ({ kind: "cancel", streamId }),
  "CREDIT entry": (streamId) => ({
    kind: "credit",
    streams: undefined,
    entries: [{ streamId, items: 9, bytes: 9 }],
  }),
  BLOCKED: (streamId) => ({ kind: "blocked", streamId, limit: "items", value: 9, backlog: 0, needed: 0 }),
};

// Each brings stream 1 into its state; the session is the one that did not send the frame under test.
const states: Record<string, (script: ScriptPeer, end: () => void) => void> = {
  "never opened": () => {},
  open: () => {},
  "half-closed-local": (_script, end) => end(),
  "half-closed-remote": (script) => script.sends(COMPLETE),
  "recently closed": (script, end) => {
    end();
    script.sends(COMPLETE);
  },
  "long closed": (script, end) => {
    end();
    script.sends(COMPLETE);
  },
};

/** A session in whose view stream 1 is in this state, opened by it or (for OPEN, which it receives) by the peer. */
function sessionIn(state: string, byPeer: boolean): ScriptPeer {
  const settings = byPeer ? { peerStreams: 1 } : { ownStreams: 1 };
  const script = ScriptPeer.ready(byPeer ? "server" : "client", settings);
  const openNext = (streamId: number): void => {
    if (byPeer) script.sends(ScriptPeer.open(streamId));
    else script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
  };
  if (state !== "never opened") openNext(1);
  states[state]?.(script, () => script.session.complete(1));
  // Two tombstones are kept with one slot; the third stream that closes drives out the first.
  for (let streamId = 3; state === "long closed" && streamId <= 5; streamId += 2) {
    script.gets();
    openNext(streamId);
    script.session.complete(streamId);
    script.sends({ kind: "complete", streamId, ...NONE });
  }
  script.gets();
  const ends = script.events().filter((event) => event.kind === "closed");
  expect(ends).toEqual([]);
  return script;
}

const document = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");
const lines = document.slice(document.indexOf("### 3.3 States and frames")).split("\n");
const table = lines.slice(lines.findIndex((line) => line.startsWith("| frame |")));
const names = cells(table[0]).slice(1);

function cells(line = ""): string[] {
  return line.slice(2, -2).split(" | ");
}

describe("docs/protocol.md §3.3", () => {
  it("has a row for every frame of a stream and a column for every state", () => {
    expect(names).toEqual(Object.keys(states));
    expect(table.slice(2, 10).map((line) => cells(line)[0])).toEqual(Object.keys(frames));
  });

  for (const line of table.slice(2, 10)) {
    const [name = "", ...row] = cells(line);
    let left = "";
    for (const [column, cell] of row.entries()) {
      const text = cell === "same" ? left : cell;
      left = text;
      const expected = /^error ([A-Z_]+)/.exec(text)?.[1];
      const state = names[column] as string;
      it(`${name}, ${state}: ${expected ?? "goes on"}`, () => {
        const script = sessionIn(state, name === "OPEN");
        const frame = frames[name] as (streamId: number) => Frame;
        script.sends(frame(1));
        expect(script.ended()?.error).toBe(expected);
      });
    }
  }
});
