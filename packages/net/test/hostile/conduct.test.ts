// Part H of the requirements, the rows about what a peer says: each against a session, in virtual time. The name of a row
// stands in front of each test; part-h.test.ts looks for all 28 of them.

import { beforeAll, describe, expect, it } from "vitest";
import { Writer } from "../../src/protocol/byte/writer.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { MAX_POSITION, settingsOf } from "../../src/protocol/limits.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { JoinedPair } from "../protocol/joined-pair.js";
import { ScriptPeer } from "../script-peer.js";

const { open, batch } = ScriptPeer;

function messageOf(frames: readonly Frame[]): Uint8Array {
  const writer = new Writer();
  for (const frame of frames) encodeFrame(writer, frame);
  return writer.take();
}

function complete(streamId: number): Frame {
  return { kind: "complete", streamId, items: 0, bytes: 0 };
}

function credit(streamId: number, items: number, bytes: number): Frame {
  return { kind: "credit", streams: undefined, entries: [{ streamId, items, bytes }] };
}

/** The name of the error that ended the session, or undefined. */
function endOf(script: ScriptPeer): string | undefined {
  const last = script.events().at(-1);
  return last?.kind === "closed" ? last.error?.codeName : undefined;
}

describe("H1 rapid reset", () => {
  const PAIRS = 1_000_000;
  const AT_ONCE = 50;
  // Every attacker says the same: the messages are written once.
  let messages: Uint8Array[];

  beforeAll(() => {
    messages = Array.from({ length: 130 }, (_, message) =>
      messageOf(
        Array.from({ length: AT_ONCE }, (__, i): Frame[] => {
          const streamId = 2 * (message * AT_ONCE + i) + 1;
          return [open(streamId), { kind: "cancel", streamId }, complete(streamId)];
        }).flat(),
      ),
    );
  });

  /** Takes the events of a session; handlers are slow to stop: until the next message. */
  function handle(script: ScriptPeer, running: Set<number>): string | undefined {
    for (const streamId of running) script.session.released(streamId);
    running.clear();
    let end: string | undefined;
    for (const event of script.events()) {
      if (event.kind === "opened") running.add(event.streamId);
      if (event.kind === "closed") end = event.error?.codeName;
    }
    return end;
  }

  it("H1 rapid reset: of a million OPEN/CANCEL pairs no more handlers run than may be unfinished", {
    timeout: 120_000,
  }, () => {
    const { unfinishedHandlers } = settingsOf("server");
    let pairs = 0;
    let most = 0;
    let connections = 0;
    while (pairs < PAIRS) {
      const script = ScriptPeer.ready("server");
      const running = new Set<number>();
      let end: string | undefined;
      let goaways = 0;
      for (let i = 0; end === undefined && pairs < PAIRS; i += 1) {
        script.session.receive(messages[i] as Uint8Array, 0);
        pairs += AT_ONCE;
        end = handle(script, running);
        most = Math.max(most, running.size);
        // Looked at once: the attackers are all alike, and reading a million refusals is most of the time.
        if (connections === 0) goaways += script.gets().filter((frame) => frame.kind === "goaway").length;
        else while (script.session.transmit(0) !== undefined);
      }
      connections += 1;
      if (end === undefined) continue;
      expect(end).toBe("FLOODED");
      // It was asked to leave before it was made to.
      if (connections === 1) expect(goaways).toBe(1);
    }
    expect(most).toBe(unfinishedHandlers);
    expect(connections).toBeGreaterThan(100);
  });

  it("H1 rapid reset: a peer that cancels a hundred streams a second is served for as long as it likes", () => {
    const script = ScriptPeer.ready("server");
    const running = new Set<number>();
    for (let i = 0; i < 20_000; i += 1) {
      const streamId = 2 * i + 1;
      script.now = i * 10;
      script.sends(open(streamId), { kind: "cancel", streamId }, complete(streamId));
      expect(handle(script, running)).toBeUndefined();
      script.gets();
    }
  });

  it("H1 rapid reset: while handlers do not stop, streams are refused, and not when they have", () => {
    const script = ScriptPeer.ready("server", { unfinishedHandlers: 3 });
    const opens = (streamId: number): string | undefined => {
      script.sends(open(streamId), { kind: "cancel", streamId }, complete(streamId));
      return script.gets().find((frame) => frame.kind === "reject" || frame.kind === "error")?.kind;
    };
    expect([1, 3, 5, 7, 9].map(opens)).toEqual(["error", "error", "error", "reject", "reject"]);
    script.session.released(3);
    expect([11, 13].map(opens)).toEqual(["error", "reject"]);
  });
});

describe("H2 MadeYouReset", () => {
  it("H2 MadeYouReset: a peer whose every request fails through its own fault is told to go, then made to", () => {
    const { churnBurst } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    const said: string[] = [];
    let failed = 0;
    let end: string | undefined;
    for (let streamId = 1; end === undefined && streamId < 20_000; streamId += 2) {
      script.sends(open(streamId), batch(streamId, 1, 3), {
        ...complete(streamId),
        items: 1,
        bytes: 19,
      } as Frame);
      for (const event of script.events()) {
        if (event.kind === "batch") {
          script.session.fail(streamId, streamFailure("INVALID_PAYLOAD", "It cannot be decoded"));
          script.session.released(streamId);
          failed += 1;
        }
        if (event.kind === "closed") end = event.error?.codeName;
      }
      for (const event of script.events()) if (event.kind === "closed") end = event.error?.codeName;
      for (const frame of script.gets()) if (frame.kind === "goaway") said.push("goaway");
    }
    expect(end).toBe("FLOODED");
    expect(said).toEqual(["goaway"]);
    // After GOAWAY no work is begun for it.
    expect(failed).toBe(churnBurst + 1);
  });

  it("H2 MadeYouReset: errors over a long time count too", () => {
    const { peerErrors } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    let goawayAt = 0;
    for (let i = 0; i < peerErrors + 10 && goawayAt === 0; i += 1) {
      const streamId = 2 * i + 1;
      script.now = i * 1000;
      script.sends(open(streamId), complete(streamId));
      script.session.reject(streamId, streamFailure("NOT_FOUND", "No such method"));
      script.events();
      if (script.gets().some((frame) => frame.kind === "goaway")) goawayAt = i + 1;
    }
    expect(goawayAt).toBe(peerErrors + 1);
  });

  it("H2 MadeYouReset: a malformed frame behind an OPEN costs the whole connection, not a stream", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1));
    script.sendsBytes(0x07, 0x01, 0x01, 0x05);
    expect(script.events().map((event) => event.kind)).toEqual(["opened", "closed"]);
  });
});

describe("H3 window overflow", () => {
  const BORDERS = [0, 1, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52, MAX_POSITION - 1, MAX_POSITION];

  it.each(BORDERS)("H3 window overflow: limits of %i are taken, and what they allow is sent", (limit) => {
    for (const items of BORDERS) {
      const script = ScriptPeer.ready("server");
      script.sends(
        open(1, { items, bytes: limit }),
        credit(1, MAX_POSITION, MAX_POSITION),
        credit(1, limit, limit),
      );
      expect(endOf(script)).toBeUndefined();
      expect(script.session.sendItems(1, [new Uint8Array(5)])).toBe("sent");
      expect(script.session.figures(1)?.sendBytes.granted).toBe(MAX_POSITION);
    }
  });

  it.each(BORDERS)("H3 window overflow: a position of %i is compared exactly", (position) => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), { kind: "complete", streamId: 1, items: position, bytes: position });
    expect(endOf(script)).toBe(position === 0 ? undefined : "POSITION_MISMATCH");
  });

  it("H3 window overflow: an integer beyond 2^53-1 ends the connection", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1));
    // CREDIT for stream 1: items 5, bytes of nine groups of seven bits.
    script.sendsBytes(0x04, 0x00, 0x0b, 0x01, 0x05, ...Array.from({ length: 8 }, () => 0xff), 0x01);
    expect(endOf(script)).toBe("MALFORMED");
  });
});

describe("H5 over-credit sender", () => {
  it("H5 over-credit sender: of 49,929 items for a demand of 5 the sixth ends the connection", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 5 });
    script.gets();
    let items = 0;
    let end: string | undefined;
    for (let i = 0; i < 49_929; i += 1) {
      script.sends(batch(1, 1, 1));
      for (const event of script.events()) {
        if (event.kind === "batch") items += event.count;
        if (event.kind === "closed") end = event.error?.codeName;
      }
    }
    expect({ items, end }).toEqual({ items: 5, end: "ITEM_CREDIT_EXCEEDED" });
  });
});

describe("H7 data dribble", () => {
  it("H7 data dribble: a peer that grants a byte at a time is cut off, and the source is not asked for each of them", () => {
    const script = ScriptPeer.ready("server", {}, {});
    script.sends(open(1, { items: MAX_POSITION, bytes: 100 }));
    script.events();
    let asked = 0;
    // An item that does not fit what is left, however often it is tried.
    const turn = (): "more" => {
      asked += 1;
      script.session.sendBatch(1, 1, new Uint8Array(10_000));
      return "more";
    };
    script.session.offer(1);
    let frames = 0;
    let end: string | undefined;
    for (let bytes = 101; end === undefined && bytes < 20_000; bytes += 1) {
      script.sends(credit(1, MAX_POSITION, bytes));
      frames += 1;
      script.session.transmit(0, turn);
      end = endOf(script);
    }
    expect(end).toBe("FLOODED");
    expect(frames).toBeLessThan(1100);
    expect(asked).toBeLessThanOrEqual(2);
  });

  it("H7 data dribble: this side grants nothing smaller than useful", () => {
    const { shareBytes } = settingsOf("client");
    const pair = new JoinedPair();
    pair.run();
    const id = pair.open({ demand: MAX_POSITION });
    pair.client.complete(id);
    pair.run();
    const smallest = Math.min(1024, shareBytes / 8);
    let granted = pair.server.figures(id)?.sendBytes.granted ?? 0;
    for (let i = 0; i < 5000; i += 1) {
      if (pair.server.sendItems(id, [new Uint8Array(1 + (i % 60))]) !== "sent") throw new Error("no credit");
      pair.run();
      pair.client.consumed(id, 1);
      pair.run();
      const now = pair.server.figures(id)?.sendBytes.granted ?? 0;
      if (now !== granted) expect(now - granted).toBeGreaterThanOrEqual(smallest);
      granted = now;
    }
  });
});

describe("H9 ping flood", () => {
  it("H9 ping flood: a second PING before the first is answered ends the connection", () => {
    const script = ScriptPeer.ready("server");
    const ping: Frame = { kind: "ping", opaque: new Uint8Array(8) };
    script.sends(ping);
    expect(endOf(script)).toBeUndefined();
    script.sends(ping);
    expect(endOf(script)).toBe("FRAME_UNEXPECTED");
  });

  it("H9 ping flood: PINGs that are all answered are too many all the same", () => {
    const { controlBurst, controlPerSecond } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    let pings = 0;
    let end: string | undefined;
    for (; end === undefined && pings < 100_000; pings += 1) {
      script.now = pings / 10;
      script.sends({ kind: "ping", opaque: new Uint8Array(8) });
      script.gets();
      end = endOf(script);
    }
    expect(end).toBe("FLOODED");
    expect(pings).toBeLessThan(controlBurst + (pings / 10_000) * controlPerSecond + 3);
  });
});

describe("H10 empty frames", () => {
  it("H10 empty frames: a frame without an item is no frame", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
    script.sendsBytes(0x03, 0x01, 0x01, 0x00);
    expect(endOf(script)).toBe("MALFORMED");
  });

  it("H10 empty frames: items of no bytes use up byte credit", () => {
    const { shareBytes, itemOverhead } = settingsOf("client");
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: MAX_POSITION });
    script.gets();
    let items = 0;
    let end: string | undefined;
    for (; end === undefined && items < 10_000_000; items += 100) {
      script.sends(batch(1, 100, 0));
      end = endOf(script);
    }
    expect(end).toBe("BYTE_CREDIT_EXCEEDED");
    expect(items).toBeLessThanOrEqual(shareBytes / itemOverhead + 100);
  });
});

describe("H11 priority churn", () => {
  it("H11 priority churn: a peer that changes urgency without end is cut off after a burst", () => {
    const { controlBurst } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    script.sends(...Array.from({ length: 100 }, (_, i) => open(2 * i + 1)));
    script.events();
    let changes = 0;
    let end: string | undefined;
    for (; end === undefined && changes < 100_000; changes += 1) {
      script.sends({
        kind: "urgency",
        streamId: 2 * (changes % 100) + 1,
        urgency: changes % 8,
        criticality: "sheddable",
      });
      end = endOf(script);
    }
    expect({ end, changes }).toEqual({ end: "FLOODED", changes: controlBurst + 1 });
  });
});

describe("H12 frames for unknown or closed streams", () => {
  const failure = streamFailure("INTERNAL", "On purpose");
  const frames: readonly ((streamId: number) => Frame)[] = [
    (streamId) => batch(streamId, 1, 1),
    complete,
    (streamId) => ({ kind: "error", streamId, items: 0, bytes: 0, failure }),
    (streamId) => ({ kind: "reject", streamId, failure }),
    (streamId) => ({ kind: "cancel", streamId }),
    (streamId) => credit(streamId, 5, 5),
    (streamId) => ({ kind: "blocked", streamId, limit: "items", value: 5, backlog: 0, needed: 0 }),
  ];

  it("H12 frames for unknown or closed streams: any frame for one that never was ends the connection", () => {
    for (const frame of frames) {
      for (const streamId of [2, 3, 4, 1001, MAX_POSITION]) {
        const script = ScriptPeer.ready("server");
        script.sends(open(1), frame(streamId));
        expect(endOf(script)).toBe("STREAM_UNKNOWN");
      }
    }
  });

  it("H12 frames for unknown or closed streams: what may be in flight is let pass, and nothing beyond", () => {
    for (const frame of frames) {
      const script = ScriptPeer.ready("server", { peerStreams: 2 });
      const over = (streamId: number): void => {
        script.sends(open(streamId), complete(streamId));
        script.session.complete(streamId);
        script.gets();
      };
      over(1);
      script.events();
      script.sends(frame(1));
      const crossing = ["cancel", "credit", "blocked"].includes(frame(1).kind);
      expect(endOf(script)).toBe(crossing ? undefined : "STREAM_CLOSED");
      if (!crossing) continue;
      for (let streamId = 3; streamId <= 9; streamId += 2) over(streamId);
      script.events();
      script.sends(frame(1));
      expect(endOf(script)).toBe("STREAM_CLOSED");
    }
  });
});

describe("H16 write/read deadlock", () => {
  it("H16 write/read deadlock: two sides that both have no room go on as soon as one message is taken", () => {
    const pair = new JoinedPair();
    pair.run();
    const id = pair.client.open({
      interaction: "channel",
      method: "talk",
      codec: "raw",
      demand: 10_000,
    }) as number;
    pair.run();
    pair.server.grantItems(id, 10_000);
    pair.run();
    const sent = { client: 0, server: 0 };
    const taken = { client: 0, server: 0 };
    for (const side of ["client", "server"] as const) {
      pair.turns[side] = (streamId) => {
        if (sent[side] === 2000) return "idle";
        if (pair[side].sendItems(streamId, [new Uint8Array(1000)]) === "sent") sent[side] += 1;
        return "more";
      };
      pair[side].offer(id);
    }
    // A link that holds one message each way. Each side hears first, whether or not it may speak.
    for (let i = 0; i < 100_000 && taken.client + taken.server < 4000; i += 1) {
      for (const side of ["client", "server"] as const) {
        const other = side === "client" ? "server" : "client";
        pair.deliver(other);
        for (const event of pair.events[side].splice(0)) {
          if (event.kind !== "items") continue;
          taken[side] += event.items.length;
          pair[side].consumed(id, event.items.length);
        }
        if (pair.wire[side].length === 0) pair.transmit(side);
        pair[side].offer(id);
      }
    }
    expect(taken).toEqual({ client: 2000, server: 2000 });
  });
});

describe("H26 fire-and-forget without bound", () => {
  it("H26 fire-and-forget without bound: pushes take slots, and those come back only when they were done", () => {
    const { peerStreams } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    const push = (streamId: number): Frame[] => [
      open(streamId, { interaction: "push" }),
      batch(streamId, 1, 100),
      { kind: "complete", streamId, items: 1, bytes: 116 },
    ];
    for (let i = 0; i < peerStreams; i += 1) script.sends(...push(2 * i + 1));
    expect(endOf(script)).toBeUndefined();
    // Nobody took one of them, so no slot was given back.
    expect(script.gets().filter((frame) => frame.kind === "credit")).toEqual([]);
    script.sends(...push(2 * peerStreams + 1));
    expect(endOf(script)).toBe("STREAM_LIMIT");
  });

  it("H26 fire-and-forget without bound: a push has no more bytes than its share", () => {
    const { shareBytes } = settingsOf("server");
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { interaction: "push" }));
    script.sends(batch(1, 1, shareBytes));
    expect(endOf(script)).toBe("BYTE_CREDIT_EXCEEDED");
  });
});

describe("H28 lying accounting", () => {
  it("H28 lying accounting: a peer that takes nothing is sent its credit and no byte more, however much the socket takes", () => {
    const pair = new JoinedPair();
    pair.run();
    const id = pair.open({ demand: MAX_POSITION });
    pair.client.complete(id);
    pair.run();
    let sent = 0;
    pair.turns.server = (streamId) => {
      if (pair.server.sendItems(streamId, [new Uint8Array(1000)]) === "sent") sent += 1;
      return "more";
    };
    pair.server.offer(id);
    // The link swallows everything at once, as a socket does whose bufferedAmount is always 0; nothing is consumed.
    for (let i = 0; i < 1000; i += 1) pair.run();
    const { shareBytes, itemOverhead } = settingsOf("client");
    const figures = pair.client.figures(id);
    expect(figures?.receiveBytes.held).toBeLessThanOrEqual(shareBytes);
    expect(sent).toBe(Math.floor(shareBytes / (1002 + itemOverhead)));
  });
});
