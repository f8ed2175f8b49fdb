// Draws docs/images/overload.svg of a run of the example, and puts its figures into docs/overload.md:
// `npm run example -- overload --figures docs/bench/overload.json`, then `node bench/overload.mjs docs/bench/overload.json`.
import { readFileSync, writeFileSync } from "node:fs";
import { placed } from "./harness/tables.mjs";

const [WIDTH, HEIGHT] = [720, 520];
const [LEFT, RIGHT] = [64, 696];
const UPPER = { top: 84, bottom: 246, most: 150, lines: [0, 50, 100, 150] };
/** What the database can do. */
const CAPACITY = 100;

const run = JSON.parse(readFileSync(process.argv[2] ?? "docs/bench/overload.json", "utf8"));
const { phases, plain, sluice, rows, claims, machine } = run;
const lastSecond = phases.before + phases.overload + phases.after;
const round = (value) => Math.round(value * 10) / 10;
const x = (second) => round(LEFT + (second / lastSecond) * (RIGHT - LEFT));
const y = ({ top, bottom, most }, value) => round(bottom - (Math.min(value, most) / most) * (bottom - top));
const line = (panel, name, points) =>
  `<polyline class="${name}" points="${points.map(([second, value]) => `${x(second)},${y(panel, value)}`).join(" ")}"/>`;

const served = ({ points }) => points.map(({ second, served }) => [second + 0.25, served]);
const ages = ({ gateway }) => gateway.map(({ at, answerMs }) => [at / 1000, answerMs / 1000]);
const [from, to] = [x(phases.before), x(phases.before + phases.overload)];
const [plainAges, sluiceAges] = [ages(plain), ages(sluice)];
const highest = Math.ceil(Math.max(...plainAges.map(([, seconds]) => seconds), 2) / 2) * 2;
const lines = [0, 1, 2, 3, 4].map((quarter) => (quarter * highest) / 4);
const LOWER = { top: 312, bottom: 464, most: highest, lines };
const oldest = (list) => Math.max(...list.map(([, seconds]) => seconds)).toFixed(1);
const end = plain.ended === null || plain.ended === undefined ? undefined : plain.ended;
const description =
  `${phases.overload} s at ten times the load. As often written: ${plain.goodputUnder.toFixed(0)} served a second, the oldest answer ${oldest(plainAges)} s old` +
  `${end === undefined ? "" : `, ${end.why} after ${end.at.toFixed(1)} s`}. With Sluice: ${sluice.goodputUnder.toFixed(0)} served a second, the oldest answer ${oldest(sluiceAges)} s old`;

const grid = (panel) =>
  panel.lines
    .map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(panel, value)}" y2="${y(panel, value)}"/><text class="end" x="${LEFT - 8}" y="${y(panel, value) + 4}">${value}</text>`,
    )
    .join("\n");
const seconds = Array.from({ length: Math.floor(lastSecond / 2) + 1 }, (_, i) => i * 2);
const ticks = seconds
  .map((s) => `<text class="mid" x="${x(s)}" y="${LOWER.bottom + 22}">${s} s</text>`)
  .join("");
const shade = ({ top, bottom }) =>
  `<rect class="shade" x="${from}" y="${top}" width="${round(to - from)}" height="${bottom - top}"/>`;
const dead =
  end === undefined
    ? ""
    : [UPPER, LOWER]
        .map(
          ({ top, bottom }) =>
            `<line class="limit" x1="${x(end.at)}" x2="${x(end.at)}" y1="${top}" y2="${bottom}"/>`,
        )
        .join("") +
      `<text class="dead" x="${x(end.at) + 8}" y="${y(LOWER, highest / 2) - 4}">${end.why}</text>`;

writeFileSync(
  new URL("../docs/images/overload.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">A gateway at ten times its load, with and without Sluice</title>
<desc id="desc">${description}</desc>
<style>
text { font: 12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #3c4856; }
.card { fill: #ffffff; stroke: #d5dbe3; }
.shade { fill: #f4efe2; }
.head { font-size: 16px; font-weight: 600; fill: #1d2733; }
.sub { font-weight: 600; fill: #1d2733; }
.grid { stroke: #d5dbe3; }
.capacity { stroke: #8b98a9; stroke-dasharray: 2 4; }
.limit { stroke: #b4322a; stroke-dasharray: 5 4; }
polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.plain { stroke: #8b98a9; }
.ours { stroke: #12875a; }
.dead { fill: #b4322a; font-weight: 600; }
text.ours { fill: #0f7a51; stroke: none; font-weight: 600; }
text.plain { fill: #5f6c7b; stroke: none; font-weight: 600; }
.end { text-anchor: end; }
.mid { text-anchor: middle; }
</style>
<rect class="card" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="12"/>
<text class="head" x="24" y="36">A gateway before a database that answers ${CAPACITY} queries a second</text>
<text class="sub" x="24" y="66">Requests served a second</text>
<polyline class="plain" points="440,62 464,62"/><text class="plain" x="472" y="66">as often written</text>
<polyline class="ours" points="592,62 616,62"/><text class="ours" x="624" y="66">with Sluice</text>
${shade(UPPER)}
${grid(UPPER)}
<line class="capacity" x1="${LEFT}" x2="${RIGHT}" y1="${y(UPPER, CAPACITY)}" y2="${y(UPPER, CAPACITY)}"/>
<text class="mid" x="${round((from + to) / 2)}" y="${UPPER.top + 16}">750 a second come, before and after 75</text>
${line(UPPER, "plain", served(plain))}
${line(UPPER, "ours", served(sluice))}
<text class="sub" x="24" y="294">How old a request is when it is answered, in seconds</text>
${shade(LOWER)}
${grid(LOWER)}
${line(LOWER, "plain", plainAges)}
${line(LOWER, "ours", sluiceAges)}
${dead}
${ticks}
</svg>
`,
);

const table = (head, lines) =>
  [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`.replaceAll("  ", " "))
    .join("\n");
const text = [
  `${run.at.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores for all four processes, Node ${machine.node.slice(1)}.`,
  table(["", "as often written", "with Sluice"], rows),
  table(
    ["claim", "seen", ""],
    claims.map(({ claim, seen, holds }) => [claim, seen, holds ? "hold" : "**miss**"]),
  ),
].join("\n\n");
const page = new URL("../docs/overload.md", import.meta.url);
writeFileSync(page, placed(readFileSync(page, "utf8"), "overload", text));
console.log(description);
