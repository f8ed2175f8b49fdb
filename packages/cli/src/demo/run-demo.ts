// The whole demo: the pass with credit, the pass without, the summary.

import { writeFile } from "node:fs/promises";
import type { WriteStream } from "node:tty";
import { CliError } from "../error-line.js";
import type { DemoState, View } from "./show/demo-state.js";
import { FLIGHTS_IN_FILE } from "./flights/flight.js";
import { flightsFile } from "./flights/flights-file.js";
import { canBeLive, liveScreen } from "./show/live-screen.js";
import { paintFor } from "./show/paint.js";
import { PassRecord } from "./watch/pass-record.js";
import { plainLines } from "./show/plain-lines.js";
import { report, summary } from "./show/report.js";
import type { DemoReport } from "./show/report.js";
import { runPass } from "./watch/run-pass.js";
import type { PassPlan } from "./watch/run-pass.js";

/** What the demo can be told. */
export interface DemoOptions {
  /** Port of the demo's own server; 0 takes any free one. */
  readonly port: number;
  /** A running server that serves the demo's flights with credit, instead of one of our own. */
  readonly server?: string;
  /** A flights file, instead of the one that comes along. */
  readonly file?: string;
  /** Where to write the figures. */
  readonly json?: string;
  /** A twentieth of the flights, measured more often. */
  readonly fast: boolean;
  readonly debug: boolean;
}

/**
 * Runs the demo and shows it on `out`. Returns what came of it, after the summary has been written.
 *
 * *Cancel:* `signal` ends its processes, gives the terminal back, and fails with the signal's reason.
 */
export async function runDemo(
  options: DemoOptions,
  out: WriteStream,
  signal: AbortSignal,
): Promise<DemoReport> {
  const plan = planOf(options);
  if (options.json !== undefined) await checkWritable(options.json);
  const view: View = canBeLive(out) ? liveScreen(out) : plainLines((text) => out.write(text));
  let state: DemoState = {
    credit: new PassRecord("credit", plan.total),
    plain: null,
    bothPasses: plan.serverUrl === null,
    window: WINDOW,
    chartSeconds: options.fast ? FAST_CHART_SECONDS : LIMIT_MS / 1000,
  };
  try {
    await runPass("credit", plan, signal, (credit) => {
      state = { ...state, credit };
      view.update(state);
    });
    if (state.bothPasses) {
      await runPass("plain", plan, signal, (plain) => {
        state = { ...state, plain };
        view.update(state);
      });
    }
  } finally {
    view.close();
  }
  const figures = report(state.credit, state.plain, {
    fast: options.fast,
    full: !options.fast && options.file === undefined,
    window: WINDOW,
  });
  out.write(`${summary(figures, paintFor(out))}\n`);
  if (options.json !== undefined) await writeFigures(options.json, figures);
  return figures;
}

function planOf({ port, server, file, fast, debug }: DemoOptions): PassPlan {
  const flights = fast ? FLIGHTS_IN_FILE / 20 : FLIGHTS_IN_FILE;
  return {
    file: file ?? flightsFile(),
    // Of somebody else's file only the file knows how many flights it has.
    total: file === undefined ? flights : null,
    window: WINDOW,
    port,
    serverUrl: server ?? null,
    limitMs: LIMIT_MS,
    sampleMs: fast ? SAMPLE_MS / 10 : SAMPLE_MS,
    debug,
  };
}

/** Better to fail before half a minute of demo than after. */
async function checkWritable(path: string): Promise<void> {
  try {
    await writeFile(path, "", { flag: "a" });
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function writeFigures(path: string, figures: DemoReport): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, cause: unknown): CliError {
  const { code } = cause as NodeJS.ErrnoException;
  const why =
    code === "ENOENT" ? "there is no such folder (ENOENT)" : code === "EISDIR" ? "it is a folder" : code;
  return new CliError(
    `Cannot write the figures to "${path}": ${why}; name a file in a folder that you may write to`,
    { cause },
  );
}

/** Flights granted ahead of consumption. */
const WINDOW = 256;
/** The longest that a pass takes, in milliseconds. */
const LIMIT_MS = 12_000;
/** Time between two measurements of memory, in milliseconds. */
const SAMPLE_MS = 1_000;
/** A fast pass takes less than this as a rule; its picture need not have room for more. */
const FAST_CHART_SECONDS = 2;
