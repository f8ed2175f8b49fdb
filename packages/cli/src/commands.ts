// Every command of `sluice`, one line each.

import type { Command } from "commander";
import { demoCommand } from "./command/demo.js";
import { tckCommand } from "./command/tck.js";

/** Makes the commands. `signal` is aborted when the user or the system ends the program. */
export function commands(signal: AbortSignal): readonly Command[] {
  return [demoCommand(signal), tckCommand(signal)];
}
