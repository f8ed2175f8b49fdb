// Cancel in every state of a stream: the source is closed, nothing more is delivered, nothing stays behind.

import type { Flow, Subscription } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { bothWays, turns, until } from "./both-ways.js";
import { service, Works } from "./works.js";

for (const { name, open } of bothWays) {
  describe(`cancel over ${name}`, () => {
    it("before the first request opens nothing and ends nothing", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      take(client.upTo(1000), (credit) => credit.cancel());
      expect(await client.echo("after")).toBe("after");
      expect(works.running).toBe(0);
      expect(client.snapshot().streams).toEqual([]);
    });

    it("in the same turn as the first request closes the source, if it was begun at all", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      take(client.upTo(1000), (credit) => {
        credit.request(10);
        credit.cancel();
      });
      expect(await client.echo("after")).toBe("after");
      await until(() => works.running === 0 && client.snapshot().streams.length === 0);
    });

    it("while waiting for a slot leaves the line", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers, { limits: { peerStreams: 1 } });
      const first = take(client.late(1), (credit) => credit.request(10));
      await until(() => first.seen.length === 1);
      const second = take(client.late(1), (credit) => credit.request(10));
      second.credit?.cancel();
      first.credit?.cancel();
      expect(await client.echo("after")).toBe("after");
      expect([first.seen, second.seen, works.running]).toEqual([[0], [], 0]);
    });

    it("while the source is silent closes it", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      const stream = take(client.late(0), (credit) => credit.request(10));
      await until(() => works.running === 1);
      stream.credit?.cancel();
      await until(() => works.running === 0);
      expect([stream.seen, stream.ended]).toEqual([[], false]);
    });

    it("from within onNext, in the middle of a batch, delivers no item more", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      const seen: number[] = [];
      let credit: Subscription | undefined;
      client.upTo(1_000_000).subscribe({
        onSubscribe: (subscription) => {
          credit = subscription;
          subscription.request(Number.POSITIVE_INFINITY);
        },
        onNext: (item) => {
          seen.push(item);
          if (seen.length === 5) credit?.cancel();
        },
        onError: () => seen.push(-1),
        onComplete: () => seen.push(-2),
      });
      await until(() => seen.length >= 5 && works.running === 0);
      await turns(5);
      expect(seen).toEqual([0, 1, 2, 3, 4]);
      expect(works.reasons).toEqual([expect.objectContaining({ code: "CANCELLED" })]);
    });

    it("after the end does nothing", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      const stream = take(client.upTo(3), (credit) => credit.request(10));
      await until(() => stream.ended);
      stream.credit?.cancel();
      stream.credit?.request(5);
      expect(await client.echo("after")).toBe("after");
      expect(stream.seen).toEqual([0, 1, 2]);
    });

    it("by leaving a for-await loop closes the source", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      for await (const item of client.upTo(1_000_000, { window: 10 })) if (item === 3) break;
      await until(() => works.running === 0);
    });

    it("by a signal fails with its reason and closes the source, also from within onNext", async () => {
      const works = new Works();
      const { client } = await open(service, works.handlers);
      const controller = new AbortController();
      const seen: number[] = [];
      const done = client.upTo(1_000_000, { signal: controller.signal }).forEach((item) => {
        seen.push(item);
        if (item === 4) controller.abort(new Error("enough"));
      });
      await expect(done).rejects.toThrow("enough");
      await until(() => works.running === 0);
      expect(seen.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    });

    it("2,000 times leaves no stream and no handler behind", async () => {
      const works = new Works();
      // By default a peer that cancels so often is told to go away (protocol.md §7.4).
      const { client, serverSnapshot } = await open(service, works.handlers, {
        limits: { churnBurst: 2000 },
      });
      for (let i = 0; i < 2000; i += 1) {
        const stream = take(client.upTo(1000), (credit) => credit.request(1 + (i % 3)));
        if (i % 7 !== 0) stream.credit?.cancel();
        else await until(() => stream.seen.length > 0).then(() => stream.credit?.cancel());
      }
      await until(() => works.running === 0 && client.snapshot().streams.length === 0);
      expect(serverSnapshot()?.connections[0]?.streams ?? []).toEqual([]);
      expect(await client.echo("after")).toBe("after");
    });
  });
}

/** Subscribes with demand in the test's hand. */
function take(flow: Flow<number>, start: (credit: Subscription) => void) {
  const state = { seen: [] as number[], ended: false, credit: undefined as Subscription | undefined };
  flow.subscribe({
    onSubscribe: (credit) => {
      state.credit = credit;
      start(credit);
    },
    onNext: (item) => state.seen.push(item),
    onError: () => {
      state.ended = true;
    },
    onComplete: () => {
      state.ended = true;
    },
  });
  return state;
}
