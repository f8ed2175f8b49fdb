// The figures of a run: as an object for `--json`, whose form docs/demo.md describes, and as the summary that
// ends the demo.

import { cpus } from "node:os";
import { sparkline } from "./chart.js";
import type { HourOfFlights } from "../flights/delay-by-hour.js";
import { growthOf, judge } from "../watch/figures.js";
import type { Figure, Growth } from "../watch/figures.js";
import type { PassName } from "../link/messages.js";
import type { Paint } from "./paint.js";
import type { MemorySample, PassRecord, PassState } from "../watch/pass-record.js";
import { LOOKUP_MS, LOOKUPS_AT_ONCE } from "../flights/slow-step.js";
import { count, megabytes } from "../words.js";

/** What `--json` writes. */
export interface DemoReport {
  readonly demo: "sluice";
  /** Form of this report; raised when a field changes its meaning. */
  readonly version: 1;
  readonly node: string;
  readonly cpus: number;
  readonly fast: boolean;
  /** Flights granted ahead of consumption in the pass with credit. */
  readonly window: number;
  readonly slowStep: { readonly atOnce: number; readonly milliseconds: number };
  readonly passes: readonly PassReport[];
  readonly figures: readonly Figure[];
  /** Delay by hour as the pass with credit found it; empty when it was stopped. */
  readonly hours: readonly HourOfFlights[];
}

/** One pass in the report. Sizes in bytes, times in seconds, the rest in flights. */
export interface PassReport {
  readonly pass: PassName;
  readonly state: PassState;
  /** Since the stream was opened. */
  readonly seconds: number;
  /** With starting and ending both processes; at most 12. */
  readonly wholeSeconds: number;
  readonly produced: number;
  readonly granted: number | null;
  readonly received: number;
  readonly consumed: number;
  /** Produced and not consumed when the pass ended. */
  readonly left: number;
  readonly largestQueue: number;
  /** The largest lead that the client saw, at any arrival: received and not consumed. */
  readonly largestLead: number;
  /** The largest credit that was out at any grant: granted and not consumed; null without credit. */
  readonly largestCredit: number | null;
  /** The largest `produced - granted` at any flight, at the server; never above 0 with credit. */
  readonly overdraft: number | null;
  readonly looks: number;
  readonly looksOverCredit: number;
  readonly memory: {
    readonly server: Growth | null;
    readonly client: Growth | null;
    readonly samples: readonly MemorySample[];
  };
}

/** What a run was about. */
export interface RunFacts {
  readonly fast: boolean;
  /** All flights of the file that comes along were to be served: memory can be judged. */
  readonly full: boolean;
  readonly window: number;
}

/** Gathers the figures of a run. */
export function report(
  credit: PassRecord,
  plain: PassRecord | null,
  { fast, full, window }: RunFacts,
): DemoReport {
  return {
    demo: "sluice",
    version: 1,
    node: process.version,
    cpus: cpus().length,
    fast,
    window,
    slowStep: { atOnce: LOOKUPS_AT_ONCE, milliseconds: LOOKUP_MS },
    passes: (plain === null ? [credit] : [credit, plain]).map(passReport),
    figures: judge(credit, plain, full),
    hours: credit.hours,
  };
}

/** The lines that end the demo: both passes side by side, then what holds. At most 79 characters wide. */
export function summary(of: DemoReport, paint: Paint): string {
  const header = of.passes.map(({ pass }) => paint(pass, HEADER[pass].padStart(CELL_WIDTH))).join("");
  const rows = ROWS.map(
    ({ label, cell }) =>
      `${label.padEnd(LABEL_WIDTH)}${of.passes.map((pass) => cell(pass).padStart(CELL_WIDTH)).join("")}`,
  );
  return [
    "",
    " ".repeat(LABEL_WIDTH) + header,
    ...rows,
    ...(of.hours.some(({ flights }) => flights > 0) ? [hoursLine(of.hours)] : []),
    "",
    ...of.figures.map((figure) => figureLine(figure, paint)),
    "",
  ].join("\n");
}

function passReport(record: PassRecord): PassReport {
  const { pass, state, client, server, samples, looks, looksOverCredit, largestQueue } = record;
  return {
    pass,
    state,
    seconds: record.elapsedMs / 1000,
    wholeSeconds: record.wholeMs / 1000,
    produced: record.produced,
    granted: client.granted,
    received: client.received,
    consumed: client.consumed,
    left: record.queued,
    largestQueue,
    largestLead: client.largestLead,
    largestCredit: client.largestCredit,
    overdraft: server?.overdraft ?? null,
    looks,
    looksOverCredit,
    memory: { server: growthOf(samples, "server"), client: growthOf(samples, "client"), samples },
  };
}

const HEADER: Readonly<Record<PassName, string>> = { credit: "with credit", plain: "without credit" };

const ROWS: readonly { readonly label: string; cell(pass: PassReport): string }[] = [
  { label: "flights consumed", cell: ({ consumed }) => count(consumed) },
  { label: "still waiting", cell: ({ left }) => count(left) },
  {
    label: "time",
    cell: ({ state, seconds }) => `${state === "stopped" ? "stopped at " : ""}${seconds.toFixed(1)} s`,
  },
  { label: "queued at most", cell: ({ largestQueue }) => count(largestQueue) },
  { label: "server grew by", cell: ({ memory }) => grown(memory.server) },
  { label: "client grew by", cell: ({ memory }) => grown(memory.client) },
];

function grown(growth: Growth | null): string {
  return growth === null ? "not ours" : megabytes(growth.growth);
}

function hoursLine(hours: readonly HourOfFlights[]): string {
  const delays = hours.map(({ meanDelay }) => meanDelay);
  const worst = Math.max(...delays);
  const picture = `0 h ${sparkline(delays)} 23 h`;
  return `${"delay by hour".padEnd(LABEL_WIDTH)}${picture}, ${worst.toFixed(0)} min at ${delays.indexOf(worst)} h`;
}

function figureLine({ holds, text }: Figure, paint: Paint): string {
  if (holds === null) return `${paint("aside", "not judged")}  ${text}`;
  return holds ? `${paint("good", "holds")}       ${text}` : `${paint("bad", "FAILS")}       ${text}`;
}

const LABEL_WIDTH = 18;
const CELL_WIDTH = 18;
