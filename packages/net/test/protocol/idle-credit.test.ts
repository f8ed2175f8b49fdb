// H4 and H19 of the threats: credit that leaks away or lies idle is memory that nobody has.

import { describe, expect, it } from "vitest";
import type { MemoryAccount } from "@sluice/core";
import type { ReceiveFigures } from "../../src/protocol/session/session-api.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { JoinedPair } from "./joined-pair.js";

class Charges implements MemoryAccount {
  used = 0;
  most = 0;

  tryCharge(bytes: number): boolean {
    this.used += bytes;
    this.most = Math.max(this.most, this.used);
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

const SHARE = 1_024;
const STREAMS = 200;
const SETTINGS = {
  ownStreams: STREAMS,
  peerStreams: STREAMS,
  shareBytes: SHARE,
  itemBytes: 50_000,
  receiveBudget: 2 * STREAMS * SHARE + 400_000,
  idleMs: 1_000,
  churnBurst: 1_000_000,
  unfinishedHandlers: 1_000,
};

function setUp(): { pair: JoinedPair; account: Charges } {
  const account = new Charges();
  const pair = new JoinedPair({ client: SETTINGS, server: SETTINGS }, ["raw"], { client: account });
  pair.run();
  return { pair, account };
}

function open(pair: JoinedPair): number {
  return pair.open({ demand: Number.POSITIVE_INFINITY });
}

/** Lets time pass, a tick a heartbeat or less, with everything said delivered. */
function pass(pair: JoinedPair, ms: number): void {
  for (let left = ms; left > 0; left -= 500) {
    pair.now += 500;
    pair.client.tick(pair.now);
    pair.server.tick(pair.now);
    pair.run();
  }
}

/** Sends items of `size` bytes from the server and takes them, until the window is as wide as it gets. */
function grow(pair: JoinedPair, ids: readonly number[], size: number): void {
  for (let round = 0; round < 6; round++) {
    // Only what is covered: a stream that says what it needs is not idle.
    for (const id of ids)
      while (
        pair.server.sendable(id).bytes >= size + 16 &&
        pair.server.sendBatch(id, 1, new Uint8Array(size)) === "sent"
      );
    pair.run();
    for (const id of ids) {
      const held = pair.client.figures(id)?.receiveItems.held ?? 0;
      if (held > 0) pair.client.consumed(id, held);
    }
    pair.run();
  }
}

describe("byte credit", () => {
  it("H19 memory by idle credit: 10,000 streams that were busy and fell idle pin no window", () => {
    const { pair, account } = setUp();
    for (let batch = 0; batch < 50; batch++) {
      const ids = Array.from({ length: STREAMS }, () => open(pair));
      for (const id of ids) pair.client.complete(id);
      pair.run();
      grow(pair, ids.slice(0, 20), 900);
      expect(account.used).toBeGreaterThan(STREAMS * SHARE + 10_000);
      pass(pair, 3 * SETTINGS.idleMs);
      expect(account.used).toBe(STREAMS * SHARE);
      for (const id of ids) {
        const figures = pair.client.figures(id)?.receiveBytes as ReceiveFigures;
        expect(figures.granted - figures.consumed - figures.returned).toBeLessThanOrEqual(SHARE);
        pair.server.complete(id);
      }
      pair.run();
      expect(account.used).toBe(0);
    }
    expect(account.most).toBeLessThanOrEqual(SETTINGS.receiveBudget);
  });

  it("H19 memory by idle credit: a drained stream goes on, at the share and then faster", () => {
    const { pair, account } = setUp();
    const id = open(pair);
    pair.client.complete(id);
    pair.run();
    grow(pair, [id], 900);
    pass(pair, 3_000);
    expect(account.used).toBe(SHARE);
    const before = pair.client.figures(id)?.receiveItems.consumed ?? 0;
    grow(pair, [id], 900);
    expect(pair.client.figures(id)?.receiveItems.consumed).toBeGreaterThan(before + 6);
    expect(account.used).toBeGreaterThan(SHARE);
  });

  it("H4 credit leak: 3,000 streams ended in any way with loans on every stretch of it leave nothing behind", () => {
    const { pair, account } = setUp();
    const failure = streamFailure("INTERNAL", "on purpose");
    let round = 0;
    for (let opened = 0; opened < 3_000; opened += 30) {
      const ids = Array.from({ length: 30 }, () => open(pair));
      pair.run();
      for (const id of ids) {
        round = (round * 48_271 + 11) % 2_147_483_647;
        // A need that waits or is met, an item that is sent, held or half taken; then an end from either side.
        pair.server.sendBatch(id, 1, new Uint8Array(20_000 + (round % 30_000)));
        if (round % 3 > 0) move(pair, round % 4);
        pair.server.sendBatch(id, 1, new Uint8Array(20_000));
        if (round % 5 === 0) pass(pair, 500);
        const held = pair.client.figures(id)?.receiveItems.held ?? 0;
        if (round % 7 < 3 && held > 0) pair.client.consumed(id, held);
        const end = round % 6;
        if (end === 0) pair.client.cancel(id);
        else if (end === 1) pair.server.complete(id);
        else if (end === 2) pair.server.fail(id, failure);
        else if (end === 3) pair.client.fail(id, failure);
        else if (end === 4) pair.server.reject(id, failure);
        else pair.server.cancel(id);
      }
      pair.run();
      for (const id of ids) {
        pair.client.cancel(id);
        pair.server.complete(id);
        pair.server.released(id);
      }
      pair.run();
      expect(account.used).toBe(0);
    }
    const id = open(pair);
    pair.run();
    pair.server.sendBatch(id, 1, new Uint8Array(50_000));
    pair.run();
    expect(pair.server.sendBatch(id, 1, new Uint8Array(50_000))).toBe("sent");
  });
});

/** Moves a few messages, so that ends meet needs, grants and items in any state. */
function move(pair: JoinedPair, count: number): void {
  for (let i = 0; i < count; i++) {
    pair.transmit("server");
    pair.deliver("server");
    pair.transmit("client");
    pair.deliver("client");
  }
}
