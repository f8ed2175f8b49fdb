// What goes into which message, and whose turn it is.

import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { TakeTurn } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";

const { open } = ScriptPeer;

function server(streams: number): ScriptPeer {
  const script = ScriptPeer.ready("server");
  for (let i = 0; i < streams; i++) script.sends(open(2 * i + 1, { items: Number.MAX_SAFE_INTEGER }));
  script.gets();
  script.events();
  return script;
}

/** A turn that sends a batch of ten items with `length` bytes, and always has more. */
function endless(script: ScriptPeer, length: number): TakeTurn {
  return (streamId) => {
    script.session.sendBatch(streamId, 10, new Uint8Array(length));
    return "more";
  };
}

function streamsOf(message: Uint8Array | undefined): number[] {
  const ids: number[] = [];
  if (message === undefined) return ids;
  readMessage(message, (frame) => {
    if (frame.kind === "items") ids.push(frame.streamId);
    return "more";
  });
  return ids;
}

describe("Session, messages", () => {
  it("§6.1 never lets CREDIT overtake the OPEN of its stream", () => {
    const script = ScriptPeer.ready("client");
    const ids = [1, 2, 3].map(() =>
      script.session.open({ interaction: "stream", method: "m", codec: "raw", demand: 1 }),
    );
    for (const id of ids) script.session.grantItems(id as number, 1000);
    expect(script.getsKinds()).toEqual(["open", "open", "open", "credit"]);
    script.session.grantItems(1, 10_000);
    expect(script.getsKinds()).toEqual(["credit"]);
  });

  it("§6.2 closes a message at 32 KiB while one stream is alone", () => {
    const script = server(1);
    script.session.offer(1);
    const message = script.session.transmit(0, endless(script, 1000));
    expect(message?.length).toBeGreaterThanOrEqual(32_768);
    expect(message?.length).toBeLessThan(32_768 + 1010);
    expect(script.session.waiting()).toBe("one");
  });

  it("§6.2 closes a message at 16 KiB while another stream waits, and the next one is theirs", () => {
    const script = server(3);
    for (const id of [1, 3, 5]) script.session.offer(id);
    const first = script.session.transmit(0, endless(script, 1000));
    expect(first?.length).toBeLessThan(16_384 + 1010);
    expect(new Set(streamsOf(first))).toEqual(new Set([1]));
    expect(script.session.waiting()).toBe("several");
    const second = script.session.transmit(0, endless(script, 1000));
    expect(new Set(streamsOf(second))).toEqual(new Set([3]));
  });

  it("§6.2 closes a message at 16 KiB behind a reply, and the reply is first in it", () => {
    const script = server(2);
    script.session.offer(1);
    expect(script.session.sendBatch(3, 1, new Uint8Array(50))).toBe("sent");
    const message = script.session.transmit(0, endless(script, 1000));
    expect(message?.length).toBeGreaterThanOrEqual(16_384);
    expect(message?.length).toBeLessThan(16_384 + 1010);
    expect(streamsOf(message)[0]).toBe(3);
  });

  it("§6.3 gives streams of one urgency the same bytes, whether their items are large or small", () => {
    const script = server(5);
    const sent = new Map<number, number>();
    for (let id = 1; id <= 9; id += 2) script.session.offer(id);
    const take: TakeTurn = (streamId) => {
      const length = 100 * streamId;
      if (script.session.sendBatch(streamId, 1, new Uint8Array(length)) === "sent") {
        sent.set(streamId, (sent.get(streamId) ?? 0) + length);
      }
      return "more";
    };
    for (let i = 0; i < 12; i++) {
      script.session.transmit(0, take);
      const bytes = [1, 3, 5, 7, 9].map((id) => sent.get(id) ?? 0);
      expect(Math.max(...bytes) - Math.min(...bytes)).toBeLessThanOrEqual(16_384 + 900);
    }
    expect(Math.min(...sent.values())).toBeGreaterThan(16_384);
  });

  it("§6.3 asks a source for what is left of its stream's quantum", () => {
    const script = server(2);
    for (const id of [1, 3]) script.session.offer(id);
    const targets: [number, number][] = [];
    const take: TakeTurn = (streamId, { target }) => {
      targets.push([streamId, target]);
      script.session.sendBatch(streamId, 1, new Uint8Array(9995));
      return "more";
    };
    script.session.transmit(0, take);
    script.session.transmit(0, take);
    script.session.transmit(0, take);
    // A frame of it takes 10,000 bytes. Two are 3,616 too many, which the next quantum lacks.
    expect(targets).toEqual([
      [1, 16_384],
      [1, 6_384],
      [3, 16_384],
      [3, 6_384],
      [1, 12_768],
      [1, 2_768],
    ]);
  });

  it("sends a lone item at once, in a message of its own", () => {
    const script = server(1);
    expect(script.session.sendBatch(1, 1, new Uint8Array([7]))).toBe("sent");
    expect([...(script.session.transmit(0) ?? [])]).toEqual([0x23, 1, 2, 1, 7]);
    expect(script.session.transmit(0)).toBeUndefined();
    expect(script.session.waiting()).toBe("nothing");
  });

  it("asks no source while the transport has no room, and control goes all the same", () => {
    const script = server(1);
    let asked = 0;
    script.session.offer(1);
    script.sends({ kind: "ping", opaque: new Uint8Array(8) });
    expect(script.session.transmit(0)?.[0]).toBe(0x0d);
    expect(script.session.transmit(0)).toBeUndefined();
    expect(script.session.waiting()).toBe("one");
    script.session.transmit(0, () => {
      asked++;
      return "idle";
    });
    expect(asked).toBe(1);
  });

  it("asks no source without credit, and asks again when credit comes", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { items: 1 }));
    const asked: number[] = [];
    const take: TakeTurn = (streamId, turn) => {
      asked.push(turn.items);
      script.session.sendBatch(streamId, 1, new Uint8Array(1));
      return "more";
    };
    script.session.offer(1);
    script.session.transmit(0, take);
    script.session.transmit(0, take);
    expect(asked).toEqual([1]);
    script.sends({ kind: "credit", streams: undefined, entries: [{ streamId: 1, items: 3, bytes: 1000 }] });
    script.session.transmit(0, take);
    expect(asked).toEqual([1, 2, 1]);
  });

  it("does not spin on a stream whose next item its credit does not cover", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { items: 10, bytes: 500 }));
    let turns = 0;
    const take: TakeTurn = (streamId) => {
      turns++;
      script.session.sendBatch(streamId, 1, new Uint8Array(1000));
      return "more";
    };
    script.session.offer(1);
    expect(script.session.transmit(0, take)).toBeUndefined();
    expect(script.session.transmit(0, take)).toBeUndefined();
    expect(turns).toBe(1);
    script.session.tick(100);
    expect(script.gets()).toEqual([
      { kind: "blocked", streamId: 1, limit: "bytes", value: 500, backlog: 1, needed: 0 },
    ]);
    // Nor is it asked again by credit that does not cover it either (H7: an item encoded anew for each byte).
    for (let bytes = 501; bytes < 1016; bytes += 100) {
      script.sends({ kind: "credit", streams: undefined, entries: [{ streamId: 1, items: 10, bytes }] });
      expect(script.session.transmit(0, take)).toBeUndefined();
    }
    expect(turns).toBe(1);
    script.sends({ kind: "credit", streams: undefined, entries: [{ streamId: 1, items: 10, bytes: 2000 }] });
    expect(streamsOf(script.session.transmit(0, take))).toEqual([1]);
  });

  it("never exceeds the peer's messageBytes, and a large item is not overtaken for ever", () => {
    const peer = { messageBytes: 20_000, metadataBytes: 100 };
    const script = ScriptPeer.ready("server", {}, peer);
    script.sends(open(1), open(3));
    const order: number[] = [];
    const take: TakeTurn = (streamId) => {
      const answer = script.session.sendBatch(streamId, 1, new Uint8Array(streamId === 1 ? 19_000 : 3000));
      if (answer === "sent") order.push(streamId);
      return "more";
    };
    script.session.offer(3);
    script.session.offer(1);
    for (let i = 0; i < 6; i++) {
      const message = script.session.transmit(0, take);
      expect(message?.length).toBeLessThanOrEqual(20_000);
    }
    expect(order.filter((id) => id === 1).length).toBeGreaterThanOrEqual(2);
  });

  it("splits what many OPENs take over messages that the peer accepts", () => {
    const script = ScriptPeer.ready("client", {}, { messageBytes: 20_000, metadataBytes: 10_000 });
    const metadata = new Uint8Array(9000);
    for (let i = 0; i < 6; i++) {
      const id = script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1, metadata });
      expect(script.session.sendBatch(id as number, 1, new Uint8Array([i]))).toBe("sent");
    }
    const kinds: string[] = [];
    for (let m = script.session.transmit(0); m !== undefined; m = script.session.transmit(0)) {
      expect(m.length).toBeLessThanOrEqual(20_000);
      readMessage(m, (frame) => {
        kinds.push(
          frame.kind === "open" || frame.kind === "items" ? `${frame.kind} ${frame.streamId}` : frame.kind,
        );
        return "more";
      });
    }
    expect(kinds.length).toBe(12);
    for (let id = 1; id <= 11; id += 2) {
      expect(kinds.indexOf(`open ${id}`)).toBeLessThan(kinds.indexOf(`items ${id}`));
    }
  });

  it("says nothing of a batch that does not fit, whatever is left of the message", () => {
    const script = server(1);
    expect(script.session.sendBatch(1, 10, new Uint8Array(32_768))).toBe("sent");
    expect(script.session.sendBatch(1, 10, new Uint8Array(10))).toBe("message-full");
    script.session.complete(1);
    script.gets();
    expect(script.session.sendBatch(1, 10, new Uint8Array(10))).toBe("ended");
  });
});
