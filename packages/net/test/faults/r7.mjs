// R7: a soak. Mixed load with faults for a while: calls, streams, large items, cancels, cuts, delays, slow readers. The heap
// of neither side grows, and nothing is left open at the end.
import { retryBudget } from "@sluice/gates";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "@sluice/net/node";
import { startChild } from "./commands.mjs";
import { service } from "./service.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function r7({ minutes, say = () => {} }) {
  const before = openHandles();
  const server = startChild(here("server.mjs"), ["0", ""], ["--expose-gc"]);
  const proxy = startChild(here("proxy.mjs"));
  const port = await proxy.ask("listen", { to: await server.ask("port") });
  const counts = { calls: 0, items: 0, blobs: 0, cancels: 0, lost: 0, cuts: 0, wrong: [] };
  const clients = await Promise.all(
    Array.from({ length: 8 }, () =>
      connect(`ws://127.0.0.1:${port}`, service, {
        reconnect: { baseMs: 5, capMs: 100 },
        retryBudget: retryBudget({ capacity: 10_000, minPerSecond: 1_000 }),
      }),
    ),
  );
  let isOver = false;
  const work = clients.flatMap((client) => [
    repeat(() => call(client, counts)),
    repeat(() => records(client, counts)),
    repeat(() => slowly(client, counts)),
    repeat(() => blobs(client, counts)),
    repeat(() => cancelled(client, counts)),
  ]);
  async function repeat(step) {
    while (!isOver) {
      try {
        await step();
      } catch (error) {
        // The end of a connection ends what cannot go on; anything else is a fault.
        if (error?.name === "ConnectionLostError") counts.lost += 1;
        else counts.wrong.push(String(error));
      }
      await sleep(5);
    }
  }
  const faults = (async () => {
    for (let n = 0; !isOver; n += 1) {
      await sleep(700);
      counts.cuts += 1;
      if (n % 5 === 4) await proxy.ask("set", { delayMs: n % 10 === 4 ? 5 : 0 });
      else await proxy.ask(["cut", "reset", "halfOpen"][n % 3]);
    }
  })();
  const samples = [];
  const end = performance.now() + minutes * 60_000;
  const every = Math.max(1000, (minutes * 60_000) / 60);
  let told = performance.now();
  while (performance.now() < end) {
    await sleep(Math.min(every, end - performance.now()));
    globalThis.gc?.();
    const here = process.memoryUsage().heapUsed;
    samples.push({ minute: performance.now() / 60_000, here, there: await server.ask("heap") });
    if (performance.now() - told < 15_000) continue;
    told = performance.now();
    const { calls, items, cuts, lost } = counts;
    const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
    say(
      `${calls} calls, ${items} items, ${cuts} faults, ${lost} lost; heaps ${mib(here)} and ${mib(samples.at(-1).there)} MiB`,
    );
  }
  isOver = true;
  await Promise.all([...work, faults]);
  await proxy.ask("set", {});
  // Everybody is connected again: a client that closes while its session waits leaves it to the server's resumeMs.
  await Promise.all(clients.map((client) => client.mark({ id: -1, delayMs: 0 })));
  await Promise.all(clients.map((client) => client.close()));
  await sleep(500);
  const left = await server.ask("snapshot");
  const { uncaught } = await server.ask("errors");
  await proxy.close();
  const { code } = await server.close();
  // Pipes of children that have ended take a moment, on a busy machine more.
  for (let i = 0; i < 50 && openHandles().length > before.length; i += 1) await sleep(100);
  // The first quarter is the warm-up of caches and compilers.
  const steady = samples.slice(Math.floor(samples.length / 4));
  return {
    minutes,
    ...counts,
    wrong: counts.wrong.slice(0, 5),
    heapMiB: range(samples.map(({ here }) => here)),
    serverHeapMiB: range(samples.map(({ there }) => there)),
    slopeKiBPerMinute: slope(steady, "here"),
    serverSlopeKiBPerMinute: slope(steady, "there"),
    left,
    openHandles: openHandles().length - before.length,
    uncaught,
    serverExit: code,
  };
}

async function call(client, counts) {
  const id = counts.calls;
  counts.calls += 1;
  const answer = await client.mark({ id, delayMs: id % 7 });
  if (answer !== id) counts.wrong.push(`call ${id} was answered ${answer}`);
}

async function records(client, counts) {
  let next = 0;
  for await (const { id } of client.records({ count: 2000, size: 100 }, { window: 256 })) {
    if (id !== next) counts.wrong.push(`record ${id} instead of ${next}`);
    next += 1;
    counts.items += 1;
  }
}

async function slowly(client, counts) {
  let next = 0;
  for await (const { id } of client.records({ count: 100, size: 2000 }, { window: 4 })) {
    if (id !== next) counts.wrong.push(`slow record ${id} instead of ${next}`);
    next += 1;
    counts.items += 1;
    await sleep(10);
  }
}

async function blobs(client, counts) {
  let next = 0;
  for await (const blob of client.blobs({ count: 5, size: 200_000 }, { window: 2 })) {
    if (blob.length !== 200_000 || blob[0] !== (next & 0xff) || blob.at(-1) !== (next & 0xff)) {
      counts.wrong.push(`blob ${next} is another one`);
    }
    next += 1;
    counts.blobs += 1;
  }
}

async function cancelled(client, counts) {
  let left = 50;
  for await (const _ of client.once({ count: 1e9, size: 50 }, { window: 32 })) {
    left -= 1;
    if (left === 0) break;
  }
  counts.cancels += 1;
}

/** Least squares, KiB a minute. */
function slope(samples, side) {
  const n = samples.length;
  const x = samples.reduce((sum, { minute }) => sum + minute, 0) / n;
  const y = samples.reduce((sum, sample) => sum + sample[side], 0) / n;
  const above = samples.reduce((sum, sample) => sum + (sample.minute - x) * (sample[side] - y), 0);
  const below = samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  return Math.round(above / below / 1024);
}

function range(values) {
  const mib = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
  return { first: mib(values[0]), most: mib(Math.max(...values)), last: mib(values.at(-1)) };
}

function openHandles() {
  // The outputs of this process are handles as soon as somebody has looked at them: now, and not in between.
  void [process.stdout.isTTY, process.stderr.isTTY];
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCP|Pipe|Timeout|Immediate|Process)/.test(kind));
}

export function r7Broken(result) {
  return [
    result.wrong.length === 0 ? "" : "each item once, in order, each call its own answer",
    result.calls > 0 && result.items > 0 && result.blobs > 0 && result.cancels > 0
      ? ""
      : "all kinds of load went on",
    // Two minutes tell a leak from noise above a MiB a minute; an hour above a tenth of that.
    Math.max(result.slopeKiBPerMinute, result.serverSlopeKiBPerMinute) <= (result.minutes >= 30 ? 100 : 1024)
      ? ""
      : "heaps do not grow",
    result.left.connections === 0 && result.left.streams === 0
      ? ""
      : "no connection or stream left at the server",
    result.openHandles <= 0 ? "" : "no open handle left",
    result.uncaught === 0 ? "" : "nothing uncaught in the server",
    result.serverExit === 0 ? "" : "no handle left open in the server",
  ].filter((text) => text !== "");
}
