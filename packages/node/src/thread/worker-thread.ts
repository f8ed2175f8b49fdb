// One worker thread and the client of what it serves.
//
//   starting --HELLO--> serving --stop()--> stopping --exit--> ended
//       | stop()                                ^  | GRACE_MS went by: terminated
//       +---------------------------------------+
//   starting, serving --error | exit--> ended, with a failure
//
// The worker's own port is the connection, so that a worker that ends ends it too, and there is nothing besides it to
// close: in the worker a port that is closed lets the thread end by itself.

import { Worker } from "node:worker_threads";
import { type SluiceError, systemClock } from "@sluice/core";
import { type Client, ConnectionLostError, RemoteError, type Routes, type Service } from "@sluice/net";
import { connectPort } from "@sluice/net/port";
import { stepFailed, threadExited, threadThrew, threadUnreachable } from "./thread-error.js";
import { GRACE_MS, START_MS, THREAD_LIMITS } from "./thread-limits.js";
import type { ThreadOptions } from "./thread-options.js";
import { fileName } from "./worker-file.js";

/** One thread. *Buffers:* what its connection does (thread-limits.ts). */
export class WorkerThread<R extends Routes> {
  readonly worker: Worker;
  /** The client of what it serves; rejects when it ends or is stopped before that. */
  readonly client: Promise<Client<R>>;
  /** When it has ended: why, if nobody had told it to. Never rejects. */
  readonly ended: Promise<SluiceError | undefined>;
  private readonly file: string;
  private isServing = false;
  private isStopping = false;
  /** Why it ended: known before its connection tells that it is lost. */
  private failure: SluiceError | undefined = undefined;
  private resolveClient: (client: Client<R>) => void = nothing;
  private rejectClient: (error: unknown) => void = nothing;
  private settleEnded: (failure: SluiceError | undefined) => void = nothing;

  private constructor(worker: Worker, file: string) {
    this.worker = worker;
    this.file = file;
    this.client = new Promise((resolve, reject) => {
      this.resolveClient = resolve;
      this.rejectClient = reject;
    });
    this.ended = new Promise((resolve) => {
      this.settleEnded = resolve;
    });
  }

  /** Starts a thread. Throws its failure when there can be none, as with options that `Worker` refuses. */
  static start<R extends Routes>(file: URL, service: Service<R>, options: ThreadOptions): WorkerThread<R> {
    const name = fileName(file);
    let worker: Worker;
    try {
      worker = new Worker(file, options.worker);
    } catch (error) {
      throw threadThrew(name, false, error);
    }
    const thread = new WorkerThread<R>(worker, name);
    thread.begin(service, options.startMs ?? START_MS);
    return thread;
  }

  /** What the user is told of an error of a stream that this thread serves. */
  failureOf(error: unknown): unknown {
    if (error instanceof RemoteError) return stepFailed(this.file, error);
    if (error instanceof ConnectionLostError) return this.lost(error);
    return error; // an item or result that cannot be encoded: that says it all
  }

  /** Ends it, at the latest after `graceMs`; resolves when it has ended. */
  async stop(graceMs: number = GRACE_MS): Promise<void> {
    if (graceMs === 0 || !this.isServing) void this.worker.terminate();
    else if (!this.isStopping) this.farewell(graceMs);
    this.isStopping = true;
    await this.ended;
  }

  private begin(service: Service<R>, startMs: number): void {
    // Before the connection listens: see `failure`.
    this.worker.on("error", (error) => {
      this.failure ??= threadThrew(this.file, this.isServing, error);
    });
    this.worker.once("exit", (code) => this.onExit(code));
    this.client.catch(nothing); // whoever asks for it hears of it
    void this.connect(service, Math.ceil(startMs));
  }

  private async connect(service: Service<R>, startMs: number): Promise<void> {
    try {
      const limits = { ...THREAD_LIMITS, handshakeMs: startMs };
      const client = await connectPort(this.worker, service, { limits });
      this.isServing = true;
      this.resolveClient(client);
    } catch (error) {
      const failure = this.lost(error);
      await this.stop(0);
      this.rejectClient(failure);
    }
  }

  private lost(error: unknown): SluiceError {
    return this.failure ?? threadUnreachable(this.file, this.isServing, error);
  }

  private onExit(code: number): void {
    if (!this.isStopping) this.failure ??= threadExited(this.file, this.isServing, code);
    this.settleEnded(this.isStopping ? undefined : this.failure);
  }

  /** Its connection closes, and then it has nothing left to do. */
  private farewell(graceMs: number): void {
    const cancel = systemClock.schedule(graceMs, () => void this.worker.terminate());
    void this.ended.then(cancel);
    void this.client.then((client) => client.close());
  }
}

function nothing(): void {}
