// `sluice demo`: its options, and what becomes of its outcome.

import { Command, InvalidArgumentError } from "commander";
import { runDemo } from "../demo/run-demo.js";
import type { DemoOptions } from "../demo/run-demo.js";
import { breaksPromise } from "../demo/watch/figures.js";
import { CliError } from "../error-line.js";

/** The command, ready to be added to the program. */
export function demoCommand(signal: AbortSignal): Command {
  return new Command("demo")
    .description("Watch 200,000 flights go from a fast producer to a slow consumer, with credit and without")
    .option("--port <number>", "port of the demo's server; 0 takes any free one", port, 0)
    .option("--server <url>", "take the flights from a running server instead, with credit only")
    .option("--file <path>", "serve another JSON array of {delay, distance, time}")
    .option("--json <path>", "write the figures to a file")
    .option("--fast", "a twentieth of the flights: to try it out, and for tests")
    .option("--debug", "show stacks and what the demo's processes print")
    .allowExcessArguments(false)
    .action(async ({ fast = false, debug = false, ...rest }: Given) => {
      const options = { ...rest, fast, debug };
      checkTogether(options);
      const { figures } = await runDemo(options, process.stdout, signal);
      const broken = figures.filter(breaksPromise).map(({ name }) => name);
      if (broken.length > 0) {
        throw new CliError(
          `These figures do not hold: ${broken.join(", ")}; please report it with what --json writes`,
        );
      }
    });
}

/** As commander gives them: a flag that nobody set is left out. */
type Given = Omit<DemoOptions, "fast" | "debug"> & Partial<Pick<DemoOptions, "fast" | "debug">>;

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= HIGHEST_PORT) return value;
  throw new InvalidArgumentError(`A port is an integer from 0 to ${HIGHEST_PORT}; 0 takes any free one`);
}

function checkTogether({ server, file, port: chosen }: DemoOptions): void {
  if (server === undefined) return;
  if (file !== undefined)
    throw new CliError(
      "Cannot serve --file with --server: that server has its own flights; leave one of them away",
    );
  if (chosen !== 0)
    throw new CliError("Cannot listen on --port with --server: no server is started; leave one of them away");
}

const HIGHEST_PORT = 65_535;
