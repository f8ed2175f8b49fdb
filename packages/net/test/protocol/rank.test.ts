// Urgency and criticality of streams that run: who goes first, who may change it and how often, and who is ended
// when it stands still.

import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Criticality } from "@sluice/core";
import type { TakeTurn } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";

const { open } = ScriptPeer;

/** A server's session with streams of these ranks, the first one 1, and all credit for them. */
function server(ranks: [urgency: number, criticality: Criticality][], settings = {}): ScriptPeer {
  const script = ScriptPeer.ready("server", settings);
  for (const [index, [urgency, criticality]] of ranks.entries()) {
    script.sends({ ...open(2 * index + 1), urgency, criticality } as ReturnType<typeof open>);
  }
  script.gets();
  script.events();
  return script;
}

/** Which streams are in the next messages, in order, for an endless source of 1,000 bytes on each of them. */
function order(script: ScriptPeer, messages: number): Set<number>[] {
  const take: TakeTurn = (streamId) => {
    script.session.sendBatch(streamId, 1, new Uint8Array(1000));
    return "more";
  };
  return Array.from({ length: messages }, () => {
    const streams = new Set<number>();
    const message = script.session.transmit(script.now, take) ?? new Uint8Array();
    if (message.length === 0) return streams;
    readMessage(message, (frame) => {
      if (frame.kind === "items") streams.add(frame.streamId);
      return "more";
    });
    return streams;
  });
}

describe("urgency of streams", () => {
  it("§6.3 sends the more urgent stream first, as OPEN says", () => {
    const script = server([
      [5, "critical"],
      [1, "critical"],
    ]);
    for (const id of [1, 3]) script.session.offer(id);
    expect(order(script, 3)).toEqual([new Set([3]), new Set([3]), new Set([3])]);
  });

  it("§6.3 lets the peer change it while the stream runs, and reports that", () => {
    const script = server([
      [5, "critical"],
      [1, "critical"],
    ]);
    for (const id of [1, 3]) script.session.offer(id);
    script.sends({ kind: "urgency", streamId: 1, urgency: 0, criticality: "sheddable" });
    expect(script.events()).toEqual([{ kind: "urgency", streamId: 1, urgency: 0, criticality: "sheddable" }]);
    expect(order(script, 2)).toEqual([new Set([1]), new Set([1])]);
  });

  it("§6.3 lets the local side change it, and tells the peer", () => {
    const script = server([
      [5, "critical"],
      [1, "critical"],
    ]);
    for (const id of [1, 3]) script.session.offer(id);
    script.session.setUrgency(1, 0, "critical");
    expect(script.gets()).toEqual([{ kind: "urgency", streamId: 1, urgency: 0, criticality: "critical" }]);
    expect(order(script, 2)).toEqual([new Set([1]), new Set([1])]);
  });

  it("§5.17 carries what the opener says in OPEN", () => {
    const script = ScriptPeer.ready("client");
    const call = { interaction: "call", method: "x", codec: "raw", demand: 1 } as const;
    script.session.open({ ...call, urgency: 7, criticality: "sheddablePlus" });
    script.session.open(call);
    expect(script.gets()).toMatchObject([
      { kind: "open", urgency: 7, criticality: "sheddablePlus" },
      { kind: "open", urgency: 3, criticality: "critical" },
    ]);
    expect(() => script.session.open({ ...call, urgency: 8 })).toThrow(/urgency to 8.* 0 .* 7/);
    expect(() => script.session.setUrgency(1, 1.5, "critical")).toThrow(/urgency to 1.5/);
    expect(() => script.session.setUrgency(1, 1, "vital" as Criticality)).toThrow(/vital/);
  });

  it("§5.17 says a rank once, as it is in the end, however often it changes", () => {
    const script = server([[3, "critical"]]);
    script.session.setUrgency(1, 0, "critical");
    expect(script.gets()).toEqual([{ kind: "urgency", streamId: 1, urgency: 0, criticality: "critical" }]);
    for (let i = 0; i < 1000; i++) script.session.setUrgency(1, i % 8, "critical");
    script.session.setUrgency(1, 7, "critical");
    expect(script.session.nextTick()).toBe(100);
    script.session.tick(99);
    expect(script.gets()).toEqual([]);
    script.session.tick(100);
    expect(script.gets()).toEqual([{ kind: "urgency", streamId: 1, urgency: 7, criticality: "critical" }]);
    expect(script.session.nextTick()).toBeGreaterThan(1000);
  });

  it("§7.4 says fewer ranks in a second than the peer takes, and forgets none", () => {
    const script = server(Array.from({ length: 64 }, () => [3, "critical"]));
    for (let id = 1; id < 128; id += 2) script.session.setUrgency(id, 5, "critical");
    const said: number[] = [];
    for (; said.length < 64 && script.now < 10_000; script.now += 100) {
      script.session.tick(script.now);
      for (const frame of script.gets()) if (frame.kind === "urgency") said.push(frame.streamId);
      if (script.now === 900) expect(said.length).toBe(46);
    }
    expect(new Set(said).size).toBe(64);
  });

  it("§5.17 says nothing of a stream that is over, and ignores what crossed its end", () => {
    const script = server([[3, "critical"]]);
    script.session.setUrgency(1, 5, "critical");
    script.session.setUrgency(1, 6, "critical");
    script.sends({ kind: "complete", streamId: 1, items: 0, bytes: 0 });
    script.session.complete(1);
    script.session.tick(100);
    expect(script.getsKinds()).toEqual(["urgency", "complete"]);
    script.events();
    script.sends({ kind: "urgency", streamId: 1, urgency: 0, criticality: "critical" });
    expect(script.events()).toEqual([]);
    script.session.setUrgency(1, 0, "critical");
    expect(script.gets()).toEqual([]);
  });

  it("H11 takes a flood of changes in constant time each, whatever is in the rings", () => {
    const script = server(Array.from({ length: 60 }, () => [3, "critical"]));
    for (let id = 1; id < 120; id += 2) script.session.offer(id);
    // As many as a peer is ever allowed at once.
    for (let i = 0; i < 1000; i++) {
      const streamId = 1 + 2 * (i % 60);
      script.sends({ kind: "urgency", streamId, urgency: i % 8, criticality: "critical" });
    }
    expect(script.ended()).toBeUndefined();
    expect(script.session.waiting()).toBe("several");
  });
});

describe("a stream that stands still", () => {
  /** A stream of this criticality with one item of credit, which it has spent, and more to send. */
  function stalled(criticality: Criticality, settings = {}): ScriptPeer {
    const script = ScriptPeer.ready("server", {
      stallMs: 1000,
      heartbeatMs: 10_000_000,
      writeStallMs: 10_000_000,
      ...settings,
    });
    script.sends({ ...open(1, { items: 1 }), criticality } as ReturnType<typeof open>);
    script.session.offer(1);
    order(script, 1);
    script.gets();
    script.events();
    return script;
  }

  /** Lets time pass until this moment, with every tick that the session wants. */
  function until(script: ScriptPeer, time: number): void {
    for (let at = script.session.nextTick(); at <= time; at = script.session.nextTick()) {
      script.now = Math.max(at, script.now);
      script.session.tick(script.now);
      // A session that wants a tick at a time that has passed would keep a timer busy for ever.
      expect(script.session.nextTick()).toBeGreaterThan(at);
    }
    script.now = time;
    script.session.tick(time);
  }

  it("H8 is ended after stallMs when it is sheddable, with the numbers, here and at the peer", () => {
    const script = stalled("sheddable");
    until(script, 999);
    expect(script.events()).toEqual([]);
    until(script, 1000);
    expect(script.events()).toMatchObject([
      { kind: "failed", streamId: 1, rejected: false, failure: { name: "STALLED" } },
    ]);
    const told = script.gets().at(-1);
    expect(told).toMatchObject({ kind: "error", streamId: 1, items: 1, failure: { name: "STALLED" } });
    expect(told?.kind === "error" && told.failure.message).toMatch(/limit of items is 1, stallMs is 1000/);
    script.sends({ kind: "complete", streamId: 1, items: 0, bytes: 0 });
    script.session.released(1);
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("H8 is given five times as long when it is sheddablePlus", () => {
    const script = stalled("sheddablePlus");
    until(script, 4999);
    expect(script.events()).toEqual([]);
    until(script, 5000);
    expect(script.events()).toMatchObject([{ kind: "failed", failure: { name: "STALLED" } }]);
  });

  it("H8 stays for ever when it is critical, or where stallMs is 0", () => {
    for (const script of [
      stalled("critical"),
      stalled("criticalPlus"),
      stalled("sheddable", { stallMs: 0 }),
    ]) {
      until(script, 900_000);
      expect(script.events()).toEqual([]);
    }
  });

  it("H8 counts from when it last sent, and not from a word that lets nothing go", () => {
    const script = stalled("sheddable");
    const credit = (items: number, bytes: number) =>
      script.sends({ kind: "credit", streams: undefined, entries: [{ streamId: 1, items, bytes }] });
    until(script, 500);
    credit(1, 300_000);
    script.session.offer(1);
    until(script, 900);
    credit(2, 300_000);
    expect(order(script, 1)).toEqual([new Set([1])]);
    script.events();
    until(script, 1899);
    expect(script.events()).toEqual([]);
    credit(2, 400_000);
    script.events();
    until(script, 1900);
    expect(script.events()).toMatchObject([{ kind: "failed", failure: { name: "STALLED" } }]);
  });

  it("H8 is not ended when it has nothing to send", () => {
    const script = ScriptPeer.ready("server", {
      stallMs: 1000,
      heartbeatMs: 10_000_000,
      writeStallMs: 10_000_000,
    });
    script.sends({ ...open(1, { items: 1 }), criticality: "sheddable" } as ReturnType<typeof open>);
    script.session.offer(1);
    script.session.transmit(0, () => "idle");
    script.events();
    until(script, 100_000);
    expect(script.events()).toEqual([]);
  });

  it("H8 is judged by what it is worth now", () => {
    const script = stalled("critical");
    until(script, 5000);
    script.session.setUrgency(1, 3, "sheddable");
    until(script, 5999);
    expect(script.events()).toEqual([]);
    script.sends({ kind: "urgency", streamId: 1, urgency: 3, criticality: "criticalPlus" });
    script.events();
    until(script, 50_000);
    expect(script.events()).toEqual([]);
  });
});
