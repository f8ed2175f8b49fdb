// What a request says of itself besides its input, and what the handler sees of it: urgency, criticality, the time
// that is left, and all of that inherited by a request that a handler makes itself.

import { range, type Subscription } from "@sluice/core";
import { call, defineService, type HandlerContext, stream, unchecked } from "@sluice/net";
import { link } from "@sluice/net/memory";
import { memoryPair } from "@sluice/net/kit";
import { serveTransport } from "@sluice/net";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it, onTestFinished } from "vitest";
import { turns, until } from "./both-ways.js";
import { delayedLink, pacedSink } from "./delayed-link.js";
import { SessionPeer } from "./session-peer.js";

const service = defineService("work", {
  one: call({ output: unchecked<unknown>() }),
  many: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

const seenBy = ({ urgency, criticality, deadlineMs }: HandlerContext) => ({
  urgency,
  criticality,
  deadlineMs,
});

describe("a request", () => {
  it("is of urgency 3 and critical when it says nothing", async () => {
    const client = await link(service, { one: (_, context) => seenBy(context), many: () => [] });
    onTestFinished(() => client.close());
    expect(await client.one()).toEqual({ urgency: 3, criticality: "critical", deadlineMs: undefined });
  });

  it("tells the handler its urgency and criticality", async () => {
    const client = await link(service, { one: (_, context) => seenBy(context), many: () => [] });
    onTestFinished(() => client.close());
    expect(await client.one(undefined, { urgency: 0, criticality: "sheddable", deadlineMs: 500 })).toEqual({
      urgency: 0,
      criticality: "sheddable",
      deadlineMs: 500,
    });
  });

  it.each([
    [{ urgency: 8 }, "Cannot set the urgency to 8: it must be an integer from 0 (first) to 7 (last)"],
    [{ urgency: 1.5 }, "Cannot set the urgency to 1.5: it must be an integer from 0 (first) to 7 (last)"],
    [
      { criticality: "vital" as never },
      "Cannot set the criticality to vital: it must be one of sheddable, sheddablePlus, critical, criticalPlus",
    ],
  ])("is refused at the call with %j", async (options, message) => {
    const client = await link(service, { one: () => 1, many: () => [] });
    onTestFinished(() => client.close());
    expect(() => client.one(undefined, options)).toThrow(new RangeError(message));
    expect(() => client.many(1, options)).toThrow(new RangeError(message));
  });

  it("that is urgent goes in front of one that began before it", async () => {
    const client = await link(service, { one: () => 1, many: (n) => range(0, n) });
    onTestFinished(() => client.close());
    const order: string[] = [];
    const take = (name: string, urgency: number): Promise<void> =>
      client
        .many(50_000, { urgency })
        .reduce((sum, n) => sum + n, 0)
        .then(() => void order.push(name));
    await Promise.all([take("last", 7), take("first", 0)]);
    expect(order).toEqual(["first", "last"]);
  });

  it("shows a new rank to a handler that is at work", async () => {
    let context: HandlerContext | undefined;
    const [near, far] = memoryPair();
    serveTransport(far, service, {
      one: (_, given) => {
        context = given;
        return new Promise(() => {});
      },
      many: () => [],
    });
    const peer = new SessionPeer(near, { role: "client", codecs: ["msgpack"] });
    onTestFinished(() => peer.close());
    await until(() => peer.of("ready").length === 1);
    const id = peer.session.open({ interaction: "call", method: "work.one", codec: "msgpack", demand: 1 });
    peer.session.complete(id as number);
    peer.flush();
    await until(() => context !== undefined);
    expect(context).toMatchObject({ urgency: 3, criticality: "critical" });
    peer.session.setUrgency(id as number, 1, "sheddable");
    peer.flush();
    await turns(5);
    expect(context).toMatchObject({ urgency: 1, criticality: "sheddable" });
  });
});

describe("a sheddable stream whose client takes nothing", () => {
  it("ends with STALLED on both sides: the client's error, the handler's signal, the server's hook", async () => {
    const clock = new VirtualClock({ maxTasks: 1_000_000 });
    const heard: unknown[] = [];
    let signal: AbortSignal | undefined;
    const { client } = await delayedLink(
      clock,
      10,
      service,
      {
        one: () => 1,
        many: (n, context) => {
          signal ??= context.signal;
          return range(0, n);
        },
      },
      { onHandlerError: (error, { during }) => void heard.push([error, during]) },
    );
    const failures: unknown[] = [];
    const items: number[] = [];
    let credit: Subscription | undefined;
    client.many(100, { window: 2, criticality: "sheddable" }).subscribe({
      onSubscribe: (subscription) => {
        credit = subscription;
        subscription.request(1);
      },
      onNext: (item) => items.push(item),
      onError: (error) => failures.push(error),
      onComplete: () => {},
    });
    const fine = pacedSink(clock, client.many(100, { window: 2 }), () => 1_000);
    clock.advance(59_000);
    expect(failures).toEqual([]);
    clock.advance(2_000);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ name: "AbortError", code: "STALLED" });
    expect(heard).toMatchObject([[{ code: "STALLED" }, "output"]]);
    clock.advance(60_000);
    expect(fine.taken).toBe(100);
    // What came before the error goes before it.
    expect([items, failures]).toEqual([[0], []]);
    credit?.request(10);
    expect(items).toEqual([0, 1, 2]);
    expect(failures).toMatchObject([
      {
        name: "RemoteError",
        code: "STALLED",
        status: 408,
        message: expect.stringMatching(
          /no credit .* limit of items is 3, stallMs is 60000; take items faster/,
        ),
      },
    ]);
  });
});

describe("a request that inherits from the one it is made for", () => {
  /** A client of a server whose handler asks a second server, in virtual time. */
  async function chain(ask: (back: Awaited<ReturnType<typeof backend>>, context: HandlerContext) => unknown) {
    const clock = new VirtualClock({ maxTasks: 1_000_000 });
    const back = await backend(clock);
    const { client } = await delayedLink(clock, 10, service, {
      one: (_, context) => ask(back, context) as Promise<unknown>,
      many: () => [],
    });
    return { clock, client, back };
  }

  async function backend(clock: VirtualClock) {
    const seen: HandlerContext[] = [];
    const { client } = await delayedLink(clock, 10, service, {
      one: (_, context) => {
        seen.push(context);
        return new Promise((_resolve, reject) => {
          context.signal.addEventListener("abort", () => reject(context.signal.reason));
        });
      },
      many: () => [],
    });
    return { client, seen };
  }

  it("has the time that is left, and its rank", async () => {
    const { clock, client, back } = await chain(async ({ client }, inherit) => {
      await clock.sleep(100);
      return client.one(undefined, { inherit });
    });
    const asked = client.one(undefined, { deadlineMs: 500, urgency: 1, criticality: "criticalPlus" });
    asked.catch(() => {});
    await clock.advanceSettled(200);
    // 500 at first, 10 on the way, 100 before it asked, 10 on the way: what a server is told is what was left there.
    expect(back.seen.map(seenBy)).toEqual([{ urgency: 1, criticality: "criticalPlus", deadlineMs: 400 }]);
    expect(back.seen[0]?.remainingMs()).toBeLessThan(400);
    await clock.advanceSettled(400);
    await expect(asked).rejects.toMatchObject({ name: "TimeoutError" });
    expect(back.seen[0]?.signal.aborted).toBe(true);
    expect(back.seen[0]?.remainingMs()).toBe(0);
  });

  it("says its own where it has them, but never has more time", async () => {
    const { clock, client, back } = await chain(({ client }, inherit) =>
      client.one(undefined, { inherit, urgency: 6, criticality: "sheddable", deadlineMs: 10_000 }),
    );
    client.one(undefined, { deadlineMs: 500, urgency: 1 }).catch(() => {});
    await clock.advanceSettled(100);
    expect(back.seen.map(seenBy)).toEqual([{ urgency: 6, criticality: "sheddable", deadlineMs: 500 }]);
    await clock.advanceSettled(600);
  });

  it("ends when the first one is given up, and by its own signal", async () => {
    const own = new AbortController();
    const { clock, client, back } = await chain(({ client }, inherit) =>
      Promise.allSettled([
        client.one(undefined, { inherit }),
        client.one(undefined, { inherit, signal: own.signal }),
      ]),
    );
    const abort = new AbortController();
    client.one(undefined, { signal: abort.signal }).catch(() => {});
    await clock.advanceSettled(100);
    expect(back.seen.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    own.abort();
    await clock.advanceSettled(100);
    expect(back.seen.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    abort.abort();
    await clock.advanceSettled(100);
    expect(back.seen.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it("is not begun when no time is left", async () => {
    const { clock, client, back } = await chain(async ({ client }, inherit) => {
      await clock.sleep(600);
      return client.one(undefined, { inherit });
    });
    client.one(undefined, { deadlineMs: 500 }).catch(() => {});
    await clock.advanceSettled(1_000);
    expect(back.seen).toEqual([]);
  });
});
