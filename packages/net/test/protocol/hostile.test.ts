// A peer that breaks the rules: the connection ends before anything is decoded, and the peer is told why.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_POSITION, settingsOf } from "../../src/protocol/limits.js";
import { ProtocolError } from "../../src/protocol/protocol-error.js";
import { Session } from "../../src/protocol/session/session.js";
import { ScriptPeer } from "../script-peer.js";

const { open, batch } = ScriptPeer;

function ended(name: string, rule: string): object {
  return { error: name, told: name, rule: `protocol.md ${rule}` };
}

/** A client session with one open stream, id 1, demand 10. */
function client(settings = {}): ScriptPeer {
  const script = ScriptPeer.ready("client", settings);
  script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
  script.session.complete(1);
  script.gets();
  return script;
}

describe("Session, credit of a hostile peer", () => {
  it("§4.3 ends the connection at the first item beyond credit", () => {
    const script = client();
    script.sends(batch(1, 10, 50));
    expect(script.events().map((event) => event.kind)).toEqual(["batch"]);
    script.sends(batch(1, 1, 5));
    expect(script.ended()).toEqual(ended("ITEM_CREDIT_EXCEEDED", "§4.3"));
  });

  it("§4.3 ends the connection at the first byte beyond credit, overhead included", () => {
    const { shareBytes, itemOverhead } = settingsOf("client");
    const exact = client();
    exact.sends(batch(1, 4, shareBytes - 4 * itemOverhead));
    expect(exact.ended()).toBeUndefined();
    const beyond = client();
    beyond.sends(batch(1, 4, shareBytes - 4 * itemOverhead + 1));
    expect(beyond.ended()).toEqual(ended("BYTE_CREDIT_EXCEEDED", "§4.3"));
  });

  it("§4.3 hands nothing of an overdraft to the service", () => {
    const script = client();
    script.sends(batch(1, 11, 50));
    expect(script.events().map((event) => event.kind)).toEqual(["closed"]);
  });

  it("§4.3 is not fooled by a count that overflows", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({
      interaction: "stream",
      method: "x",
      codec: "raw",
      demand: Number.POSITIVE_INFINITY,
    });
    script.gets();
    script.sends(batch(1, MAX_POSITION, 0));
    expect(script.ended()).toEqual(ended("BYTE_CREDIT_EXCEEDED", "§4.3"));
  });

  it("§4.2 gives a call one item of input and no second", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), batch(1, 1, 3));
    expect(script.ended()).toBeUndefined();
    script.sends(batch(1, 1, 3));
    expect(script.ended()).toEqual(ended("ITEM_CREDIT_EXCEEDED", "§4.3"));
  });

  it("§4.7 ends the connection at the first stream beyond the slots, closed ones included", () => {
    const script = ScriptPeer.ready("server", { peerStreams: 2 });
    script.sends(open(1), open(3));
    expect(script.ended()).toBeUndefined();
    script.sends(open(5));
    expect(script.ended()).toEqual(ended("STREAM_LIMIT", "§4.7"));
  });

  it("§4.5 refuses an item above itemBytes, in either body", () => {
    const whole = client({ itemBytes: 1000 });
    whole.sends(batch(1, 1, 1001));
    expect(whole.ended()).toEqual(ended("BYTE_CREDIT_EXCEEDED", "§4.5"));
    const single = client({ itemBytes: 100 });
    const payload = new Uint8Array([101, ...new Uint8Array(101)]);
    single.sends({ kind: "items", streamId: 1, body: "items", count: 1, payload });
    expect(single.ended()).toEqual(ended("BYTE_CREDIT_EXCEEDED", "§4.5"));
  });

  it("§4.6 ends the connection at final positions other than what arrived", () => {
    const { itemOverhead } = settingsOf("client");
    const bytes = 20 + 3 * itemOverhead;
    for (const [items, byteAt] of [
      [2, bytes],
      [4, bytes],
      [3, bytes - 1],
      [3, bytes + 1],
    ] as const) {
      const script = client();
      script.sends(batch(1, 3, 20), { kind: "complete", streamId: 1, items, bytes: byteAt });
      expect(script.ended()).toEqual(ended("POSITION_MISMATCH", "§4.6"));
    }
    const honest = client();
    honest.sends(batch(1, 3, 20), { kind: "complete", streamId: 1, items: 3, bytes });
    expect(honest.ended()).toBeUndefined();
  });

  it("§4.6 holds a cancelled stream to its positions too", () => {
    const script = client();
    script.session.cancel(1);
    script.gets();
    script.sends(batch(1, 3, 20));
    const failure = { code: 0x40, name: "CANCELLED", message: "", notStarted: false, doNotRetry: false };
    script.sends({ kind: "error", streamId: 1, items: 2, bytes: 0, failure });
    expect(script.ended()).toEqual(ended("POSITION_MISMATCH", "§4.6"));
  });
});

describe("Session, streams of a hostile peer", () => {
  it("§3.3 refuses every frame on a stream never opened", () => {
    const failure = { code: 0x42, name: "", message: "", notStarted: false, doNotRetry: false };
    for (const frame of [
      batch(9, 1, 1),
      { kind: "complete", streamId: 9, items: 0, bytes: 0 },
      { kind: "error", streamId: 9, items: 0, bytes: 0, failure },
      { kind: "cancel", streamId: 9 },
      { kind: "reject", streamId: 9, failure },
      { kind: "blocked", streamId: 9, limit: "items", value: 1, backlog: 0, needed: 0 },
      { kind: "credit", streams: undefined, entries: [{ streamId: 9, items: 1, bytes: 1 }] },
    ] as const) {
      const script = client();
      script.sends(frame);
      expect(script.ended()).toEqual(ended("STREAM_UNKNOWN", "§3.3"));
    }
  });

  it("§3.1 refuses ids out of order, of the wrong parity, or used before", () => {
    for (const id of [2, 3, 5]) {
      const script = ScriptPeer.ready("server");
      script.sends(open(id));
      expect(script.ended()).toEqual(ended("FRAME_UNEXPECTED", "§3.1"));
    }
    const again = ScriptPeer.ready("server");
    again.sends(open(1), open(1));
    expect(again.ended()).toEqual(ended("FRAME_UNEXPECTED", "§3.1"));
  });

  it("§3.3 refuses items and ends behind an end", () => {
    for (const frame of [batch(1, 1, 1), { kind: "complete", streamId: 1, items: 0, bytes: 0 }] as const) {
      const script = client();
      script.sends({ kind: "complete", streamId: 1, items: 0, bytes: 0 }, frame);
      expect(script.ended()).toEqual(ended("STREAM_CLOSED", "§3.3"));
    }
  });

  it("§3.5 tolerates what may have crossed the end of a stream, and not for ever", () => {
    const crossing = { kind: "cancel", streamId: 1 } as const;
    const script = ScriptPeer.ready("server", { peerStreams: 2 });
    const call = (id: number): void => {
      script.sends(open(id), { kind: "complete", streamId: id, items: 0, bytes: 0 });
      script.session.complete(id);
      script.gets();
    };
    call(1);
    script.sends(crossing, {
      kind: "credit",
      streams: undefined,
      entries: [{ streamId: 1, items: 9, bytes: 9 }],
    });
    expect(script.ended()).toBeUndefined();
    for (let id = 3; id <= 9; id += 2) call(id);
    script.sends(crossing);
    expect(script.ended()).toEqual(ended("STREAM_CLOSED", "§3.3"));
  });

  it("§5.8 refuses a REJECT behind items", () => {
    const failure = { code: 0x42, name: "", message: "", notStarted: false, doNotRetry: false };
    const script = client();
    script.sends(batch(1, 1, 1), { kind: "reject", streamId: 1, failure });
    expect(script.ended()).toEqual(ended("FRAME_UNEXPECTED", "§5.8"));
  });

  it("§5.2 refuses metadata above its limit and a codec that HELLO did not list", () => {
    const large = ScriptPeer.ready("server", { metadataBytes: 8 });
    large.sends(open(1, { metadata: new Uint8Array(9) }));
    expect(large.ended()).toEqual(ended("MALFORMED", "§5.2"));
    const codec = ScriptPeer.ready("server");
    codec.sends(open(1, { codec: 1 }));
    expect(codec.ended()).toEqual(ended("MALFORMED", "§5.2"));
  });
});

describe("Session, connection of a hostile peer", () => {
  it("§2.1 refuses a newer major version with advice, and says so behind its own HELLO", () => {
    const script = new ScriptPeer("server");
    script.sendsBytes(0x01, 0x00, 0x01, 0x02);
    const closed = script.events().at(-1);
    expect(closed?.kind === "closed" && closed.error?.message).toBe(
      "Cannot speak version 2 of the client: the server speaks 1; the server is older, upgrade it (protocol.md §2.1)",
    );
    expect(script.gets().map((frame) => frame.kind)).toEqual(["hello", "error"]);
  });

  it("§2.1 refuses anything before HELLO, and a second HELLO", () => {
    const early = new ScriptPeer("server");
    early.sends(open(1));
    expect(early.ended()).toEqual(ended("HELLO_EXPECTED", "§2.1"));
    const twice = ScriptPeer.ready("server");
    twice.sends(twice.hello());
    expect(twice.ended()).toEqual(ended("HELLO_REPEATED", "§2.1"));
  });

  it("§2.2 refuses a peer of its own role", () => {
    const script = new ScriptPeer("server");
    const hello = script.hello();
    script.sends(hello.kind === "hello" ? { ...hello, server: true } : hello);
    expect(script.ended()).toEqual(ended("SETTINGS_REFUSED", "§2.2"));
  });

  it("§2.3 refuses settings under which an item could wait for ever", () => {
    const script = new ScriptPeer("client");
    const hello = script.hello();
    if (hello.kind === "hello") script.sends({ ...hello, sizes: { ...hello.sizes, shareBytes: 100 } });
    expect(script.ended()).toEqual(ended("SETTINGS_REFUSED", "§2.3"));
  });

  it("§2.4 ends a handshake that takes too long", () => {
    const script = new ScriptPeer("server", { handshakeMs: 50 });
    expect(script.session.nextTick()).toBe(50);
    script.session.tick(49);
    expect(script.ended()).toBeUndefined();
    script.session.tick(50);
    expect(script.ended()).toEqual(ended("HANDSHAKE_TIMEOUT", "§2.4"));
  });

  it("§1.2 refuses a message above messageBytes, and an empty one", () => {
    const script = ScriptPeer.ready("server");
    script.session.receive(new Uint8Array(1_048_577), 0);
    expect(script.ended()).toEqual(ended("MESSAGE_TOO_LARGE", "§1.2"));
    const empty = ScriptPeer.ready("server");
    empty.sendsBytes();
    expect(empty.ended()).toEqual(ended("MALFORMED", "§1.2"));
  });

  it("§7.1 refuses a second PING before the first is answered, and a PONG to nothing", () => {
    const opaque = new Uint8Array(8);
    const pings = ScriptPeer.ready("server");
    pings.sends({ kind: "ping", opaque }, { kind: "ping", opaque });
    expect(pings.ended()).toEqual(ended("FRAME_UNEXPECTED", "§7.1"));
    const pong = ScriptPeer.ready("server");
    pong.sends({ kind: "pong", opaque });
    expect(pong.ended()).toEqual(ended("FRAME_UNEXPECTED", "§7.1"));
  });

  it("does what stands before a broken frame, and nothing behind it", () => {
    const script = client();
    script.sends(batch(1, 1, 5));
    script.sendsBytes(0x23, 0x01, 0x02, 0x01, 0x07, 0x05, 0x00, 0x00, 0x23, 0x01, 0x02, 0x01, 0x07);
    expect(script.events().map((event) => event.kind)).toEqual(["batch", "batch", "closed"]);
  });

  it("takes nothing more once it has ended", () => {
    const script = client();
    script.sends(batch(1, 11, 5));
    script.events();
    script.sends(batch(1, 1, 5));
    expect(script.events()).toEqual([]);
    expect(script.session.sendBatch(1, 1, new Uint8Array(1))).toBe("ended");
    expect(script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1 })).toBe("closed");
    expect(script.session.nextTick()).toBe(Number.POSITIVE_INFINITY);
  });

  it("survives any bytes, before and after HELLO", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }),
        (greeted, messages) => {
          const script = greeted ? ScriptPeer.ready("server") : new ScriptPeer("server");
          for (const message of messages) script.session.receive(message, 0);
          const closed = script.events().filter((event) => event.kind === "closed");
          expect(closed.length).toBeLessThanOrEqual(1);
          script.gets();
        },
      ),
    );
  });

  it("§7.3 takes the peer's word that the connection has failed, and answers nothing", () => {
    const script = new ScriptPeer("client");
    script.gets();
    const failure = {
      code: 3,
      name: "NOT_BINARY",
      message: "Text came",
      notStarted: false,
      doNotRetry: false,
    };
    script.sends({ kind: "error", streamId: 0, items: 0, bytes: 0, failure });
    expect(script.ended()).toEqual({ error: "NOT_BINARY", told: "nothing", rule: "protocol.md §7.3" });
  });

  it("tells the peer what the transport found", () => {
    const script = ScriptPeer.ready("server");
    script.session.refuse(
      new ProtocolError("NOT_BINARY", "Cannot take text: send binary messages", "§1.2", "peer"),
    );
    expect(script.ended()).toEqual(ended("NOT_BINARY", "§1.2"));
  });

  it("refuses wrong codecs at the call", () => {
    expect(() => new Session({ role: "client", codecs: [] }, 0)).toThrow(RangeError);
    expect(() => new Session({ role: "client", codecs: ["raw", "raw"] }, 0)).toThrow(RangeError);
    expect(() => new Session({ role: "client", codecs: ["x".repeat(33)] }, 0)).toThrow(RangeError);
  });
});
