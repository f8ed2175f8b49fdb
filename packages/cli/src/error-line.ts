// What a user reads when something went wrong: one line that says what to do next, and the stack only when
// asked for with --debug.

/** An error meant for the terminal: its message is one line with a next step. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** Exit code of the process. */
  readonly exitCode: number;

  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** One line for the terminal; with `debug` the stack and the causes below it. */
export function errorLine(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const line = `sluice: ${message.replace(/\s*\n\s*/g, " ")}`;
  if (!debug) return line;
  return [line, ...stacks(error)].join("\n");
}

/** One line for what commander says of wrong arguments, with a next step where it names none. */
export function usageLine(text: string): string {
  const told = text
    .trim()
    .replace(/^error: /, "")
    .replace(/\.$/, "");
  return errorLine(/;|Did you mean/.test(told) ? told : `${told}; --help lists what there is`, false);
}

/** The exit code that tells a shell about this error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CliError ? error.exitCode : 1;
}

function stacks(error: unknown): string[] {
  const found: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < DEEPEST_CAUSE; at = at.cause, depth++) {
    found.push(`${depth === 0 ? "" : "caused by "}${at.stack ?? at.message}`);
  }
  return found;
}

/** Causes may form a ring. */
const DEEPEST_CAUSE = 8;
