// Draws docs/images/rxjs-memory.svg of what the example prints: `npm run example -- rxjs-out-of-memory` compiles it, then
// `node examples/.generated/rxjs-out-of-memory.js --figures | node bench/rxjs-memory.mjs`.
import { readFileSync, writeFileSync } from "node:fs";

const [WIDTH, HEIGHT] = [720, 330];
const PLOT = { left: 56, top: 64, right: 696, bottom: 286 };
const LIMIT = 64;

const figures = JSON.parse(readFileSync(0, "utf8").trim().split("\n").at(-1));
const samples = (lines) =>
  lines.map((line) => JSON.parse(line)).filter(({ seconds }) => seconds !== undefined);
const [plain, flow] = [samples(figures.mergeMap), samples(figures.viaFlow)];
const lastSecond = Math.max(...[...plain, ...flow].map(({ seconds }) => seconds));
const x = (seconds) => round(PLOT.left + (seconds / lastSecond) * (PLOT.right - PLOT.left));
const y = (megabytes) => round(PLOT.bottom - (megabytes / (LIMIT * 1.2)) * (PLOT.bottom - PLOT.top));
const round = (value) => Math.round(value * 10) / 10;
const line = (points, name) =>
  `<polyline class="${name}" points="${points.map(({ seconds, megabytes }) => `${x(seconds)},${y(megabytes)}`).join(" ")}"/>`;
const dead = plain.at(-1);
const peak = Math.max(...flow.map(({ megabytes }) => megabytes));
const description = `mergeMap: up to ${dead.megabytes.toFixed(0)} MB after ${dead.seconds.toFixed(1)} s, then heap out of memory. viaFlow: at most ${peak.toFixed(0)} MB, to the end`;

writeFileSync(
  new URL("../docs/images/rxjs-memory.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Heap over time: mergeMap, and viaFlow</title>
<desc id="desc">${description}</desc>
<style>
text { font: 12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #3c4856; }
.card { fill: #ffffff; stroke: #d5dbe3; }
.head { font-size: 16px; font-weight: 600; fill: #1d2733; }
.grid { stroke: #d5dbe3; }
.limit { stroke: #b4322a; stroke-dasharray: 5 4; }
polyline { fill: none; stroke-width: 2.5; }
.plain { stroke: #8b98a9; }
.ours { stroke: #12875a; }
.dead { fill: #b4322a; font-weight: 600; }
text.ours { fill: #0f7a51; stroke: none; font-weight: 600; }
.end { text-anchor: end; }
</style>
<rect class="card" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="12"/>
<text class="head" x="24" y="36">Heap in MB: 50,000 readings, 4 saved at once, 64 MB allowed</text>
${[0, 20, 40, 60].map((mb) => `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(mb)}" y2="${y(mb)}"/><text class="end" x="${PLOT.left - 8}" y="${y(mb) + 4}">${mb}</text>`).join("\n")}
${Array.from({ length: Math.floor(lastSecond) + 1 }, (_, second) => `<text x="${x(second)}" y="${PLOT.bottom + 22}">${second} s</text>`).join("\n")}
<line class="limit" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(LIMIT)}" y2="${y(LIMIT)}"/>
${line(plain, "plain")}
${line(flow, "ours")}
<text class="dead" x="${x(dead.seconds) + 8}" y="${y(dead.megabytes) - 8}">mergeMap: heap out of memory</text>
<text class="ours end" x="${PLOT.right}" y="${y(peak) - 10}">viaFlow(policy.buffer(1000, "dropOldest"), mapAsync(save))</text>
</svg>
`,
);
console.log(description);
