// The largest message full of the smallest frames: what it leaves behind is bounded, whatever the frames say.

import { describe, expect, it } from "vitest";
import { Writer } from "../../src/protocol/byte/writer.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { ScriptPeer } from "../script-peer.js";

const { messageBytes } = settingsOf("server");

/** One message of frames, as many as fit. */
function full(frame: (i: number) => Frame): { readonly message: Uint8Array; readonly frames: number } {
  const writer = new Writer();
  let frames = 0;
  while (writer.length + 40 <= messageBytes) {
    encodeFrame(writer, frame(frames));
    frames += 1;
  }
  return { message: writer.take(), frames };
}

/** A server with stream 1 open and stream 3 recently closed. */
function busy(): ScriptPeer {
  const script = ScriptPeer.ready("server");
  script.sends(ScriptPeer.open(1, { items: 1, bytes: 1 }), ScriptPeer.open(3));
  script.session.complete(3);
  script.sends({ kind: "complete", streamId: 3, items: 0, bytes: 0 });
  script.events();
  script.gets();
  return script;
}

/** What the session still has to say, in bytes. */
function saidBytes(script: ScriptPeer): number {
  let bytes = 0;
  for (let m = script.session.transmit(0); m !== undefined; m = script.session.transmit(0)) bytes += m.length;
  return bytes;
}

describe("Session, one message of 1 MiB full of", () => {
  const blocked = { backlog: 0, needed: 0, kind: "blocked" } as const;

  it.each<[string, (i: number) => Frame]>([
    ["BLOCKED", () => ({ ...blocked, streamId: 1, limit: "items", value: 0 })],
    ["BLOCKED for slots", () => ({ ...blocked, streamId: 0, limit: "streams", value: 0 })],
    [
      "CREDIT that raises nothing",
      () => ({ kind: "credit", streams: undefined, entries: [{ streamId: 1, items: 0, bytes: 0 }] }),
    ],
    [
      "CREDIT that raises by one",
      (i) => ({ kind: "credit", streams: i, entries: [{ streamId: 1, items: i, bytes: i }] }),
    ],
    ["GOAWAY", () => ({ kind: "goaway", lastStreamId: 0, reconnectAfterMs: 0, spreadMs: 0, reason: "" })],
  ])(
    "%s ends with the peer after a burst, and leaves no more events than that, and less than 1 KiB to say",
    (_name, frame) => {
      const script = busy();
      script.session.receive(full(frame).message, 0);
      const events = script.events();
      expect(events.at(-1)).toMatchObject({ kind: "closed", error: { codeName: "FLOODED" } });
      expect(events.length).toBeLessThan(1200);
      expect(saidBytes(script)).toBeLessThan(1024);
    },
  );

  it.each<[string, (i: number) => Frame]>([
    ["BLOCKED for a closed stream", () => ({ ...blocked, streamId: 3, limit: "bytes", value: 0 })],
    ["CANCEL of a closed stream", () => ({ kind: "cancel", streamId: 3 })],
    ["CANCEL of one stream", () => ({ kind: "cancel", streamId: 1 })],
  ])("%s leaves an event at most, and less than 1 KiB to say, and the session goes on", (_name, frame) => {
    const script = busy();
    const { message, frames } = full(frame);
    expect(frames).toBeGreaterThan(70_000);
    script.session.receive(message, 0);
    expect(script.events().length).toBeLessThanOrEqual(1);
    expect(saidBytes(script)).toBeLessThan(1024);
    script.sends(ScriptPeer.open(5));
    expect(script.events()).toMatchObject([{ kind: "opened" }]);
  });

  it("ignorable frames of later versions ends with the peer after a burst, and leaves nothing", () => {
    const script = busy();
    const message = (frames: number): Uint8Array =>
      Uint8Array.from({ length: 3 * frames }, (_, i) => (i % 3 === 0 ? 0x9f : 0));
    script.session.receive(message(1000), 0);
    expect(script.events()).toEqual([]);
    expect(saidBytes(script)).toBe(0);
    script.session.receive(message(1), 0);
    expect(script.ended()).toMatchObject({ error: "FLOODED", rule: "protocol.md §7.4" });
  });

  it("PING ends with the second one, and PONG with the first", () => {
    for (const kind of ["ping", "pong"] as const) {
      const script = busy();
      script.session.receive(full(() => ({ kind, opaque: new Uint8Array(8) })).message, 0);
      expect(script.ended()).toMatchObject({ error: "FRAME_UNEXPECTED" });
    }
  });

  it("OPEN ends with the first stream beyond the slots, each with the largest metadata", () => {
    const script = ScriptPeer.ready("server");
    const metadata = new Uint8Array(16_384);
    for (let i = 0; i < 256; i += 1) script.sends(ScriptPeer.open(2 * i + 1, { metadata }));
    expect(script.events()).toHaveLength(256);
    script.sends(ScriptPeer.open(513));
    expect(script.ended()).toMatchObject({ error: "STREAM_LIMIT" });
  });
});

describe("CREDIT", () => {
  it("§4.1 takes the highest of several limits for the same thing, whatever their order", () => {
    const script = ScriptPeer.ready("client", { ownStreams: 10 }, { peerStreams: 1 });
    const open = () => script.session.open({ interaction: "call", method: "m", codec: "raw", demand: 1 });
    expect([open(), open()]).toEqual([1, "no-slot"]);
    // Two entries for stream 0 in one frame, 3 and then 2.
    script.sendsBytes(0x04, 0x00, 0x04, 0x00, 0x03, 0x00, 0x02);
    expect([open(), open(), open()]).toEqual([3, 5, "no-slot"]);
  });
});
