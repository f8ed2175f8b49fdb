import { SluiceError } from "@sluice/core";

/**
 * A process that could not be started, or did not end as it should: `exitCode` or `signal` says how, `stderr` is the end
 * of what it said.
 *
 * @example
 * ```ts
 * import { ProcessError, spawnFlow } from "@sluice/node";
 * const failing = spawnFlow(process.execPath, ["-e", "console.error('no such row'); process.exit(3)"]);
 * await failing.toArray().catch((error) => {
 *   if (error instanceof ProcessError) console.log(error.exitCode, error.stderr.trim()); // prints 3 no such row
 * });
 * ```
 */
export class ProcessError extends SluiceError {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stderr: string;

  constructor(
    message: string,
    end: {
      readonly exitCode?: number | null;
      readonly signal?: NodeJS.Signals | null;
      readonly stderr?: string;
    },
    options?: ErrorOptions,
  ) {
    super("PROCESS_FAILED", message, options);
    this.exitCode = end.exitCode ?? undefined;
    this.signal = end.signal ?? undefined;
    this.stderr = end.stderr ?? "";
  }
}
