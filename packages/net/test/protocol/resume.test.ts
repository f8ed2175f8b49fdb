// A session that outlives its transport: what each side sees, and who may ask for it.

import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { chargeOf } from "../../src/protocol/session/replay-buffer.js";
import { Session } from "../../src/protocol/session/session.js";
import type { ResumeRequest, SessionEvent } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";
import { ResumablePair, requestOf, tokenOf } from "./resumable-pair.js";

function opened(pair: ResumablePair, demand = 256): number {
  const id = pair.client.open({ interaction: "stream", method: "numbers", codec: "raw", demand });
  if (typeof id !== "number") throw new Error(`no stream: ${id}`);
  return id;
}

const one = (n: number): Uint8Array[] => [new Uint8Array([n])];

/** What came of items on a side, as their first bytes. */
function numbers(pair: ResumablePair, side: "client" | "server"): number[] {
  return pair.events[side].flatMap((event) =>
    event.kind === "items" ? event.items.map((item) => item[0] as number) : [],
  );
}

describe("Session, resume", () => {
  it("§10.4 sends again exactly what was lost, and goes on", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair);
    pair.run();
    pair.server.sendItems(id, one(1));
    pair.run();
    pair.server.sendItems(id, one(2));
    pair.transmit("server");
    pair.server.sendItems(id, one(3));
    pair.transmit("server");
    pair.deliver("server");
    pair.cut();
    pair.server.sendItems(id, one(4));
    expect(pair.reconnect()).toBe("resumed");
    pair.server.sendItems(id, one(5));
    pair.server.complete(id);
    pair.run();
    expect(numbers(pair, "client")).toEqual([1, 2, 3, 4, 5]);
    expect(pair.events.client.at(-1)?.kind).toBe("completed");
  });

  it("§10.4 puts what was said while it was suspended behind what is sent again", () => {
    const pair = new ResumablePair();
    pair.run();
    const first = opened(pair);
    pair.transmit("client");
    pair.cut();
    const second = opened(pair);
    pair.client.cancel(first);
    pair.reconnect();
    pair.run();
    const seen = pair.events.server.map((event) =>
      "streamId" in event ? `${event.kind} ${event.streamId}` : event.kind,
    );
    expect(seen).toEqual(["ready", "suspended", `opened ${first}`, `opened ${second}`, `cancelled ${first}`]);
  });

  it("§10.3 says nothing and takes nothing while it is suspended", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair);
    pair.transmit("client");
    pair.server.suspend(0);
    expect(pair.server.transmit(0, () => "idle")).toBeUndefined();
    expect(pair.server.waiting()).toBe("nothing");
    pair.deliver("client");
    expect(pair.server.figures(id)).toBeUndefined();
    expect(pair.events.server.map(({ kind }) => kind)).toEqual(["ready", "suspended"]);
  });

  it("§10.3 ends with SESSION_LOST when no transport comes in the shorter time of both", () => {
    const pair = new ResumablePair({ client: { resumeMs: 500 }, server: { resumeMs: 9_000 } });
    pair.run();
    const id = opened(pair);
    pair.run();
    pair.server.sendItems(id, one(1));
    pair.run();
    pair.server.sendItems(id, one(2));
    pair.transmit("server");
    pair.cut();
    for (const side of ["client", "server"] as const) {
      expect(pair[side].nextTick()).toBe(500);
      pair[side].tick(499);
      expect(pair[side].isResumable).toBe(true);
      pair[side].tick(500);
      pair.collect();
      expect(codeOf(pair.events[side].at(-1))).toBe("SESSION_LOST");
      expect(pair[side].resumption()).toBeUndefined();
      expect(pair[side].replayBytes).toBe(0);
    }
    // §10.7: the position up to which the stream came.
    expect(pair.client.figures(id)?.receiveItems.received).toBe(1);
  });

  it("§10.7 knows of a stream whether its OPEN ever left", () => {
    const pair = new ResumablePair();
    pair.run();
    const sent = opened(pair);
    pair.transmit("client");
    pair.cut();
    const unsent = opened(pair);
    pair.client.abandon("on purpose");
    pair.collect();
    expect(codeOf(pair.events.client.at(-1))).toBe("SESSION_LOST");
    expect([pair.client.wasNeverSent(sent), pair.client.wasNeverSent(unsent)]).toEqual([false, true]);
  });

  for (const [name, settings] of [
    ["the client", { client: { resumeMs: 0 } }],
    ["the server", { server: { resumeMs: 0 } }],
  ] as const) {
    it(`§10.1 keeps nothing when ${name} has no resumeMs, and ends with its transport`, () => {
      const pair = new ResumablePair(settings);
      pair.run();
      opened(pair);
      pair.run();
      expect([pair.client.replayBytes, pair.client.isResumable, pair.client.resumption()]).toEqual([
        0,
        false,
        undefined,
      ]);
      pair.now = 10_000;
      for (const side of ["client", "server"] as const) pair[side].tick(pair.now);
      expect(pair.transmit("server")).toBeUndefined(); // no ACK
      pair.cut();
      expect(codeOf(pair.events.client.at(-1))).toBe("TRANSPORT_LOST");
    });
  }

  it("§10.1 acknowledges after an eighth of what the peer can hold, or after 100 ms", () => {
    const pair = new ResumablePair({ server: { replayBytes: 80_000 } });
    pair.run();
    const id = opened(pair, 1_000);
    pair.run();
    expect(acks(pair, "client")).toEqual([]);
    let sent = 0;
    while (pair.server.replayBytes < 10_000) {
      pair.server.sendItems(id, [new Uint8Array(1_000)]);
      sent++;
      pair.transmit("server");
      pair.deliver("server");
    }
    expect(acks(pair, "client")).toEqual([sent]);
    pair.deliver("client");
    expect(pair.server.replayBytes).toBe(0);
    pair.server.sendItems(id, one(1));
    pair.transmit("server");
    pair.deliver("server");
    expect(pair.client.nextTick()).toBe(100);
    pair.client.tick(99);
    expect(acks(pair, "client")).toEqual([]);
    pair.now = 100;
    pair.client.tick(100);
    expect(acks(pair, "client")).toEqual([sent + 1]);
  });

  it("§10.2 sends no items and opens nothing while replayBytes are not acknowledged, and goes on with ACK", () => {
    const pair = new ResumablePair({
      client: { replayBytes: 20_000, shareBytes: 65_536 },
      server: { replayBytes: 20_000 },
    });
    pair.run();
    const id = opened(pair, 100_000);
    pair.run();
    pair.turns.server = () => {
      pair.server.sendItems(id, [new Uint8Array(100)]);
      return "more";
    };
    pair.server.offer(id);
    let messages = 0;
    while (pair.transmit("server") !== undefined) messages++;
    expect(messages).toBeGreaterThan(0);
    expect(pair.server.replayBytes).toBeGreaterThanOrEqual(20_000);
    expect(pair.server.replayBytes).toBeLessThan(20_000 + chargeOf(33_000));
    expect(pair.server.sendItems(id, one(1))).toBe("message-full");
    expect(pair.server.waiting()).toBe("nothing");
    // Control and ends go on.
    pair.server.fail(id, { code: 0x100, name: "X", message: "", notStarted: false, doNotRetry: false });
    expect(pair.transmit("server")).toBeDefined();
    // The client holds as much: it opens no more.
    while (pair.client.replayBytes < 20_000) {
      expect(opened(pair)).toBeGreaterThan(0);
      pair.transmit("client");
    }
    expect(pair.client.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 1 })).toBe(
      "no-slot",
    );
    pair.collect();
    expect(pair.events.client.some(({ kind }) => kind === "slots")).toBe(false);
    pair.run();
    expect(pair.events.client.some(({ kind }) => kind === "slots")).toBe(true);
    expect([pair.server.replayBytes < 20_000, pair.client.replayBytes < 20_000]).toEqual([true, true]);
  });

  it("§10.2 gives no slot back to a peer that acknowledges nothing", () => {
    const script = new ScriptPeer("client", { replayBytes: 10_000, peerStreams: 2 });
    const { session } = script;
    script.gets();
    script.sends({ ...script.hello(), token: tokenOf(1) } as Frame);
    let slots = 2;
    for (let streams = 0; streams < slots; streams++) {
      if (streams > 1_000) throw new Error("it lets in ever more");
      const streamId = 2 * (streams + 1);
      script.sends(ScriptPeer.open(streamId), { kind: "complete", streamId, items: 0, bytes: 0 });
      session.complete(streamId);
      for (const frame of script.gets()) if (frame.kind === "credit") slots = frame.streams ?? slots;
      // Each of the two slots: an end.
      expect(session.replayBytes).toBeLessThan(10_000 + 3 * chargeOf(100));
    }
    expect(session.replayBytes).toBeGreaterThan(10_000);
    script.sends({ kind: "ack", received: 5 });
    expect(script.gets()).toMatchObject([{ kind: "credit", streams: slots + 2 }]);
  });

  it("§10.4 restates every limit and GOAWAY after what is sent again", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair, 5);
    pair.run();
    pair.client.grantItems(id, 1_000);
    pair.transmit("client");
    pair.server.goaway({ reason: "enough" });
    pair.transmit("server");
    pair.cut();
    pair.reconnect();
    pair.run();
    expect(pair.server.figures(id)?.sendItems.granted).toBe(1_000);
    expect(pair.events.client.filter(({ kind }) => kind === "goaway")).toHaveLength(1);
    pair.cut();
    pair.reconnect();
    pair.run();
    expect(pair.events.client.filter(({ kind }) => kind === "goaway")).toHaveLength(1);
  });

  it("§10.4 answers what the peer did not get by SESSION_LOST when it is not held any more", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair);
    pair.run();
    pair.server.sendItems(id, one(1));
    pair.run();
    pair.now = 100;
    pair.client.tick(100);
    pair.run(); // acknowledged
    const request = pair.client.resumption() as ResumeRequest;
    const answer = pair.server.resume(
      { ...request, received: request.received - 1 },
      { token: tokenOf(9), now: 100 },
    );
    pair.collect();
    expect(answer).toBe("gap");
    expect(codeOf(pair.events.server.at(-1))).toBe("SESSION_LOST");
    const claims = pair.client.resume({ token: tokenOf(9), epoch: 1, received: 99 }, { now: 100 });
    pair.collect();
    expect(claims).toBe("gap");
    expect(codeOf(pair.events.client.at(-1))).toBe("SESSION_LOST");
  });

  it("§10.6 tells the client that its session is refused, and goes on with a new one", () => {
    const asking = new Session(
      { role: "client", codecs: ["raw"], resume: { token: tokenOf(5), epoch: 0, received: 0 } },
      0,
    );
    const server = new Session({ role: "server", codecs: ["raw"], token: tokenOf(6) }, 0);
    expect(asking.open({ interaction: "call", method: "m", codec: "raw", demand: 1 })).toBe("not-ready");
    server.receive(asking.transmit(0) as Uint8Array, 0);
    expect(requestOf(server)).toEqual({ token: tokenOf(5), epoch: 0, received: 0 });
    server.refuseResume("unknown");
    for (let m = server.transmit(0); m !== undefined; m = server.transmit(0)) asking.receive(m, 0);
    expect([asking.nextEvent(), asking.nextEvent()]).toMatchObject([
      { kind: "resumeRefused", reason: "unknown" },
      { kind: "ready" },
    ]);
    expect(asking.open({ interaction: "call", method: "m", codec: "raw", demand: 1 })).toBe(1);
    expect(asking.resumption()?.token).toEqual(tokenOf(6));
  });

  it("§10.3 counts no time without a transport as silence, as a stall or against an item that has begun", () => {
    const times = { heartbeatMs: 1_000, heartbeatsMissed: 1, itemMs: 2_000, stallMs: 5_000 };
    const pair = new ResumablePair({
      client: { ...times, shareBytes: 262_144, ownStreams: 4 },
      server: times,
    });
    pair.run();
    const begun = opened(pair, 1);
    const stalled = pair.client.open({
      interaction: "stream",
      method: "numbers",
      codec: "raw",
      demand: 0,
      criticality: "sheddable",
    }) as number;
    pair.run();
    pair.turns.server = (id) => {
      pair.server.sendItems(id, [new Uint8Array(100_000)]);
      return id === begun ? "idle" : "more";
    };
    pair.server.offer(begun);
    pair.server.offer(stalled);
    pair.transmit("server");
    pair.deliver("server"); // the first part of an item
    pair.now = 1_000;
    pair.server.tick(1_000); // a PING that is not answered
    pair.transmit("server");
    pair.cut();
    pair.now = 20_000;
    expect(pair.reconnect()).toBe("resumed");
    for (const side of ["client", "server"] as const) pair[side].tick(pair.now);
    expect(pair.client.figures(begun)?.receiveItems.received).toBe(1);
    expect(pair.events.client.some(({ kind }) => kind === "items")).toBe(false);
    pair.run();
    const seen = [...pair.events.client, ...pair.events.server].map(({ kind }) => kind);
    expect(seen.filter((kind) => kind === "failed")).toEqual([]);
    expect(seen.filter((kind) => kind === "suspended")).toHaveLength(2);
    expect(seen).toContain("items");
    // From here on the time of the stall counts anew.
    pair.server.tick(24_999);
    pair.collect();
    expect(pair.events.server.some(({ kind }) => kind === "failed")).toBe(false);
    pair.server.tick(25_000);
    pair.collect();
    expect(pair.events.server.at(-1)).toMatchObject({ kind: "failed", streamId: stalled });
  });

  it("§10.3 suspends, and does not end, when the peer is silent or takes nothing for too long", () => {
    for (const [settings, until, code] of [
      [{ heartbeatMs: 1_000, heartbeatsMissed: 2 }, 3_000, "HEARTBEAT_LOST"],
      [{ heartbeatMs: 100_000, writeStallMs: 700 }, 700, "WRITE_STALLED"],
    ] as const) {
      const pair = new ResumablePair({ client: settings });
      pair.run();
      opened(pair);
      for (let now = 0; now <= until; now = pair.client.nextTick()) {
        expect(pair.client.isResumable).toBe(true);
        if (code === "HEARTBEAT_LOST") pair.client.transmit(now);
        pair.client.tick(now);
        if (now === until) break;
      }
      pair.collect();
      expect(codeOf(pair.events.client.at(-1))).toBe(code);
      expect(pair.events.client.at(-1)?.kind).toBe("suspended");
      expect(pair.client.resumption()).toBeDefined();
    }
  });
});

/** The code of the error in an event. */
function codeOf(event: SessionEvent | undefined): string | undefined {
  return event !== undefined && "error" in event ? event.error?.codeName : undefined;
}

/** What a side's next message acknowledges. */
function acks(pair: ResumablePair, side: "client" | "server"): number[] {
  const message = pair.transmit(side);
  const found: number[] = [];
  if (message === undefined) return found;
  readMessage(message, (frame) => {
    if (frame.kind === "ack") found.push(frame.received);
    return "more";
  });
  return found;
}
