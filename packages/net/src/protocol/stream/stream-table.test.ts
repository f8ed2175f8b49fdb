import { describe, expect, it } from "vitest";
import { Pool } from "../credit/pool.js";
import { MAX_POSITION, settingsOf } from "../limits.js";
import { Inbound } from "./inbound.js";
import { Outbound } from "./outbound.js";
import { Stream } from "./stream.js";
import { openerOf, ordinalOf, streamIdOf } from "./stream-id.js";
import { StreamTable } from "./stream-table.js";

const settings = settingsOf("server");
const pool = new Pool({ receiveBudget: 1_000_000, shareBytes: 16_384, streams: 4, largestCharge: 1_000 });

function stream(id: number, openedBy: "us" | "peer"): Stream {
  return new Stream(id, openedBy, "stream", new Inbound(id, settings, 1, pool), new Outbound(settings, 1, 1));
}

describe("stream-id", () => {
  it("§3.1 counts odd for clients, even for servers, without a gap", () => {
    expect([1, 2, 3].map((n) => streamIdOf("client", n))).toEqual([1, 3, 5]);
    expect([1, 2, 3].map((n) => streamIdOf("server", n))).toEqual([2, 4, 6]);
    for (let id = 1; id < 20; id++) expect(streamIdOf(openerOf(id), ordinalOf(id))).toBe(id);
  });

  it("§3.1 comes to an end", () => {
    expect(streamIdOf("client", 2 ** 52)).toBe(MAX_POSITION);
    expect(streamIdOf("client", 2 ** 52 + 1)).toBeUndefined();
    expect(streamIdOf("server", 2 ** 52)).toBeUndefined();
  });
});

describe("StreamTable", () => {
  it("tells what never was from what is over, without remembering all of it", () => {
    const table = new StreamTable("server", { peerStreams: 1, ownStreams: 0 }, 0);
    for (const id of [1, 3, 5]) {
      expect(table.find(id)).toBe("never-opened");
      const opened = stream(id, "peer");
      table.add(opened);
      expect(table.find(id)).toBe(opened);
      table.remove(opened);
      table.grantSlots();
    }
    expect([1, 3, 5, 7].map((id) => table.find(id))).toEqual([
      "long-closed",
      "recently-closed",
      "recently-closed",
      "never-opened",
    ]);
  });

  it("opens no more than either side allows", () => {
    const table = new StreamTable("client", { peerStreams: 0, ownStreams: 2 }, 3);
    const streams = [1, 3].map((id) => {
      expect(table.nextId()).toBe(id);
      const opened = stream(id, "us");
      table.add(opened);
      return opened;
    });
    expect(table.nextId()).toBe("no-slot");
    table.remove(streams[0] as Stream);
    expect(table.nextId()).toBe(5);
    table.add(stream(5, "us"));
    table.remove(streams[1] as Stream);
    expect(table.nextId()).toBe("no-slot");
    table.ourSlots.raise(4);
    expect(table.nextId()).toBe(7);
  });

  it("says when its ids are used up", () => {
    const table = new StreamTable("server", { peerStreams: 1, ownStreams: 1 }, MAX_POSITION);
    table.ourSlots.spend(2 ** 52 - 1);
    expect(table.nextId()).toBe("exhausted");
  });
});
