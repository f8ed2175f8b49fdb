#!/usr/bin/env node
// The `sluice` program: its commands, its signals, its exit codes.
//
//   0  done          1  failed: one line on stderr says why and what to do next
//   128 + n  ended by signal n: 130 is Ctrl-C

import { createRequire } from "node:module";
import { constants } from "node:os";
import { Command, CommanderError } from "commander";
import { commands } from "./commands.js";
import { errorLine, exitCodeOf, usageLine } from "./error-line.js";

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    ending.abort(new Error(`Ended by ${signal}`));
  });
}

// Whoever reads our output may stop reading, as `head` does: then there is nobody to show anything to.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exitCode = 128 + constants.signals.SIGPIPE;
  ending.abort(error);
});

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
const program = new Command("sluice")
  .description("Reactive streams in which nothing flows that was not asked for")
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`${usageLine(text)}\n`) });
for (const command of commands(ending.signal)) program.addCommand(command.copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  // What commander refuses it has told already, and --help is no failure.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else if (!ending.signal.aborted) {
    process.stderr.write(`${errorLine(error, process.argv.includes("--debug"))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
