// Permits never leak: calls, streams, channels and pushes that end in every way, at random moments, over a network that
// is cut, with a server that drains at the end or dies. Every permit goes back once, and the server's events say the same.

import { call, channel, defineService, push, type ServerEvent, stream, unchecked } from "@sluice/net";
import { type SimRandom, simulate, simulateSeeds, type Simulation } from "@sluice/net/sim";
import { captureReported } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { simServer } from "./sim-service.js";
import { full, WatchGate } from "./watch-gate.js";

/** How the handler goes about its work. */
const HOWS = [
  "quick",
  "slow",
  "throws",
  "throws later",
  "waits for the abort",
  "is deaf",
  "unsendable",
] as const;
const asked = z.object({ how: z.enum(HOWS), ms: z.number().max(5000), items: z.number() });
type Asked = z.infer<typeof asked>;

const service = defineService("work", {
  one: call({ input: asked, output: unchecked<unknown>() }),
  many: stream({ input: asked, output: unchecked<unknown>() }),
  both: channel({ input: unchecked<Asked>(), output: unchecked<unknown>() }),
  take: push({ input: asked }),
});

interface Context {
  readonly signal: AbortSignal;
}

function handlersOf(sim: Simulation) {
  const work = async ({ how, ms }: Asked, { signal }: Context): Promise<unknown> => {
    if (how === "throws later" || how === "slow" || how === "is deaf") await sim.sleep(ms);
    if (how === "waits for the abort") {
      await new Promise<void>((_, reject) => {
        const stop = (): void => reject(signal.reason);
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      });
    }
    if (how === "throws later") throw new Error("later");
    return how === "unsendable" ? () => {} : ms;
  };
  const one = (input: Asked, context: Context): unknown => {
    if (input.how === "throws") throw new Error("at once");
    return input.how === "quick" ? input.ms : work(input, context);
  };
  return {
    one,
    many: (input: Asked, context: Context) => {
      if (input.how === "throws") throw new Error("at once");
      return (async function* () {
        for (let i = 0; i < input.items; i += 1) yield i;
        yield await work(input, context);
      })();
    },
    both: async function* (inputs: AsyncIterable<Asked>, context: Context) {
      for await (const input of inputs) yield await one(input, context);
    },
    take: async (input: Asked, context: Context) => {
      await one(input, context);
    },
  };
}

/** One request, and what the client does about it. */
async function ask(
  sim: Simulation,
  random: SimRandom,
  client: Awaited<ReturnType<ReturnType<typeof simServer<(typeof service)["routes"]>>["connect"]>>,
): Promise<"served" | "failed"> {
  await sim.sleep(random.int(0, 3000));
  const input = (): Asked => ({
    how: random.pick(HOWS),
    ms: random.chance(0.1) ? 9999 : random.int(0, 2000), // too much: a wrong input
    items: random.int(0, 300),
  });
  const stop = new AbortController();
  if (random.chance(0.3)) void sim.sleep(random.int(0, 1500)).then(() => stop.abort());
  const options = {
    signal: stop.signal,
    criticality: random.pick(["sheddable", "critical"] as const),
    ...(random.chance(0.3) ? { deadlineMs: random.int(1, 1500) } : {}),
  };
  const inputs = async function* () {
    for (let i = 0; i < 5; i += 1) {
      await sim.sleep(random.int(0, 200));
      if (random.chance(0.05)) throw new Error("the client's source failed");
      yield input();
    }
  };
  const requests = [
    () => client.one(input(), options),
    () => client.take(input(), options),
    () => client.many(input(), { ...options, window: random.pick([3, 64, "auto"] as const) }).toArray(),
    async () => {
      let left = random.int(0, 20);
      for await (const _ of client.many(input(), options).values({ prefetch: 2 })) if (left-- === 0) break;
    },
    () => client.both(inputs(), options).toArray(),
    async () => {
      for await (const _ of client.both(inputs(), options).values()) if (random.chance(0.3)) break;
    },
  ];
  return random
    .pick(requests)()
    .then(
      () => "served",
      () => "failed",
    );
}

async function run(sim: Simulation): Promise<string[]> {
  const random = sim.random.fork();
  const gate = new WatchGate(() => (random.chance(0.15) ? full : undefined));
  const door: WatchGate = new WatchGate(() => (door.asked > 1 && random.chance(0.1) ? full : undefined)); // not the first one
  const events: ServerEvent[] = [];
  const server = simServer(sim, service, handlersOf(sim), {
    delayMs: random.int(0, 40),
    admission: gate,
    connectionGate: door,
    onEvent: (event) => events.push(event),
    limits: { heartbeatMs: 500, resumeMs: random.pick([0, 1000, 30_000]) },
  });
  const client = await server.connect({ reconnect: { capMs: 300 }, limits: { heartbeatMs: 500 } });
  const requests = Array.from({ length: 25 }, () => ask(sim, random.fork(), client));
  for (let cuts = random.int(0, 3); cuts > 0; cuts -= 1) {
    await sim.sleep(random.int(0, 1500));
    server.link.cut();
  }
  if (random.chance(0.2)) await client.close();
  if (random.chance(0.5)) {
    await sim.sleep(random.int(0, 2000));
    await server.host().close({ drainMs: random.int(0, 1000) });
    await client.close();
  }
  await sim.sleep(8000);
  await client.close(); // some wait for the abort that this is
  const results = await Promise.all(requests);
  await server.host().close();
  await sim.sleep(20_000); // the deaf ones come to their end

  expect([gate.held, door.held]).toEqual([0, 0]);
  expect(gate.outcomes).toHaveLength(gate.asked - gate.refused);
  const ended = events.flatMap((event) => (event.kind === "ended" ? [event] : []));
  expect(ended.map(({ outcome }) => outcome)).toEqual(gate.outcomes);
  const keys = ended.map(({ connection, stream: id }) => `${connection}.${id}`);
  const opened = events.flatMap((event) =>
    event.kind === "opened" ? [`${event.connection}.${event.stream}`] : [],
  );
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.toSorted()).toEqual(opened.toSorted());
  const count = (kind: ServerEvent["kind"]): number => events.filter((event) => event.kind === kind).length;
  expect(count("disconnected")).toBe(count("connected"));
  expect(count("rejected")).toBe(gate.refused);
  return [...results, ...gate.outcomes];
}

describe("permits", () => {
  it("go back once each, whatever way streams, connections and the server end", {
    timeout: 60_000,
  }, async () => {
    const seen = new Set<string>();
    const reported = await captureReported(async () => {
      await simulateSeeds({ firstSeed: 1, seeds: 40, maxMs: 600_000 }, async (sim) => {
        for (const what of await run(sim)) seen.add(what);
      });
    });
    // A source that fails when its channel has ended already has nobody else to tell.
    expect(new Set(reported.map(String))).toEqual(new Set(["Error: the client's source failed"]));
    // What must have happened, or this has tested nothing.
    expect([...seen].toSorted()).toEqual(["failed", "failure", "ignored", "served", "success"]);
  });

  it("go the same way from the same seed", async () => {
    await captureReported(async () => {
      const { value } = await simulate({ seed: 11, twice: true, maxMs: 600_000 }, run);
      expect(value.length).toBeGreaterThan(25);
    });
  });
});
