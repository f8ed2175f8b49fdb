// The state x frame tables of docs/protocol.md, taken from the document, every cell a test: each frame in each state
// ends the connection with exactly the error that its cell names, or is ignored, or goes on. Where a cell says
// "else", what is meant by that is a test too.

import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/protocol/frame/frame.js";
import type { Settings } from "../../src/protocol/limits.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { ScriptPeer } from "../script-peer.js";
import { type Table, tableOf, wantedBy } from "./document-tables.js";

const NONE = { items: 0, bytes: 0 };
const failure = streamFailure("INTERNAL", "on purpose");
const opaque = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const token = new Uint8Array(16).fill(7);
const UNKNOWN = [0x13, 0, 0];
const IGNORABLE = [0x93, 0, 0];

/** A session in the state of a column, and what a row sends it: frames, or bytes where no frame is. */
interface Scene {
  readonly script: ScriptPeer;
  readonly frames: readonly Frame[] | readonly number[];
}

/** Makes the scene of a cell; `variant` 0 is the frame as it should be, 1 and more are what "else" means. */
type Staging = (row: string, column: string, variant: number) => Scene;

function generate(table: Table, stage: Staging): void {
  for (const { name, cells } of table.rows) {
    for (const [index, cell] of cells.entries()) {
      const column = table.columns[index] as string;
      const { error, isEnd, isIgnored, otherwise } = wantedBy(cell);
      it(`${name}, ${column}: ${cell}`, () => {
        const script = stageAndSend(stage(name, column, 0));
        if (isIgnored) expect([script.events(), script.gets()]).toEqual([[], []]);
        else if (isEnd || error !== undefined)
          expect(script.ended()?.error).toBe(isEnd ? failure.name : error);
        else follows(cell, script);
      });
      for (const [variant, code] of otherwise.entries()) {
        it(`${name}, ${column}, else: ${code}`, () => {
          expect(stageAndSend(stage(name, column, variant + 1)).ended()?.error).toBe(code);
        });
      }
    }
  }
}

// What the words of a cell promise, besides that the connection goes on.
const PROMISES: readonly (readonly [words: RegExp, said?: object | undefined, reported?: object])[] = [
  [
    /answered by ERROR\(CANCELLED\)|after this side's own end/,
    { kind: "error", failure: { name: "CANCELLED" } },
  ],
  [/answered by DRAINED|^answered \(§4\.10\)/, { kind: "drained" }],
  [/^REJECT\(GOING_AWAY\)/, { kind: "reject", failure: { name: "GOING_AWAY" } }],
  [/^PONG/, { kind: "pong" }],
  [/the share is granted again/, { kind: "credit" }],
  [/^opened/, undefined, { kind: "opened" }],
  [/^charged, handed on/, undefined, { kind: "batch" }],
  [/^raises limits/, undefined, { kind: "credit" }],
  [
    /^half-closed-remote|^the direction ends;/,
    undefined,
    { kind: expect.stringMatching(/^completed$|^failed$/) },
  ],
  [/^changes the rank/, undefined, { kind: "urgency" }],
  [/^draining/, undefined, { kind: "goaway" }],
];

function follows(cell: string, script: ScriptPeer): void {
  const reported = script.events();
  const said = script.gets();
  expect(reported.filter(({ kind }) => kind === "closed")).toEqual([]);
  for (const [words, frame, event] of PROMISES) {
    if (!words.test(cell)) continue;
    if (frame !== undefined) expect(said).toContainEqual(expect.objectContaining(deep(frame)));
    if (event !== undefined) expect(reported).toContainEqual(expect.objectContaining(event));
  }
  if (/^closed|: closed$/.test(cell)) expect(script.session.figures(1)).toBeUndefined();
}

function deep(frame: object): object {
  return "failure" in frame ? { ...frame, failure: expect.objectContaining(frame.failure as object) } : frame;
}

function stageAndSend({ script, frames }: Scene): ScriptPeer {
  script.gets();
  expect(script.events().filter((event) => event.kind === "closed")).toEqual([]);
  const [first] = frames;
  if (typeof first === "number") script.sendsBytes(...(frames as number[]));
  else script.sends(...(frames as Frame[]));
  return script;
}

function namesOf(table: Table): string[] {
  return table.rows.map(({ name }) => name);
}

function part(streamId: number, total: number, offset: number, length: number): Frame {
  return { kind: "part", streamId, body: "batch", total, offset, payload: new Uint8Array(length) };
}

const drain = (bytes: number): Frame => ({ kind: "drain", streamId: 1, bytes });
const drained = (bytes: number): Frame => ({ kind: "drained", streamId: 1, bytes });
const complete = (streamId = 1): Frame => ({ kind: "complete", streamId, ...NONE });
const cancel: Frame = { kind: "cancel", streamId: 1 };
const error: Frame = { kind: "error", streamId: 1, ...NONE, failure };
const reject = (streamId = 1): Frame => ({ kind: "reject", streamId, failure });
const credit: Frame = {
  kind: "credit",
  streams: undefined,
  entries: [{ streamId: 1, items: 1000, bytes: 300_000 }],
};
const blocked = (value: number, needed = 0): Frame => ({
  kind: "blocked",
  streamId: 1,
  limit: "bytes",
  value,
  backlog: 0,
  needed,
});

// A client whose streams 1 and 3 both need a loan that the pool has only once, so that DRAIN goes to stream 1.
const TIGHT: Partial<Settings> = {
  ownStreams: 2,
  shareBytes: 1024,
  receiveBudget: 2048 + 3072,
  itemBytes: 3000,
};
const NEED = 3072;

/** A client that has said DRAIN for stream 1 (`said`) or could (`not said`), and the limit of it. */
function draining(said: boolean, more: (script: ScriptPeer) => void = () => {}): ScriptPeer {
  const script = ScriptPeer.ready("client", TIGHT);
  for (let i = 0; i < 2; i++) {
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
  }
  script.gets();
  more(script);
  script.sends(blocked(1024, NEED));
  script.gets();
  if (!said) return script;
  script.sends({ kind: "blocked", streamId: 3, limit: "bytes", value: 1024, backlog: 0, needed: NEED });
  expect(script.gets()).toContainEqual({ kind: "drain", streamId: 1, bytes: NEED });
  return script;
}

/** A session in whose view stream 1 is in this state, opened by it or (for OPEN, which it receives) by the peer. */
function streamIn(state: string, byPeer: boolean): ScriptPeer {
  const settings = byPeer ? { peerStreams: 1 } : { ownStreams: 1 };
  const script = ScriptPeer.ready(byPeer ? "server" : "client", settings);
  const openNext = (streamId: number): void => {
    if (byPeer) script.sends(ScriptPeer.open(streamId));
    else script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
  };
  if (state !== "never opened") openNext(1);
  if (state !== "never opened" && state !== "open" && state !== "half-closed-remote")
    script.session.complete(1);
  if (["half-closed-remote", "recently closed", "long closed"].includes(state)) script.sends(complete());
  // Two tombstones are kept with one slot; the third stream that closes drives out the first.
  for (let streamId = 3; state === "long closed" && streamId <= 5; streamId += 2) {
    script.gets();
    openNext(streamId);
    script.session.complete(streamId);
    script.sends(complete(streamId));
  }
  return script;
}

const item = (): Frame => ScriptPeer.batch(1, 1, 1);
const streamFrames: Record<string, readonly (readonly Frame[])[]> = {
  OPEN: [[ScriptPeer.open(1)], [ScriptPeer.open(3)], [ScriptPeer.open(1), ScriptPeer.open(3)]],
  ITEMS: [[item()]],
  "part of an item": [[part(1, 2000, 0, 1024)]],
  COMPLETE: [[complete()]],
  ERROR: [[error]],
  REJECT: [[reject()], [item(), reject()]],
  CANCEL: [[cancel]],
  "CREDIT entry": [[credit]],
  BLOCKED: [[{ ...blocked(9), limit: "items" } as Frame]],
  DRAIN: [[drain(300_000)]],
  DRAINED: [[drained(NEED)], [drained(NEED)]],
  URGENCY: [[{ kind: "urgency", streamId: 1, urgency: 0, criticality: "sheddable" }]],
};

describe("docs/protocol.md §3.3, streams", () => {
  const table = tableOf("3.3");
  it("has a row for every frame of a stream", () => {
    expect(namesOf(table)).toEqual(Object.keys(streamFrames));
  });
  generate(table, (row, column, variant) => {
    const frames = streamFrames[row]?.[variant] ?? [];
    const answersDrain = row === "DRAINED" && variant === 0 && /^open$|^half-closed-local$/.test(column);
    if (!answersDrain) return { script: streamIn(column, row === "OPEN"), frames };
    const end = (script: ScriptPeer): void => script.session.complete(1);
    return { script: draining(true, column === "open" ? undefined : end), frames };
  });
});

describe("docs/protocol.md §4.10, who says DRAIN", () => {
  const frames: Record<string, readonly Frame[]> = {
    ITEMS: [item()],
    "DRAINED at the limit": [drained(NEED)],
    "DRAINED elsewhere": [drained(NEED - 1)],
    COMPLETE: [complete()],
    ERROR: [error],
    "BLOCKED with a need": [blocked(NEED, 2 * NEED)],
  };
  const table = tableOf("4.10", 0);
  it("has a row for every frame that matters", () => {
    expect(namesOf(table)).toEqual(Object.keys(frames));
  });
  generate(table, (row, column) => ({
    script: draining(column === "DRAIN said"),
    frames: frames[row] ?? [],
  }));
});

describe("docs/protocol.md §4.10, who is told DRAIN", () => {
  const KNOWN = 262_144;
  const frames: Record<string, readonly Frame[]> = {
    "DRAIN at or above the known limit": [drain(KNOWN)],
    "DRAIN below the known limit": [drain(KNOWN - 1)],
    "CREDIT entry": [credit],
    CANCEL: [cancel],
  };
  const table = tableOf("4.10", 1);
  it("has a row for every frame that matters", () => {
    expect(namesOf(table)).toEqual(Object.keys(frames));
  });
  generate(table, (row, column) => {
    const script = ScriptPeer.ready("server", { peerStreams: 4 });
    script.sends(ScriptPeer.open(1));
    script.gets();
    // Not answered: it comes in one message with the frame.
    const before = column === "no DRAIN under way" ? [] : [drain(KNOWN)];
    return { script, frames: [...before, ...(frames[row] ?? [])] };
  });
});

describe("docs/protocol.md §4.11, parts of an item", () => {
  const frames: Record<string, readonly (readonly Frame[])[]> = {
    "first part": [
      [part(1, 5000, 0, 2000)],
      [ScriptPeer.batch(1, 10, 1), part(1, 5000, 0, 2000)],
      [ScriptPeer.batch(1, 1, 16_000), part(1, 5000, 0, 2000)],
    ],
    "next part": [[part(1, 5000, 2000, 3000)]],
    "part elsewhere": [[part(1, 5000, 2001, 2999)]],
    "part of another total": [[part(1, 5001, 2000, 3001)]],
    "part of the other body": [[{ ...part(1, 5000, 2000, 3000), body: "items" } as Frame]],
    ITEMS: [[item()]],
    COMPLETE: [[complete()]],
    ERROR: [[error]],
    CANCEL: [[cancel]],
    DRAINED: [[drained(NEED)]],
  };
  const table = tableOf("4.11");
  it("has a row for every frame that matters", () => {
    expect(namesOf(table)).toEqual(Object.keys(frames));
  });
  generate(table, (row, column, variant) => {
    const begun = column === "item begun";
    const sent = frames[row]?.[variant] ?? [];
    if (row === "DRAINED") {
      // The item has begun behind DRAIN, and DRAINED goes between its parts.
      const script = draining(true);
      if (begun) script.sends(part(1, 2000, 0, 1024));
      return { script, frames: sent };
    }
    const script = ScriptPeer.ready("client", { ownStreams: 1, shareBytes: 16_384 });
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
    if (begun) script.sends(part(1, 5000, 0, 2000));
    // Positions count the item that has begun.
    const ends = sent.map((frame) =>
      begun && frame.kind === "error" ? { ...frame, items: 1, bytes: 5016 } : frame,
    );
    return { script, frames: ends };
  });
});

describe("docs/protocol.md §7.6, sessions", () => {
  const greeting = new ScriptPeer("server").hello();
  const rows: Record<string, readonly (readonly Frame[] | readonly number[])[]> = {
    HELLO: [[greeting]],
    OPEN: [[ScriptPeer.open(3)]],
    ITEMS: [[item()]],
    COMPLETE: [[complete()]],
    "ERROR on a stream": [[error]],
    CANCEL: [[cancel]],
    REJECT: [[reject(2)]],
    DRAIN: [[drain(300_000)]],
    DRAINED: [[drained(NEED)]],
    URGENCY: [[{ kind: "urgency", streamId: 1, urgency: 0, criticality: "sheddable" }]],
    CREDIT: [[credit]],
    "BLOCKED(streams)": [
      [{ kind: "blocked", streamId: 0, limit: "streams", value: 4, backlog: 0, needed: 0 }],
    ],
    PING: [
      [{ kind: "ping", opaque }],
      [
        { kind: "ping", opaque },
        { kind: "ping", opaque },
      ],
    ],
    PONG: [[{ kind: "pong", opaque }], [{ kind: "pong", opaque }]],
    ACK: [[{ kind: "ack", received: 0 }], [{ kind: "ack", received: 9_000 }]],
    RESUME: [
      [{ kind: "resume", token, epoch: 1, received: 0 }],
      [{ kind: "resume", token, epoch: 1, received: 0 }],
    ],
    RESUME_REJECT: [
      [{ kind: "resume-reject", reason: "gap", message: "" }],
      [{ kind: "resume-reject", reason: "gap", message: "" }],
    ],
    GOAWAY: [[{ kind: "goaway", lastStreamId: 0, reconnectAfterMs: 0, spreadMs: 0, reason: "" }]],
    "ERROR on stream 0": [[{ kind: "error", streamId: 0, ...NONE, failure }]],
    "unknown, ignorable": [IGNORABLE],
    unknown: [UNKNOWN],
  };

  // A server with a stream of each side.
  function talking(row: string): ScriptPeer {
    if (row === "DRAINED") return draining(true);
    const settings = { peerStreams: 4, ownStreams: 4 };
    const script = ScriptPeer.ready("server", settings, { peerStreams: 4 }, { token });
    script.sends(ScriptPeer.open(1));
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
    return script;
  }

  function resumingClient(): ScriptPeer {
    const script = new ScriptPeer("client", {}, { resume: { token, epoch: 0, received: 0 } });
    script.sends(script.hello());
    return script;
  }

  function resumingServer(): ScriptPeer {
    const script = new ScriptPeer("server", {}, { token });
    script.sends(script.hello(), { kind: "resume", token, epoch: 0, received: 0 });
    return script;
  }

  const columns: Record<string, (row: string, variant: number) => ScriptPeer> = {
    opening: () => new ScriptPeer("server"),
    open: talking,
    draining: (row) => {
      const script = talking(row);
      script.session.goaway({ reason: "on purpose" });
      return script;
    },
    resuming: (_row, variant) => (variant === 0 ? resumingClient() : resumingServer()),
    "suspended, handed over or closed": () => new ScriptPeer("server"),
  };

  const table = tableOf("7.6");
  it("has a row for every frame and a column for every state", () => {
    expect(namesOf(table)).toEqual(Object.keys(rows));
    expect(table.columns).toEqual(Object.keys(columns));
  });

  const last = table.columns.length - 1;
  const spoken = {
    columns: table.columns.slice(0, last),
    rows: table.rows.map(({ name, cells }) => ({ name, cells: cells.slice(0, last) })),
  };
  generate(spoken, (row, column, variant) => {
    const script = (columns[column] as (row: string, variant: number) => ScriptPeer)(row, variant);
    const frames = rows[row]?.[variant] ?? [];
    if (row !== "PONG" || variant > 0 || (column !== "open" && column !== "draining"))
      return { script, frames };
    script.now = 15_000;
    script.session.tick(script.now);
    const ping = script.gets().find((frame) => frame.kind === "ping");
    return { script, frames: [{ kind: "pong", opaque: (ping as { opaque: Uint8Array }).opaque }] };
  });

  it("RESUME, open: behind the HELLO of a client it asks", () => {
    const script = resumingServer();
    expect(script.events().map(({ kind }) => kind)).toEqual(["ready", "resume"]);
  });

  const silent: Record<string, () => ScriptPeer> = {
    suspended: () => {
      const script = talking("");
      script.session.suspend(0);
      expect(script.events().map(({ kind }) => kind)).toContain("suspended");
      return script;
    },
    "handed over": () => {
      const script = resumingServer();
      script.session.handOver();
      return script;
    },
    closed: () => {
      const script = talking("");
      script.session.close();
      return script;
    },
  };
  for (const [state, make] of Object.entries(silent)) {
    for (const { name, cells } of table.rows) {
      it(`${name}, ${state}: ${cells[last]}`, () => {
        expect(cells[last]).toBe("ignored");
        const script = make();
        script.events();
        script.gets();
        const frames = rows[name]?.[0] ?? [];
        if (typeof frames[0] === "number") script.sendsBytes(...(frames as number[]));
        else script.sends(...(frames as Frame[]));
        expect([script.events(), script.gets()]).toEqual([[], []]);
      });
    }
  }
});
