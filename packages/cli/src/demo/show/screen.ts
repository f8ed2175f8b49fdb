// Draws the demo as text: both passes with their counters, and below them, side by side and to one scale,
// what grows. A function from state to text; it knows no terminal.

import { chart, progressBar } from "./chart.js";
import type { Point } from "./chart.js";
import type { DemoState } from "./demo-state.js";
import { growthOf } from "../watch/figures.js";
import type { PassName } from "../link/messages.js";
import type { Paint } from "./paint.js";
import type { PassRecord } from "../watch/pass-record.js";
import { LOOKUP_MS, LOOKUPS_AT_ONCE } from "../flights/slow-step.js";
import { count, megabytes } from "../words.js";

/** The room there is, in characters. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** The whole picture, lines joined by newlines; needs 77 columns and 18 rows at least. */
export function screen(state: DemoState, room: Room, paint: Paint): string {
  const width = Math.min(room.columns - 1, WIDEST);
  const step = `a slow step, ${LOOKUPS_AT_ONCE} at once, ${LOOKUP_MS} ms each`;
  const granted = `produced as the client grants, ${state.window} ahead`;
  const notBegun = state.bothPasses ? "waits" : "not run";
  return [
    `${paint("title", "sluice demo")}  flights through ${step}`,
    "",
    ...passBlock("credit", granted, stateOf(state.credit), state.credit, width, paint),
    "",
    ...passBlock(
      "plain",
      "sent as fast as the file is read",
      state.plain === null ? notBegun : stateOf(state.plain),
      state.plain,
      width,
      paint,
    ),
    "",
    ...charts(state, width, chartHeight(room.rows), paint),
  ].join("\n");
}

/** As high as there is room for three charts; with 4 lines or more they stand a line apart. */
function chartHeight(rows: number): number {
  const height = Math.floor((rows - LINES_BESIDE_CHARTS) / 3);
  return Math.max(1, Math.min(TALLEST, height > 4 ? height - 1 : Math.min(3, height)));
}

function passBlock(
  pass: PassName,
  what: string,
  state: string,
  record: PassRecord | null,
  width: number,
  paint: Paint,
): string[] {
  const name = pass === "credit" ? "With credit" : "Without credit";
  const gap = " ".repeat(Math.max(1, width - name.length - 2 - what.length - state.length));
  const share = record?.progress ?? 0;
  return [
    `${paint("title", paint(pass, name))}  ${paint("aside", what)}${gap}${state}`,
    `${paint(pass, progressBar(share, width - 6))} ${`${Math.floor(share * 100)} %`.padStart(5)}`,
    paint("aside", COUNTERS.map((label) => label.padStart(COUNTER_WIDTH)).join("")),
    counters(record)
      .map((text) => text.padStart(COUNTER_WIDTH))
      .join(""),
  ];
}

function counters(record: PassRecord | null): string[] {
  if (record === null) return COUNTERS.map(() => "-");
  const granted = record.client.granted === null ? "no credit" : count(record.client.granted);
  const { produced, inFlight, waiting, client, rate } = record;
  return [count(produced), granted, count(inFlight), count(waiting), count(client.consumed), count(rate)];
}

function charts(state: DemoState, width: number, height: number, paint: Paint): string[] {
  const side = Math.floor((width - LABEL_WIDTH) / 2);
  const sides = [
    { record: state.credit, meaning: "credit", name: "with credit" },
    { record: state.plain, meaning: "plain", name: "without credit" },
  ] as const;
  const lines = [
    " ".repeat(LABEL_WIDTH) + sides.map(({ name, meaning }) => paint(meaning, name.padEnd(side))).join(""),
  ];
  for (const { label, least, values, legend } of CHARTS) {
    if (height >= 4) lines.push("");
    const points = sides.map(({ record }) => (record === null ? [] : values(record)));
    const top = Math.max(least(state), ...points.flat().map(({ value }) => value));
    const frame = { width: side - LEGEND_WIDTH, height, seconds: state.chartSeconds, top };
    const drawn = points.map((of) => chart(of, frame));
    for (let line = 0; line < height; line++) {
      const fromBottom = height - 1 - line;
      const left = (fromBottom === Math.min(1, height - 1) ? label : "").padEnd(LABEL_WIDTH);
      const cells = sides.map(({ record, meaning }, index) => {
        const words = record === null ? [] : legend(record);
        const shown = (height === 1 ? words.at(-1) : words[1 - fromBottom]) ?? "";
        return `${paint(meaning, drawn[index]?.[line] ?? "")} ${shown.padEnd(LEGEND_WIDTH - 1)}`;
      });
      lines.push(paint("aside", left) + cells.join(""));
    }
  }
  return lines;
}

interface Chart {
  readonly label: string;
  /** The scale reaches at least to this. */
  least(state: DemoState): number;
  values(record: PassRecord): Point[];
  /** At most two short words: how it stands, and the worst of it; where one line is all, only the latter. */
  legend(record: PassRecord): string[];
}

const CHARTS: readonly Chart[] = [
  {
    label: "queued flights",
    // While the first pass has the chart for itself, a queue within its window must not look like one without bound.
    least: ({ window }) => 4 * window,
    values: ({ samples }) => samples.map(({ second, queued }) => ({ second, value: queued })),
    legend: ({ queued, largestQueue }) => [count(queued), `max ${count(largestQueue)}`],
  },
  memoryChart("server"),
  memoryChart("client"),
];

function memoryChart(side: "server" | "client"): Chart {
  return {
    label: `${side} memory`,
    least: () => 0,
    values: ({ samples }) =>
      samples.flatMap((sample) =>
        sample[side] === null ? [] : [{ second: sample.second, value: sample[side] }],
      ),
    legend: ({ samples }) => {
      const growth = growthOf(samples, side);
      const now = samples.at(-1)?.[side];
      if (growth === null || now === null || now === undefined) return ["not ours"];
      return [megabytes(now), `max +${(growth.growth / 1e6).toFixed(1)}`];
    },
  };
}

function stateOf({ state, elapsedMs }: PassRecord): string {
  const words = { running: "running", complete: "done in", stopped: "stopped at" };
  return `${words[state]} ${(elapsedMs / 1000).toFixed(1)} s`;
}

const COUNTERS = ["produced", "granted", "in flight", "waiting", "consumed", "per second"] as const;
const COUNTER_WIDTH = 12;
const LABEL_WIDTH = 16;
const LEGEND_WIDTH = 13;
/** Wider lines are harder to read, not richer. */
const WIDEST = 118;
/** Lines of one chart at most. */
const TALLEST = 6;
/** Title, both passes, the empty lines, the heading of the charts, and the line the cursor stands on. */
const LINES_BESIDE_CHARTS = 14;
