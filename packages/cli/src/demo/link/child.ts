// The demo's side of the channel to one child process: start it, look at it, wait for its end, stop it.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { CliError } from "../../error-line.js";
import type { HourOfFlights } from "../flights/delay-by-hour.js";
import type {
  ClientCounters,
  ClientSetup,
  FromChild,
  Seen,
  ServerCounters,
  ServerSetup,
  ToChild,
} from "./messages.js";

/** Starts a process that will serve the flights. */
export function startServer(debug: boolean): Child<ServerSetup, ServerCounters> {
  return new Child("server", new URL("../server/server-process.js", import.meta.url), debug);
}

/** Starts a process that will ask for the flights. */
export function startClient(debug: boolean): Child<ClientSetup, ClientCounters> {
  return new Child("client", new URL("../client/client-process.js", import.meta.url), debug);
}

/**
 * A child process of the demo.
 *
 * *Errors:* whatever is waited for fails with the child's own failure, or with how its process ended.
 */
export class Child<Setup extends ServerSetup | ClientSetup, Counters> {
  /** Settles when the child's work is done. */
  readonly ended: Promise<readonly HourOfFlights[]>;
  private readonly child: ChildProcess;
  private readonly failed: Promise<never>;
  private readonly exited: Promise<unknown>;
  private onSeen: ((seen: Seen<Counters>) => void) | undefined;

  constructor(label: string, module: URL, debug: boolean) {
    this.child = fork(module, [], {
      // Only this child's own collections count: it is the one that is measured.
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", debug ? "inherit" : "ignore", "ipc"],
    });
    this.exited = once(this.child, "exit").catch(() => {});
    this.failed = this.failure(label);
    this.ended = this.unlessFailed((settle) => this.onMessage("ended", ({ hours }) => settle(hours)));
    this.onMessage("seen", ({ seen }) => this.onSeen?.(seen));
  }

  /** Tells the child what to do; settles when it can begin, with the URL that a server listens on. */
  prepare(setup: Setup): Promise<string | null> {
    return this.unlessFailed((settle) => {
      this.onMessage("ready", ({ url }) => settle(url));
      this.order({ kind: "setup", setup });
    });
  }

  begin(): void {
    this.order({ kind: "begin" });
  }

  /** Asks the child for its counters, with `collect` also for its memory. One look at a time. */
  look(collect: boolean): Promise<Seen<Counters>> {
    return this.unlessFailed((settle) => {
      this.onSeen = settle;
      this.order({ kind: "look", collect });
    });
  }

  /** Ends the process and waits until it is gone. It keeps nothing that would want saving. */
  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    if (this.child.exitCode === null && this.child.signalCode === null) await this.exited;
  }

  private order(message: ToChild): void {
    // A child that is gone is told by `failed`; a send that crosses its end needs no second error.
    if (this.child.connected) this.child.send(message, () => {});
  }

  private onMessage<Kind extends FromChild<Counters>["kind"]>(
    kind: Kind,
    then: (message: Extract<FromChild<Counters>, { kind: Kind }>) => void,
  ): void {
    this.child.on("message", (message: FromChild<Counters>) => {
      if (message.kind === kind) then(message as Extract<FromChild<Counters>, { kind: Kind }>);
    });
  }

  private unlessFailed<Value>(start: (settle: (value: Value) => void) => void): Promise<Value> {
    const result = Promise.race([this.failed, new Promise<Value>(start)]);
    // Not everybody waits for everything: a failure is reported by who does.
    result.catch(() => {});
    return result;
  }

  private failure(label: string): Promise<never> {
    return new Promise((_, reject) => {
      this.onMessage("failed", ({ message, stack }) => {
        const cause = new Error(message);
        cause.stack = stack;
        reject(new CliError(message, { cause }));
      });
      this.child.on("exit", (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        reject(new CliError(`The ${label} process ended early ${how}; --debug shows what it printed`));
      });
      this.child.on("error", (cause) => {
        const message = `Cannot start the ${label} process: ${cause.message}; check that ${process.execPath} can be run`;
        reject(new CliError(message, { cause }));
      });
    });
  }
}
