// A server with more to say than its client reads, over a plain WebSocket: the client connects and stalls. By ws.send
// alone the server holds all of it; by socketSubscriber it holds 64 KiB and its source stands. Each server is a process
// of its own, whose memory is read from outside. `--svg FILE` as an argument draws the figures.
import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { fromIterable } from "@sluice/core";
import { socketSubscriber } from "@sluice/websocket";
import { WebSocket, WebSocketServer } from "ws";

const SECONDS = 3;
const KILOBYTES = 16;

interface Reading {
  readonly seconds: number;
  readonly mebibytes: number;
  readonly produced: number;
}

const [mode, svg] = process.argv.slice(2);
if (mode === "naive" || mode === "sluice") serve(mode);
else await compare();

function* feed(): Generator<string> {
  for (let n = 0; ; n++) yield `row ${n} `.padEnd(KILOBYTES * 1024);
}

/** The server, in a process of its own. */
function serve(by: "naive" | "sluice"): void {
  let produced = 0;
  function* rows(): Generator<string> {
    for (const row of feed()) {
      produced++;
      yield row;
    }
  }
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (ws) => {
    if (by === "sluice") {
      fromIterable(rows()).subscribe(socketSubscriber(ws, { highWaterMark: 65_536 })); // the one line
      return;
    }
    const source = rows();
    setInterval(() => {
      for (let n = 0; n < 64; n++) ws.send(source.next().value);
    }, 10);
  });
  server.on("listening", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on("message", () => process.send?.({ rss: process.memoryUsage.rss(), produced }));
  process.on("disconnect", () => process.exit());
}

async function compare(): Promise<void> {
  const naive = await observe("naive");
  const sluice = await observe("sluice");
  console.error("seconds   ws.send alone          socketSubscriber");
  for (const [i, one] of naive.entries()) {
    const other = sluice[i] as Reading;
    const row = ({ mebibytes, produced }: Reading): string => `${mebibytes} MiB, ${produced} rows`.padEnd(22);
    console.error(`${one.seconds.toFixed(2).padEnd(9)} ${row(one)} ${row(other)}`);
  }
  const [worse, better] = [naive.at(-1) as Reading, sluice.at(-1) as Reading];
  console.log("ws.send alone holds more than 150 MiB:", worse.mebibytes > 150); // prints ws.send alone holds more than 150 MiB: true
  console.log("socketSubscriber less than 32 MiB:", better.mebibytes < 32); // prints socketSubscriber less than 32 MiB: true
  console.log("its source stands:", better.produced === sluice[4]?.produced); // prints its source stands: true
  if (mode === "--svg" && svg !== undefined) writeFileSync(svg, draw(naive, sluice));
}

/** What a server holds while its only client reads nothing: more than before that client came. */
async function observe(by: "naive" | "sluice"): Promise<Reading[]> {
  const server: ChildProcess = fork(fileURLToPath(import.meta.url), [by], { execArgv: [] });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => server.once("message", (message) => resolve(message as T)));
  const read = (): Promise<{ rss: number; produced: number }> => {
    const reading = answer<{ rss: number; produced: number }>();
    server.send("read");
    return reading;
  };
  const { port } = await answer<{ port: number }>();
  const before = (await read()).rss;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  client.on("open", () => client.pause());
  const readings: Reading[] = [];
  for (let quarter = 0; quarter <= SECONDS * 4; quarter++) {
    const { rss, produced } = await read();
    readings.push({ seconds: quarter / 4, mebibytes: Math.round((rss - before) / 2 ** 20), produced });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  client.terminate();
  server.disconnect();
  return readings;
}

function draw(naive: readonly Reading[], sluice: readonly Reading[]): string {
  const most = Math.ceil((naive.at(-1) as Reading).mebibytes / 50) * 50;
  const x = (seconds: number): number => 90 + (seconds / SECONDS) * 640;
  const y = (mebibytes: number): number => 330 - (Math.max(0, mebibytes) / most) * 230;
  const line = (readings: readonly Reading[]): string =>
    readings.map(({ seconds, mebibytes }) => `${x(seconds)},${y(mebibytes).toFixed(1)}`).join(" ");
  const label = (readings: readonly Reading[], name: string, of: string): string => {
    const { mebibytes } = readings.at(-1) as Reading;
    return `<text class="${of}" x="744" y="${y(mebibytes) - 4}">${name}</text><text class="note" x="744" y="${y(mebibytes) + 14}">${mebibytes} MiB</text>`;
  };
  const ticks = Array.from({ length: most / 50 + 1 }, (_, i) => i * 50).filter(
    (tick) => most <= 300 || tick % 100 === 0,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 390" role="img" aria-labelledby="title desc">
<title id="title">Memory of a server whose client reads nothing</title>
<desc id="desc">After ${SECONDS} seconds a server that calls ws.send holds ${naive.at(-1)?.mebibytes} MiB more than before the client came; one that uses socketSubscriber ${sluice.at(-1)?.mebibytes} MiB.</desc>
<style>
svg { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.card { fill: #ffffff; stroke: #d5dbe3; } .grid { stroke: #d5dbe3; }
.head { font-size: 18px; font-weight: 600; fill: #1d2733; } .note { font-size: 12px; fill: #5b6877; }
.naive { font-size: 13px; font-weight: 600; fill: #b3372f; } .ours { font-size: 13px; font-weight: 600; fill: #0f7a51; }
polyline { fill: none; stroke-width: 3; stroke-linejoin: round; } .middle { text-anchor: middle; } .end { text-anchor: end; }
</style>
<rect class="card" x=".5" y=".5" width="899" height="389" rx="12"/>
<text class="head" x="24" y="40">Memory of a server whose client reads nothing</text>
<text class="note" x="24" y="62">Resident memory above that before the client came; rows of ${KILOBYTES} KiB over a plain WebSocket; examples/plain-websocket.ts</text>
${ticks.map((tick) => `<line class="grid" x1="90" x2="730" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="note end" x="80" y="${(y(tick) + 4).toFixed(1)}">${tick} MiB</text>`).join("\n")}
${Array.from({ length: SECONDS + 1 }, (_, s) => `<text class="note middle" x="${x(s)}" y="354">${s} s</text>`).join("\n")}
<polyline stroke="#b3372f" points="${line(naive)}"/>
<polyline stroke="#12875a" points="${line(sluice)}"/>
${label(naive, "ws.send alone", "naive")}
${label(sluice, "socketSubscriber", "ours")}
</svg>
`;
}
