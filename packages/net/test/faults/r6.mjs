// R6: clients with streams that can go on, through a rolling restart of three servers that say GOAWAY: nothing is lost or
// doubled, and nobody comes back outside of the spread that was told.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "@sluice/net/node";
import { startChild } from "./commands.mjs";
import { service } from "./service.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Time for dialling and HELLO beside that of all the others, which the spread does not count. */
const HANDSHAKE_MS = 1500;

/** Clients that connect at once at the beginning, which is no part of what is looked at. */
const TOGETHER = 25;

export async function r6({
  clients: count,
  drainMs,
  reconnectAfterMs,
  spreadMs,
  everyMs = 100,
  say = () => {},
}) {
  const servers = await Promise.all([0, 1, 2].map(() => up("0")));
  const urls = servers.map(({ port }) => `ws://127.0.0.1:${port}`);
  const waits = [];
  const wrong = [];
  const clients = [];
  for (let n = 0; n < count; n += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - n) }, (_, i) => begin(n + i));
    clients.push(...(await Promise.all(some)));
    if (clients.length % 250 === 0) say(`${clients.length} clients are connected`);
  }
  async function begin(n) {
    const entry = { client: undefined, next: 0, leftAt: 0, running: undefined };
    // Each begins at a server of its own, and knows the others.
    const own = [0, 1, 2].map((i) => urls[(n + i) % 3]);
    entry.client = await connect(own, service, {
      onState: (state) => {
        if (state === "reconnecting") entry.leftAt = performance.now();
        else if (state === "open" && entry.leftAt > 0) waits.push(performance.now() - entry.leftAt);
      },
    });
    entry.running = run(entry, everyMs, wrong);
    return entry;
  }
  await sleep(500);
  for (const [i, server] of servers.entries()) {
    const before = waits.length;
    const from = performance.now();
    const closed = server.child.close({ drainMs, reconnectAfterMs, spreadMs, reason: "rolling restart" });
    const { code } = await closed;
    if (code !== 0) wrong.push(`server ${i} ended with ${code}`);
    servers[i] = await up(String(server.port));
    // All that left it are somewhere else before the next one goes: as a rolling restart does it.
    const latest = from + reconnectAfterMs + spreadMs + HANDSHAKE_MS;
    while (clients.some(({ client }) => client.state !== "open") && performance.now() < latest)
      await sleep(20);
    say(`server ${i + 1} of 3 is restarted, ${waits.length - before} clients went elsewhere`);
  }
  const answers = await Promise.all(clients.map(({ client }, id) => client.mark({ id, delayMs: 0 })));
  const positions = clients.map(({ next }) => next);
  await sleep(3 * everyMs);
  const stuck = clients.filter(({ next }, n) => next === positions[n]).length;
  for (const { client } of clients) void client.close();
  await Promise.all(clients.map(({ client }) => client.closed));
  await Promise.all(clients.map(({ running }) => running));
  const ends = await Promise.all(servers.map(({ child }) => child.close()));
  waits.sort((a, b) => a - b);
  const at = (part) => Math.round(waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0);
  return {
    clients: count,
    reconnects: waits.length,
    answered: answers.filter((answer, n) => answer === n).length,
    stuck,
    wrong: wrong.slice(0, 5),
    told: { reconnectAfterMs, spreadMs },
    waitedMs: { least: at(0), median: at(0.5), p99: at(0.99), most: at(1) },
    // Of ten equal parts of the spread, the fullest holds so many of the clients; a herd would be 1.
    fullestTenth:
      Math.round((fullest(waits, reconnectAfterMs, spreadMs) / Math.max(1, waits.length)) * 100) / 100,
    items: clients.reduce((sum, { next }) => sum + next, 0),
    serverExits: ends.map(({ code }) => code),
  };
}

async function run(entry, everyMs, wrong) {
  try {
    for await (const id of entry.client.clock({ everyMs }, { window: 8 })) {
      if (id !== entry.next) wrong.push(`got ${id} instead of ${entry.next}`);
      entry.next = id + 1;
    }
  } catch (error) {
    // Ended by this test's own close, at the very end.
    if (entry.client.state !== "closed") wrong.push(String(error));
  }
}

async function up(port) {
  const child = startChild(here("server.mjs"), [port, ""]);
  return { child, port: await child.ask("port") };
}

function fullest(waits, from, spread) {
  const tenths = new Array(11).fill(0);
  for (const wait of waits) tenths[Math.max(0, Math.min(10, Math.floor(((wait - from) / spread) * 10)))] += 1;
  return Math.max(...tenths);
}

export function r6Broken(result, { clients, reconnectAfterMs, spreadMs }) {
  const { least, most } = result.waitedMs;
  return [
    result.wrong.length === 0 && result.stuck === 0
      ? ""
      : "streams: nothing lost, nothing double, nobody stuck",
    result.answered === clients ? "" : "every client is served at the end",
    result.reconnects >= clients ? "" : "every client was asked to go at least once",
    least >= reconnectAfterMs - 2 ? "" : "nobody comes before reconnectAfterMs",
    most <= reconnectAfterMs + spreadMs + HANDSHAKE_MS ? "" : "everybody is back within the spread",
    result.fullestTenth <= 0.3 ? "" : "the spread is used",
    result.serverExits.every((code) => code === 0) ? "" : "no handle left open in the servers",
  ].filter((text) => text !== "");
}
