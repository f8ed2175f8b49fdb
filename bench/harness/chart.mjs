// The rows of a run as a picture: a panel a row, a line a contender, a point at its median and a bar from its smallest
// to its largest repetition, on a logarithmic scale, as contenders differ by factors of a hundred. It is SVG written
// as text: chart libraries draw into a document, or bring one along, for what is lines, points and words here.
import { METRICS } from "./metrics.mjs";

const WIDTH = 1000;
const MARGIN = 24;
const GAP = 20;
const PANEL = (WIDTH - 2 * MARGIN - GAP) / 2;
const HEAD = 96;
const LINE = 20;
const TITLE = 50;
const FOOT = 28;
/** Within a panel: where the names end, and where the scale begins and ends. */
const NAMES = 128;
const FROM = NAMES + 14;
const TO = PANEL - 76;

/**
 * @param {object} run what `saveJson` writes
 * @returns {string} the SVG; readable on a light and on a dark page, as it brings its own ground
 */
export function chart(run) {
  const columns = [HEAD, HEAD];
  const panels = run.rows.flatMap(panelsOf).map((row) => {
    const column = columns[0] <= columns[1] ? 0 : 1;
    const [x, y] = [MARGIN + column * (PANEL + GAP), columns[column]];
    columns[column] += heightOf(row) + GAP;
    return `<g transform="translate(${x} ${y})">${panel(row)}</g>`;
  });
  const height = Math.max(...columns) + MARGIN - GAP;
  const { machine, repetitions } = run;
  const others = run.othersRepetitions ?? repetitions;
  const least = Math.min(others, run.longRepetitions ?? repetitions);
  const of = least === repetitions ? `${repetitions}` : `${least} to ${repetitions}`;
  const about = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}, ${machine.date.slice(0, 10)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">
<title id="title">Sluice and its peers: ${run.rows.map(({ id }) => id).join(", ")}</title>
<desc id="desc">${escapeXml(run.rows.flatMap(panelsOf).map(describe).join(". "))}</desc>
<style>${STYLE}</style>
<rect class="card" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>
<text class="head" x="${MARGIN}" y="40">The best first: median of ${of} repetition${of === "1" ? "" : "s"}, smallest to largest, logarithmic scales</text>
<text class="note" x="${MARGIN}" y="64">${escapeXml(about)}</text>
${panels.join("\n")}
</svg>
`;
}

/** A row may have a panel for each of several figures; else it is drawn by its first. */
function panelsOf(row) {
  const { charts = row.metrics.slice(0, 1) } = row;
  return charts.map((metric) => ({
    ...row,
    metric,
    contenders: row.contenders.filter(({ figures }) => figures === undefined || drawn(figures[metric])),
  }));
}

/** What a contender was not measured by stands as 0 in some rows. */
const drawn = (figure) => figure !== undefined && figure.max > 0;

function heightOf({ contenders }) {
  return TITLE + contenders.length * LINE + FOOT;
}

function panel(row) {
  const { metric } = row;
  const measured = row.contenders.filter(({ figures }) => figures !== undefined);
  const scale = scaleFor(measured.map(({ figures }) => figures[metric]));
  const bottom = TITLE + row.contenders.length * LINE;
  return [
    `<rect class="panel" width="${PANEL}" height="${heightOf(row)}" rx="8"/>`,
    `<text class="name" x="14" y="22">${escapeXml(row.id)} <tspan class="note">${METRICS[metric].title}, ${METRICS[metric].more ? "more" : "less"} is better</tspan></text>`,
    `<text class="small" x="14" y="39">${escapeXml(row.short ?? row.title)}</text>`,
    ...scale.decades.map((value) => {
      const at = round(scale.at(value));
      return `<path class="grid" d="M${at} ${TITLE}V${bottom}"/><text class="small middle" x="${at}" y="${bottom + 16}">${decade(value)}</text>`;
    }),
    ...ordered(row, metric).map((contender, index) => line(contender, metric, scale, TITLE + index * LINE)),
  ].join("");
}

/** Best first, those that failed last. Sizes of one contender (L10) stay in their own order. */
function ordered({ contenders }, metric) {
  if (contenders.every(({ name }) => /^\d/.test(name))) return contenders;
  const sign = METRICS[metric].more ? -1 : 1;
  const medianOf = ({ figures }) =>
    figures === undefined ? Number.POSITIVE_INFINITY : sign * figures[metric].median;
  return [...contenders].sort((a, b) => medianOf(a) - medianOf(b));
}

function line({ name, figures }, metric, scale, top) {
  const middle = top + LINE / 2;
  const ours = name.startsWith("sluice") ? " ours" : "";
  const label = `<text class="who end${ours}" x="${NAMES}" y="${middle + 4}">${escapeXml(name)}</text>`;
  if (figures === undefined) return `${label}<text class="small" x="${FROM}" y="${middle + 4}">failed</text>`;
  const { median, min, max } = figures[metric];
  return [
    label,
    `<path class="range${ours}" d="M${round(scale.at(min))} ${middle}H${round(scale.at(max))}"/>`,
    `<circle class="point${ours}" cx="${round(scale.at(median))}" cy="${middle}" r="4.5"/>`,
    `<text class="who${ours}" x="${TO + 12}" y="${middle + 4}">${brief(METRICS[metric].write(median), median)}</text>`,
  ].join("");
}

function scaleFor(figures) {
  const values = figures.flatMap(({ min, max }) => [min, max]).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...values, Number.MAX_VALUE)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, Number.MIN_VALUE))));
  if (values.length === 0) return { at: () => FROM, decades: [] };
  const at = (value) => FROM + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (TO - FROM);
  return { at, decades: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) };
}

function describe({ id, contenders, metric }) {
  const figures = contenders
    .filter(({ figures }) => figures !== undefined)
    .map((contender) => `${contender.name} ${METRICS[metric].write(contender.figures[metric].median)}`);
  return `${id}, ${METRICS[metric].title}: ${figures.join(", ")}`;
}

/** What has no room beside the scale is written in millions. */
const brief = (text, value) => (text.length > 8 ? `${(value / 1e6).toFixed(1)} M` : text);

/** 0.1, 1, 10, 100, 1k ... */
function decade(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(value);
}

const round = (value) => Math.round(value * 10) / 10;
const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const STYLE = `
svg { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.card { fill: #ffffff; stroke: #d5dbe3; }
.panel { fill: #f5f7fa; stroke: #d5dbe3; }
.head { font-size: 18px; font-weight: 600; fill: #1d2733; }
.name { font-size: 15px; font-weight: 600; fill: #1d2733; }
.note { font-size: 12px; font-weight: 400; fill: #5b6877; }
.small { font-size: 11px; fill: #5b6877; }
.who { font-size: 12px; fill: #3c4856; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid { stroke: #d5dbe3; }
.range { stroke: #8b98a9; stroke-width: 2; stroke-linecap: round; }
.point { fill: #8b98a9; }
.who.ours { fill: #0f7a51; font-weight: 600; }
.range.ours { stroke: #12875a; }
.point.ours { fill: #12875a; }
`;
