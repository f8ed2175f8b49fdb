// What a handler asks of another server has the deadline, signal and rank of the request that it handles, without
// being told to: over real sockets, since it is Node that remembers.

import { mergeMap, range } from "@sluice/core";
import {
  call,
  channel,
  type Client,
  defineService,
  type HandlerContext,
  stream,
  unchecked,
} from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "./both-ways.js";

const facts = (context: HandlerContext) => ({
  urgency: context.urgency,
  criticality: context.criticality,
  left: context.remainingMs(),
  metadata: { ...context.metadata },
});
type Facts = ReturnType<typeof facts>;

const back = defineService("back", {
  facts: call({ output: unchecked<Facts>() }),
  forever: call(),
  many: stream({ output: unchecked<Facts>() }),
});
const front = defineService("front", {
  plain: call({ output: unchecked<Facts>() }),
  late: call({ output: unchecked<Facts>() }),
  alone: call({ output: unchecked<Facts>() }),
  own: call({ output: unchecked<Facts>() }),
  generator: stream({ output: unchecked<Facts>() }),
  flow: stream({ output: unchecked<Facts>() }),
  mapped: stream({ output: unchecked<Facts>() }),
  talk: channel({ input: unchecked<number>(), output: unchecked<Facts>() }),
  wait: call(),
});

const reasons: unknown[] = [];
let ask: Client<(typeof back)["routes"]>;
let client: Client<(typeof front)["routes"]>;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const backServer = await serve(back, {
    facts: (_, context) => facts(context),
    forever: (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(reasons.push(signal.reason)));
      }),
    many: (_, context) => [facts(context)],
  });
  ask = await connect(backServer.url, back);
  const frontServer = await serve(front, {
    plain: () => ask.facts(),
    late: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return ask.facts();
    },
    alone: () => ask.facts(undefined, { inherit: false }),
    own: () => ask.facts(undefined, { urgency: 6, deadlineMs: 50, metadata: { own: "yes" } }),
    generator: async function* () {
      for (let i = 0; i < 3; i += 1) yield await ask.facts();
    },
    flow: () => ask.many(),
    mapped: () => range(0, 40).pipe(mergeMap(() => ask.many(), { concurrency: 8 })),
    talk: (input) => input.pipe(mergeMap(() => ask.many(), { concurrency: 4 })),
    wait: () => ask.forever(),
  });
  client = await connect(frontServer.url, front);
  ends.push(
    () => client.close(),
    () => frontServer.close(),
    () => ask.close(),
    () => backServer.close(),
  );
});

afterAll(async () => {
  for (const end of ends) await end();
});

describe("what a handler asks of another server", () => {
  const told = {
    deadlineMs: 5_000,
    urgency: 1,
    criticality: "sheddablePlus",
    metadata: { id: "7" },
  } as const;

  function expectInherited(seen: Facts | undefined): void {
    expect(seen).toMatchObject({ urgency: 1, criticality: "sheddablePlus", metadata: {} });
    expect(seen?.left).toBeGreaterThan(3_000);
    expect(seen?.left).toBeLessThanOrEqual(5_000);
  }

  it("has its deadline and rank, and not its metadata", async () => {
    expectInherited(await client.plain(undefined, told));
  });

  it("has them after whatever the handler awaited", async () => {
    expectInherited(await client.late(undefined, told));
  });

  it.each(["generator", "flow", "mapped"] as const)("has them in a stream: %s", async (route) => {
    const seen = await client[route](undefined, told).toArray();
    expect(seen.length).toBeGreaterThan(0);
    for (const each of seen) expectInherited(each);
  });

  it("has them for each item of a channel", async () => {
    const seen = await client.talk(range(0, 20), told).toArray();
    expect(seen).toHaveLength(20);
    for (const each of seen) expectInherited(each);
  });

  it("has none of them when it says inherit: false", async () => {
    expect(await client.alone(undefined, told)).toEqual({
      urgency: 3,
      criticality: "critical",
      left: undefined,
      metadata: {},
    });
  });

  it("says its own where it has them", async () => {
    const seen = await client.own(undefined, told);
    expect(seen).toMatchObject({ urgency: 6, criticality: "sheddablePlus", metadata: { own: "yes" } });
    expect(seen.left).toBeLessThanOrEqual(50);
  });

  it("is of its own request when many are handled at once", async () => {
    const ranks = Array.from({ length: 64 }, (_, i) => i % 8);
    const seen = await Promise.all(ranks.map((urgency) => client.late(undefined, { urgency })));
    expect(seen.map(({ urgency }) => urgency)).toEqual(ranks);
  });

  it("ends when the request is given up", async () => {
    const controller = new AbortController();
    const waiting = client.wait(undefined, { signal: controller.signal });
    waiting.catch(() => {});
    await until(() => ask.snapshot().streams.length === 1);
    controller.abort();
    await until(() => reasons.length === 1);
    expect(reasons).toEqual([expect.objectContaining({ name: "AbortError", code: "CANCELLED" })]);
  });

  it("inherits nothing outside of a handler", async () => {
    expect((await ask.facts()).left).toBeUndefined();
  });
});
