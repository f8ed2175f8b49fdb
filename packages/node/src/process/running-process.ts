// One process, from its start until nothing of it is left.
//
//   running --its end--> exited --its pipes are read or closed--> closed
//   running --stop: `killSignal`--> stopping --`killAfterMs`: SIGKILL--> exited

import { type ChildProcess, spawn } from "node:child_process";
import type { Clock, Flow } from "@sluice/core";
import { dropError } from "@sluice/core/kit";
import { writeUntilReaderLeaves } from "../stream/write-until-reader-leaves.js";
import { ProcessError } from "./process-error.js";

/** What a process is told, with all defaults filled in. */
export interface ProcessSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | URL | undefined;
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly input: Flow<string | Uint8Array> | undefined;
  readonly okCodes: readonly number[];
  readonly killSignal: NodeJS.Signals;
  readonly killAfterMs: number;
  readonly stderrBytes: number;
  readonly clock: Clock;
}

/** Starts a process; rejects if there is no such program, or no room for another process. */
export function startProcess(settings: ProcessSettings): Promise<RunningProcess> {
  const { command, args, cwd, env, input } = settings;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      windowsHide: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    child.once("error", (cause) => {
      const message = `Cannot run ${command}: ${cause.message}; name a program that is there, by its path or on the PATH`;
      reject(new ProcessError(message, {}, { cause }));
    });
    child.once("spawn", () => {
      const running = new RunningProcess(child, settings);
      running.start();
      resolve(running);
    });
  });
}

export class RunningProcess {
  private readonly child: ChildProcess;
  private readonly settings: ProcessSettings;
  private readonly closed: Promise<void>;
  private readonly writing = new AbortController();
  /** The end of what it said, at most `stderrBytes`. */
  private stderr: Buffer = Buffer.alloc(0);
  /** What goes in has failed, which is why it was stopped. */
  private inputFailure: { readonly error: unknown } | undefined = undefined;
  private isStopped = false;
  private forgetKill: () => void = () => {};

  constructor(child: ChildProcess, settings: ProcessSettings) {
    this.child = child;
    this.settings = settings;
    this.closed = new Promise((resolve) => child.once("close", () => resolve()));
  }

  start(): void {
    const { child, settings } = this;
    // A signal that could not be sent: the process is gone, or is not ours any more.
    child.removeAllListeners("error").on("error", (error) => dropError(error));
    child.stderr?.on("data", (chunk: Buffer) => this.heard(chunk)).on("error", () => {});
    if (settings.input !== undefined && child.stdin !== null) this.write(settings.input, child.stdin);
  }

  get stdout(): NodeJS.ReadableStream {
    return this.child.stdout as NodeJS.ReadableStream; // it was started with a pipe
  }

  /** Resolves when it has ended well and its output is read; rejects with how it ended else. */
  async ended(): Promise<void> {
    await this.closed;
    if (this.inputFailure !== undefined) throw this.inputFailure.error;
    const { exitCode, signalCode: signal } = this.child;
    if (exitCode !== null && this.settings.okCodes.includes(exitCode)) return;
    const stderr = this.stderr.toString();
    const how = signal === null ? `ended with the code ${exitCode}` : `was ended by ${signal}`;
    const said = stderr.trim() === "" ? "and said nothing" : `and said: ${stderr.trim()}`;
    throw new ProcessError(`${this.settings.command} ${how} ${said}`, { exitCode, signal, stderr });
  }

  /** Why its output broke off: what goes in failed, and it was stopped for that, or it is the output itself. */
  reasonOf(error: unknown): unknown {
    return this.inputFailure === undefined ? error : this.inputFailure.error;
  }

  /** Ends what has not ended, and lets go of its pipes; resolves when nothing is left of it. */
  stop(): Promise<void> {
    if (!this.isStopped) {
      this.isStopped = true;
      const { child } = this;
      const { killSignal, killAfterMs, clock } = this.settings;
      this.writing.abort();
      // Also where it has passed them on to processes of its own, which nobody knows of.
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
      if (child.exitCode === null && child.signalCode === null) {
        this.forgetKill = clock.schedule(killAfterMs, () => child.kill("SIGKILL"));
        child.once("exit", () => this.forgetKill());
        child.kill(killSignal);
      }
    }
    return this.closed;
  }

  private heard(chunk: Buffer): void {
    const all = Buffer.concat([this.stderr, chunk]);
    this.stderr = Buffer.from(all.subarray(Math.max(0, all.length - this.settings.stderrBytes)));
  }

  /** A process need not read all that it could: that it does not is no failure, and cancels what goes in. */
  private write(input: Flow<string | Uint8Array>, stdin: NodeJS.WritableStream): void {
    writeUntilReaderLeaves(input, stdin, { signal: this.writing.signal }).catch((error: unknown) => {
      if (this.isStopped) return; // told why by whoever stopped it
      this.inputFailure = { error };
      void this.stop();
    });
  }
}
