// N8: one stream over a link with a round trip of 20 ms, which a proxy process makes. A fixed window can bring its
// items once in a round trip, and is to come near that; "auto" is to come near what unbounded demand brings, from the
// first second on, and to let nothing wait for long in front of a slow consumer.
import { fork } from "../harness/fork.mjs";
import { atLeast } from "../harness/bar.mjs";
import { contender } from "./contenders.mjs";
import { weightOf } from "./item.mjs";

const DELAY_MS = 10;
const TIMEOUT_MS = 60_000;
/** The slow consumer: four items in a round trip. */
const STEP_MS = 5;

const WINDOWS = { "window-1": 1, "window-32": 32, "window-256": 256, auto: "auto", unbounded: "none" };
// Some seconds with each.
const PEERS = { "mp-seq": 2_000_000, "raw-batched": 8_000_000 };

export const row = {
  id: "N8",
  isLong: true,
  title: "one stream at a round trip of 20 ms (proxy process, 10 ms each way), second 1 to 3",
  short: "one stream at a round trip of 20 ms",
  metrics: ["itemsPerSecond", "ofWindow", "roundTripMs", "queueTrips"],
  charts: ["itemsPerSecond"],
  contenders: [
    ...Object.keys(WINDOWS).map((name) => ({ ...contender("sluice-window"), name })),
    ...Object.keys(PEERS).map(contender),
  ],
  bars: [
    ...["window-1", "window-32", "window-256"].map(fills),
    atLeast("itemsPerSecond", "auto", 0.9, "unbounded"),
    {
      metric: "queueTrips",
      text: "auto <= 2 round trips",
      judge(figures) {
        const got = figures.auto?.queueTrips.max;
        return got === undefined ? undefined : { got, isRatio: false, pass: got <= 2 };
      },
    },
  ],
  repeat({ name, module }, { quick }) {
    return overLongLink(module, async (client) => {
      if (Object.hasOwn(PEERS, name)) return peer(client, PEERS[name] / (quick ? 10 : 1), quick);
      const window = WINDOWS[name];
      const times = quick ? { fromMs: 500, toMs: 1_000 } : { fromMs: 1_000, toMs: 3_000 };
      const { itemsPerSecond, roundTripMs } = await client.ask("windowed", { window, ...times });
      const ofWindow = typeof window === "number" ? (itemsPerSecond * roundTripMs) / (window * 1e3) : 0;
      const queueTrips =
        window === "auto"
          ? await client.ask("queueing", { window, stepMs: STEP_MS, ms: quick ? 1_000 : 4_000 })
          : 0;
      return { itemsPerSecond, ofWindow, roundTripMs, queueTrips };
    });
  },
};

async function peer(client, items, quick) {
  const times = { warmup: false, time: 0, iterations: 1 };
  const { msPerRun } = await client.ask("measure", {
    task: items,
    items,
    weight: weightOf(items),
    quick,
    times,
  });
  return { itemsPerSecond: (items * 1e3) / msPerRun, ofWindow: 0, roundTripMs: 0, queueTrips: 0 };
}

/** A server and a client process as in pair.mjs, and a third one between them. */
async function overLongLink(module, use) {
  const [server, proxy, client] = ["net-worker.mjs", "delay-proxy.mjs", "net-worker.mjs"].map((script) =>
    fork(script, TIMEOUT_MS),
  );
  try {
    const { port } = await server.ask("serve", { module });
    const far = await proxy.ask("delay", { port, delayMs: DELAY_MS });
    await client.ask("connect", { module, port: far.port });
    return await use(client);
  } finally {
    await Promise.all([client.stop(), proxy.stop(), server.stop()]);
  }
}

function fills(name) {
  return {
    metric: "ofWindow",
    text: `${name} >= 0.97 of window / measured round trip`,
    judge(figures) {
      const got = figures[name]?.ofWindow.median;
      return got === undefined ? undefined : { got, isRatio: true, pass: got >= 0.97 };
    },
  };
}
