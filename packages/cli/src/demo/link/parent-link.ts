// A child's side of the channel to the demo: answers looks, reports failures, and ends with its parent.

import { once } from "node:events";
import type { FromChild, Seen, ToChild } from "./messages.js";

/** What a child does when the demo asks. */
export interface ChildRole<Counters> {
  counters(): Counters;
  /** Starts the work; asked at most once. */
  begin?(): void;
}

/**
 * Joins a child process to the demo that forked it.
 *
 * Ctrl-C reaches the whole process group, so a child ignores it: the parent decides, and when the parent is
 * gone, however it went, the channel closes and the child ends too. No child is ever left behind.
 */
export class ParentLink<Counters> {
  constructor() {
    process.on("SIGINT", ignore);
    process.on("SIGTERM", ignore);
    process.on("disconnect", () => process.exit(0));
    process.on("uncaughtException", (error) => this.failed(error));
    process.on("unhandledRejection", (reason) => this.failed(reason));
  }

  /** What the demo wants of this child; it says so first of all. */
  async setup<Setup>(): Promise<Setup> {
    if (process.send === undefined) {
      throw new Error("This file is a part of the demo: run it with `sluice demo`");
    }
    const [first] = (await once(process, "message")) as [ToChild];
    if (first.kind !== "setup") throw new Error(`Cannot begin with "${first.kind}": the setup comes first`);
    return first.setup as Setup;
  }

  /** Tells the demo that this child can begin, and answers it from now on. */
  ready(role: ChildRole<Counters>, url: string | null = null): void {
    process.on("message", (message: ToChild) => {
      if (message.kind === "begin") role.begin?.();
      if (message.kind === "look") this.send({ kind: "seen", seen: look(role, message.collect) });
    });
    this.send({ kind: "ready", url });
  }

  send(message: FromChild<Counters>): void {
    if (process.connected) process.send?.(message);
  }

  /** Tells the demo why this child cannot go on. */
  failed(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.send({ kind: "failed", message: error.message || error.name, stack: error.stack ?? "" });
  }
}

function look<Counters>(role: ChildRole<Counters>, collect: boolean): Seen<Counters> {
  return { counters: role.counters(), memory: collect ? memoryInUse() : null };
}

/** Bytes that are really in use: collected first, then the heap and what it holds outside of itself. */
function memoryInUse(): number {
  // The demo starts its children with --expose-gc; without it garbage would be counted as growth.
  if (globalThis.gc === undefined)
    throw new Error("Cannot measure memory: start this process with --expose-gc");
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function ignore(): void {}
