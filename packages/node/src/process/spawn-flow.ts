import {
  catchError,
  type Clock,
  concat,
  fail,
  type Flow,
  type Operator,
  systemClock,
  using,
} from "@sluice/core";
import {
  checkCapacity,
  checkClock,
  checkMilliseconds,
  checkOptions,
  flowFrom,
  requireFlow,
} from "@sluice/core/kit";
import { fromReadable } from "../stream/from-readable.js";
import { type ProcessSettings, type RunningProcess, startProcess } from "./running-process.js";

/** How a process is run. */
export interface ProcessOptions {
  /** The folder it runs in; default: that of this process. */
  readonly cwd?: string | URL | undefined;
  /** Its environment; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The exit codes that mean that all went well; default `[0]`. */
  readonly okCodes?: readonly number[] | undefined;
  /** What it is asked with to end when nobody wants more of it; default `"SIGTERM"`. */
  readonly killSignal?: NodeJS.Signals | undefined;
  /** How long after that it is ended by SIGKILL, in milliseconds; default 5,000. */
  readonly killAfterMs?: number | undefined;
  /** How much of the end of its standard error is kept for a `ProcessError`, in bytes; default 8,192. */
  readonly stderrBytes?: number | undefined;
  /** For `killAfterMs`; default `systemClock`. */
  readonly clock?: Clock | undefined;
}

/** How a process is run, and what it reads. */
export interface SpawnOptions extends ProcessOptions {
  /** Written to its standard input, as fast as it reads; default: there is none. */
  readonly input?: Flow<string | Uint8Array> | undefined;
}

/**
 * Runs a program, without a shell, for each subscriber, and sends what it writes to its standard output; completes when
 * it has ended well and closed its output.
 *
 * *Demand:* one read of the pipe for each chunk requested: a process whose output nobody takes is held up by the system,
 * and so is `input`. *Buffers:* 64 KiB of Node's on each side, and the end of its standard error. *Errors:* a program that is
 * not there, a wrong exit code or a signal fail with a `ProcessError`; an error of `input` ends the process and is
 * passed on. That it does not read all of `input` is no error. *Cancel:* asks the process to end, by SIGKILL after
 * `killAfterMs`, cancels `input` and closes the pipes.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { spawnFlow } from "@sluice/node";
 * import { lines } from "@sluice/web";
 * const sorted = spawnFlow("sort", ["-r"], { input: of("a\n", "b\n") }).pipe(lines());
 * console.log(await sorted.toArray()); // prints [ 'b', 'a' ]
 * ```
 */
export function spawnFlow(
  command: string,
  args: readonly string[] = [],
  options?: SpawnOptions,
): Flow<Uint8Array> {
  const settings = settingsOf("spawnFlow", command, args, options);
  return using(
    () => startProcess(settings),
    (running) => {
      const output = fromReadable<Uint8Array>(running.stdout).pipe(
        catchError((error) => fail(running.reasonOf(error))),
      );
      return concat([output, endOf(running)]);
    },
    (running) => running.stop(),
  );
}

/** No item: how the process has ended, heard of without demand. */
function endOf(running: RunningProcess): Flow<Uint8Array> {
  return flowFrom<Uint8Array>((downstream) => {
    let isLeft = false;
    downstream.onSubscribe({
      request: () => {},
      cancel: () => {
        isLeft = true;
      },
    });
    running.ended().then(
      () => isLeft || downstream.onComplete(),
      (error: unknown) => isLeft || downstream.onError(error),
    );
  });
}

/**
 * Sends a flow through a program: into its standard input, and on from its standard output.
 *
 * *Demand:* as `spawnFlow`; upstream is asked for what the pipe has room for. *Buffers:* 64 KiB of Node's on each side, and
 * the pipes of the system. *Errors:* upstream's ends the process and is passed on; a process that fails cancels upstream
 * and is a `ProcessError`. *Cancel:* cancels upstream and ends the process, as `spawnFlow`.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { throughProcess } from "@sluice/node";
 * const loud = of("hello").pipe(throughProcess("tr", ["a-z", "A-Z"]));
 * console.log(Buffer.concat(await loud.toArray()).toString()); // prints HELLO
 * ```
 */
export function throughProcess(
  command: string,
  args: readonly string[] = [],
  options?: ProcessOptions,
): Operator<string | Uint8Array, Uint8Array> {
  settingsOf("throughProcess", command, args, options);
  return (input) => spawnFlow(command, args, { ...options, input: requireFlow(input, "throughProcess") });
}

function settingsOf(
  place: string,
  command: string,
  args: readonly string[],
  options: SpawnOptions | undefined,
): ProcessSettings {
  if (typeof command !== "string" || !Array.isArray(args)) {
    throw new TypeError(
      `Cannot ${place} ${String(command)}: it takes the name of a program, and an array of its arguments`,
    );
  }
  checkOptions(place, options);
  const { cwd, env, input, okCodes = [0], killSignal = "SIGTERM", clock = systemClock } = options ?? {};
  if (input !== undefined) requireFlow(input, `${place} input`);
  checkClock(place, clock);
  const killAfterMs = checkMilliseconds(place, options?.killAfterMs ?? 5000, 0);
  const stderrBytes = checkCapacity(place, options?.stderrBytes ?? 8192, 0, "stderrBytes");
  return { command, args, cwd, env, input, okCodes, killSignal, killAfterMs, stderrBytes, clock };
}
