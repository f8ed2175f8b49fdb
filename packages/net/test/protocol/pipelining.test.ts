// What a client says behind its HELLO, before it has heard the server (docs/protocol.md §2.5).

import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import type { OpenOptions } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";
import { JoinedPair } from "./joined-pair.js";

const ECHO: OpenOptions = { interaction: "call", method: "echo", codec: "raw", demand: 1 };
const ITEM = new Uint8Array([1, 2, 3]);

/** The charge of one item under the overhead that the client must assume. */
function assumed(item: Uint8Array): number {
  // The table of lengths counts: one byte for an item of less than 128.
  return 1 + item.length + 64;
}

describe("a client that has not heard the server", () => {
  it("§2.5 sends a call with its input in the message of its HELLO, and it is served", () => {
    const pair = new JoinedPair();
    const id = pair.client.open(ECHO) as number;
    expect(id).toBe(1);
    expect(pair.client.sendItems(id, [ITEM])).toBe("sent");
    pair.client.complete(id);
    pair.transmit("client");
    expect(pair.wire.client).toHaveLength(1);
    // Nothing of the server has arrived, and it has all it needs.
    pair.deliver("client");
    expect(pair.kinds("server")).toEqual(["ready", "opened", "items", "completed"]);
    pair.server.consumed(id, 1);
    expect(pair.server.sendItems(id, [ITEM])).toBe("sent");
    pair.server.complete(id);
    pair.run();
    expect(pair.kinds("client")).toEqual(["ready", "items", "completed"]);
    pair.client.consumed(id, 1);
    pair.run();
    expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
  });

  it("§2.5 opens eight streams and no more, and the rest when it has heard the server", () => {
    const pair = new JoinedPair();
    const ids = Array.from({ length: 9 }, () => pair.client.open(ECHO));
    expect(ids).toEqual([1, 3, 5, 7, 9, 11, 13, 15, "not-ready"]);
    pair.run();
    expect(pair.client.open(ECHO)).toBe(17);
  });

  it("§2.5 puts no more metadata into them than 1,024 bytes in all", () => {
    const pair = new JoinedPair();
    const open = (length: number) => pair.client.open({ ...ECHO, metadata: new Uint8Array(length) });
    expect([open(1000), open(25), open(24), open(1)]).toEqual([1, "not-ready", 3, "not-ready"]);
    pair.run();
    expect(open(1025)).toBe(5);
  });

  it("§2.5 sends items up to 192 bytes, and a larger one when it has heard the server, with the same overhead", () => {
    const pair = new JoinedPair();
    const [small, large] = [pair.client.open(ECHO) as number, pair.client.open(ECHO) as number];
    expect(pair.client.sendBatch(small, 1, new Uint8Array(192))).toBe("sent");
    expect(pair.client.sendBatch(large, 1, new Uint8Array(193))).not.toBe("sent");
    pair.run();
    expect(pair.client.sendBatch(large, 1, new Uint8Array(193))).toBe("sent");
    pair.client.complete(small);
    pair.client.complete(large);
    pair.run();
    const sent = [small, large].map((id) => pair.server.figures(id)?.receiveBytes.received);
    expect(sent).toEqual([192 + 64, 193 + 64]);
    expect(pair.kinds("server")).toEqual([
      "ready",
      "opened",
      "opened",
      "batch",
      "batch",
      "completed",
      "completed",
    ]);
  });

  it("§2.5 keeps to the server's slots from its HELLO on, though it opened more", () => {
    const pair = new JoinedPair({ server: { peerStreams: 2 } });
    const ids = Array.from({ length: 4 }, () => pair.client.open(ECHO) as number);
    for (const id of ids) pair.client.complete(id);
    pair.run();
    expect(pair.kinds("server")).toEqual(["ready", "opened", "opened", "completed", "completed"]);
    const failed = pair.events.client.filter((event) => event.kind === "failed");
    expect(failed).toMatchObject(
      [5, 7].map((streamId) => ({
        streamId,
        rejected: true,
        failure: { name: "OVERLOADED", notStarted: true, retryAfterMs: 1000 },
      })),
    );
    expect(pair.client.open(ECHO)).toBe("no-slot");
    // Every slot comes back, those of the refused streams too: two at once, again and again.
    for (const id of [1, 3]) pair.server.complete(id);
    pair.run();
    for (let next = 9; next < 60; next += 4) {
      expect([pair.client.open(ECHO), pair.client.open(ECHO), pair.client.open(ECHO)]).toEqual([
        next,
        next + 2,
        "no-slot",
      ]);
      for (const id of [next, next + 2]) pair.client.complete(id);
      pair.run();
      for (const id of [next, next + 2]) pair.server.complete(id);
      pair.run();
    }
  });

  it("§2.5 is served by a server that takes nothing but the least", () => {
    const pair = new JoinedPair({
      server: { shareBytes: 256, itemBytes: 80, metadataBytes: 0, itemOverhead: 1, peerStreams: 8 },
    });
    const id = pair.client.open({ ...ECHO, metadata: new Uint8Array(1024) }) as number;
    expect(pair.client.sendBatch(id, 1, new Uint8Array(192))).toBe("sent");
    pair.client.complete(id);
    pair.run();
    expect(pair.kinds("server")).toEqual(["ready", "opened", "batch", "completed"]);
  });

  it("§2.5 ends like any other when the server does not speak its version", () => {
    const script = new ScriptPeer("client");
    expect(script.session.open(ECHO)).toBe(1);
    script.sendsBytes(0x21, 0x00, 0x01, 0x02);
    expect(script.ended()).toMatchObject({ error: "VERSION_UNSUPPORTED" });
    expect(script.session.open(ECHO)).toBe("closed");
    expect(script.session.sendItems(1, [ITEM])).toBe("ended");
  });
});

describe("a server", () => {
  const pipelined = (streamId: number, metadata = 0): Frame =>
    ScriptPeer.open(streamId, { pipelined: true, metadata: new Uint8Array(metadata) });

  it("§2.5 charges the input of a pipelined stream with 64, and holds it to that", () => {
    const script = ScriptPeer.ready("server");
    const items: Frame = {
      kind: "items",
      streamId: 1,
      body: "items",
      count: 1,
      payload: new Uint8Array([3, ...ITEM]),
    };
    script.sends(pipelined(1), items, { kind: "complete", streamId: 1, items: 1, bytes: assumed(ITEM) });
    expect(script.events().map((event) => event.kind)).toEqual(["opened", "items", "completed"]);
    const wrong = ScriptPeer.ready("server");
    wrong.sends(pipelined(1), items, { kind: "complete", streamId: 1, items: 1, bytes: assumed(ITEM) - 48 });
    expect(wrong.ended()).toMatchObject({ error: "POSITION_MISMATCH" });
  });

  it("§2.5 refuses the flag on any other stream than the first eight of a client", () => {
    const ninth = ScriptPeer.ready("server");
    for (let id = 1; id <= 15; id += 2) ninth.sends(pipelined(id));
    expect(ninth.ended()).toBeUndefined();
    ninth.sends(pipelined(17));
    expect(ninth.ended()).toEqual({
      error: "FRAME_UNEXPECTED",
      told: "FRAME_UNEXPECTED",
      rule: "protocol.md §2.5",
    });
    const client = ScriptPeer.ready("client", { peerStreams: 4 });
    client.sends(pipelined(2));
    expect(client.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §2.5" });
  });

  it("§2.5 refuses more metadata than 1,024 bytes over them", () => {
    const script = ScriptPeer.ready("server");
    script.sends(pipelined(1, 1000), pipelined(3, 24));
    expect(script.ended()).toBeUndefined();
    script.sends(pipelined(5, 1));
    expect(script.ended()).toMatchObject({ error: "MALFORMED", rule: "protocol.md §2.5" });
  });

  it("§2.5 ends with a client that goes beyond its slots without the flag", () => {
    const script = ScriptPeer.ready("server", { peerStreams: 1 });
    script.sends(pipelined(1), pipelined(3));
    expect(script.gets().map((frame) => frame.kind)).toEqual(["reject"]);
    script.sends(ScriptPeer.open(5));
    expect(script.ended()).toMatchObject({ error: "STREAM_LIMIT" });
  });

  it("§2.5 lets no more than eight streams be refused at once, whatever the client does", () => {
    const script = ScriptPeer.ready("server", { peerStreams: 1 });
    for (let id = 1; id <= 15; id += 2) script.sends(pipelined(id));
    expect(script.gets().filter((frame) => frame.kind === "reject")).toHaveLength(7);
    script.sends({ kind: "error", streamId: 3, items: 0, bytes: 0, failure: streamFailure("CANCELLED", "") });
    script.sends(ScriptPeer.open(17));
    expect(script.ended()).toMatchObject({ error: "STREAM_LIMIT" });
  });
});
