// Rows 20, 21 and 22 of the known attacks, at the level of the session: who may resume, two sockets alive, and
// sending again without end.

import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { chargeOf } from "../../src/protocol/session/replay-buffer.js";
import type { ResumeRequest } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";
import { other, ResumablePair, SIDES, tokenOf } from "./resumable-pair.js";

function opened(pair: ResumablePair, demand = 256): number {
  const id = pair.client.open({ interaction: "stream", method: "numbers", codec: "raw", demand });
  if (typeof id !== "number") throw new Error(`no stream: ${id}`);
  return id;
}

function kindsIn(message: Uint8Array): string[] {
  const kinds: string[] = [];
  readMessage(message, (frame) => {
    kinds.push(frame.kind);
    return "more";
  });
  return kinds;
}

describe("H20 resume theft: a session", () => {
  it("§10.5 takes no token but its own, in no epoch but the present one", () => {
    const pair = new ResumablePair();
    pair.run();
    pair.cut();
    const good = pair.client.resumption() as ResumeRequest;
    const given = { token: tokenOf(9), now: 0 };
    for (const bad of [
      { ...good, token: tokenOf(7) },
      { ...good, token: good.token.slice(1) },
      { ...good, token: new Uint8Array([...good.token, 0]) },
      { ...good, token: new Uint8Array(0) },
      { ...good, epoch: 1 },
    ]) {
      expect(pair.server.resume(bad, given)).toBe("stale");
    }
    // None of them took anything from who has the token.
    expect(pair.reconnect()).toBe("resumed");
  });

  it("§10.5 takes a token once: it is of no use as soon as something was heard in the new epoch", () => {
    const pair = new ResumablePair();
    pair.run();
    const stolen = pair.client.resumption() as ResumeRequest;
    pair.cut();
    pair.reconnect();
    opened(pair);
    pair.run();
    expect(pair.server.resume(stolen, { token: tokenOf(9), now: 0 })).toBe("stale");
    expect(pair.server.resume({ ...stolen, epoch: 1 }, { token: tokenOf(9), now: 0 })).toBe("stale");
    expect(pair.client.resumption()?.token).not.toEqual(stolen.token);
    pair.cut();
    expect(pair.reconnect()).toBe("resumed");
  });

  it("§10.5 takes the last token once more while the answer to it may be lost, and not the one in the lost answer", () => {
    const pair = new ResumablePair();
    pair.run();
    pair.cut();
    const asked = pair.client.resumption() as ResumeRequest;
    pair.reconnect("answer");
    const lost = pair.server.resumption() as ResumeRequest;
    expect(pair.client.resumption()).toEqual(asked);
    expect(pair.reconnect("answer")).toBe("refused");
    expect(pair.server.resume({ ...lost, received: asked.received }, { token: tokenOf(9), now: 0 })).toBe(
      "stale",
    );
    expect(pair.reconnect()).toBe("resumed");
  });

  it("§10.5 refuses a next token that can be guessed, or none", () => {
    const pair = new ResumablePair();
    pair.run();
    pair.cut();
    const request = pair.client.resumption() as ResumeRequest;
    for (const token of [new Uint8Array(15), new Uint8Array(65), new Uint8Array(0)]) {
      expect(() => pair.server.resume(request, { token, now: 0 })).toThrow(/bytes: 16 to 64/);
    }
    expect(() => pair.server.resume(request, { now: 0 })).toThrow(/0 bytes: 16 to 64/);
    expect(pair.reconnect()).toBe("resumed");
  });
});

describe("H21 two live sockets after resume: a session", () => {
  it("§10.5 lets nothing through that an older socket delivers, on either side", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair);
    pair.run();
    pair.server.sendItems(id, [new Uint8Array([1])]);
    pair.transmit("server");
    pair.client.cancel(id);
    pair.transmit("client");
    const old = { client: [...pair.wire.client], server: [...pair.wire.server] };
    pair.cut(["client"]);
    pair.reconnect();
    const seen = JSON.stringify(pair.events);
    for (const side of SIDES) {
      expect(old[side]).not.toEqual([]);
      for (const message of old[side]) pair[other(side)].receive(message, 0, 0);
    }
    pair.collect();
    expect(JSON.stringify(pair.events)).toBe(seen);
    pair.run();
    expect(pair.events.server.filter(({ kind }) => kind === "cancelled")).toHaveLength(1);
    expect(pair.events.client.filter(({ kind }) => kind === "items")).toHaveLength(0);
  });

  // RESUME where it does not belong ends that connection, and no session changes hands by it.
  const resume: Frame = { kind: "resume", token: tokenOf(0), epoch: 0, received: 0 };
  const ping: Frame = { kind: "ping", opaque: new Uint8Array(8) };
  for (const [name, role, frames] of [
    ["after another frame", "server", [ping, resume]],
    ["in front of another frame", "server", [resume, ping]],
    ["twice", "server", [resume, resume]],
    ["from a server that was not asked", "client", [resume]],
    [
      "refused by a server that was not asked",
      "client",
      [{ kind: "resume-reject", reason: "gap", message: "" }],
    ],
    ["refused by a client", "server", [{ kind: "resume-reject", reason: "gap", message: "" }]],
  ] as const satisfies readonly (readonly [string, "client" | "server", readonly Frame[]])[]) {
    it(`§10.4 ends the connection at a RESUME ${name}`, () => {
      const script = ScriptPeer.ready(role);
      script.sends(...frames);
      expect(script.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §10.4" });
    });
  }

  it("§10.4 ends the connection at a frame between RESUME and its answer", () => {
    const script = ScriptPeer.ready("server");
    script.sends(resume);
    expect(script.events()).toMatchObject([{ kind: "resume", request: { epoch: 0 } }]);
    script.sends(ScriptPeer.open(1));
    expect(script.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §10.4" });
  });

  it("§5.14 ends the connection at an ACK of what was never sent", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "call", method: "m", codec: "raw", demand: 1 });
    script.sends({ kind: "ack", received: 0 });
    expect(script.ended()).toBeUndefined();
    script.sends({ kind: "ack", received: 1 });
    expect(script.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §5.14" });
  });
});

describe("H22 replay storm: a session", () => {
  it("§10.2 keeps 100 MiB within a cap of 1 MiB, over cuts, and delivers each item once", () => {
    const pair = new ResumablePair({ server: { replayBytes: 1_048_576 } });
    pair.run();
    const id = opened(pair, 6_400);
    pair.run();
    let sent = 0;
    pair.turns.server = () => {
      while (sent < 6_400) {
        // Each its own: what is sent stays where it is until it has arrived.
        const item = new Uint8Array(16_000);
        item[0] = sent & 0xff;
        item[1] = sent >> 8;
        if (pair.server.sendItems(id, [item]) !== "sent") return "more";
        sent++;
      }
      pair.server.complete(id);
      return "idle";
    };
    let seen = 0;
    let largest = 0;
    pair.onEvent = (side, event) => {
      if (side !== "client" || event.kind !== "items") return;
      for (const [low, high] of event.items) {
        expect((low as number) + 256 * (high as number)).toBe(seen++);
        pair.client.consumed(id, 1);
      }
    };
    pair.server.offer(id);
    for (let step = 0; pair.events.client.at(-1)?.kind !== "completed"; step++) {
      pair.events.client.length = 0;
      pair.transmit("server");
      largest = Math.max(largest, pair.server.replayBytes);
      if (step % 97 === 96) {
        pair.cut();
        expect(pair.reconnect()).toBe("resumed");
      }
      pair.deliver("server");
      pair.transmit("client");
      if (step % 3 === 0) while (pair.deliver("client"));
    }
    expect(seen).toBe(6_400);
    expect(largest).toBeLessThanOrEqual(1_048_576 + chargeOf(32_768 + 16_100));
  });

  it("§10.4 sends again in messages of ordinary size, with PING and PONG between them", () => {
    const pair = new ResumablePair({
      client: { heartbeatMs: 50, shareBytes: 1_048_576, ownStreams: 4 },
      server: { heartbeatMs: 50, replayBytes: 400_000 },
    });
    pair.run();
    const id = opened(pair, 10_000);
    pair.run();
    pair.turns.server = () => {
      pair.server.sendItems(id, [new Uint8Array(500)]);
      return "more";
    };
    pair.server.offer(id);
    while (pair.transmit("server") !== undefined);
    const held = pair.server.replayBytes;
    expect(held).toBeGreaterThan(200_000);
    pair.cut();
    pair.reconnect();
    // A message takes 20 ms, so what is to be sent again takes longer than a peer may be silent.
    for (let messages = 0; messages < 15; ) {
      pair.now += 20;
      for (const side of SIDES) pair[side].tick(pair.now);
      pair.transmit("client");
      pair.deliver("client");
      const message = pair.transmit("server") as Uint8Array;
      pair.deliver("server");
      const kinds = kindsIn(message);
      if (kinds.includes("items")) {
        messages++;
        expect(pair.server.waiting()).toBe("several");
        expect(message.length).toBeLessThanOrEqual(16_384);
        expect(new Set(kinds)).toEqual(new Set(["items"]));
      }
    }
    for (const side of SIDES) {
      expect(pair[side].isResumable).toBe(true);
      expect(pair.events[side].filter(({ kind }) => kind === "roundTrip").length).toBeGreaterThan(2);
      expect(pair.events[side].filter(({ kind }) => kind === "suspended")).toHaveLength(1);
    }
  });
});
