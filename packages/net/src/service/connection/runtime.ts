// What a runtime gives to the service layer. Each door names its own.

import { type Clock, systemClock } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";
import type { HandlerContext } from "../contract/handler-context.js";

/** Time, and a way to run something after the events of this turn. */
export interface Runtime {
  readonly clock: Clock;
  /**
   * Runs `task` once, after what is going on now. It decides how much goes into one message: `setImmediate`
   * gathers what a whole turn of the event loop brought.
   */
  readonly defer: (task: () => void) => void;
  /**
   * Which request is being handled: then what a handler asks of other servers inherits its deadline, signal, urgency and
   * criticality without being told to. Default: none, handlers say `inherit: context`.
   */
  readonly ambient?: Ambient;
  /** From 0 to 1, for waits that must differ between clients. Default `Math.random`; a simulation gives its own. */
  readonly random?: () => number;
  /** So many bytes that nobody can guess, for resume tokens. Default `crypto.getRandomValues`; for simulations. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

/** Remembers which request is being handled, across everything that its handler waits for. */
export interface Ambient {
  /** Calls `work` on behalf of `context`. */
  run<A, B, R>(context: HandlerContext, work: (a: A, b: B) => R, a: A, b: B): R;
  /** On whose behalf this runs; undefined: nobody's. */
  current(): HandlerContext | undefined;
}

/** A random number of this runtime. */
export function randomOf(runtime: Runtime): number {
  return (runtime.random ?? Math.random)();
}

/** Random bytes of this runtime. */
export function randomBytesOf(runtime: Runtime, count: number): Uint8Array {
  return runtime.randomBytes?.(count) ?? globalThis.crypto.getRandomValues(new Uint8Array(count));
}

/** What timers take, 24 days: they count in 32 bits, and one millisecond more would fire at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/**
 * The clock of the machine and `setImmediate`; where there is none, as in browsers, a message to itself, and where there
 * is no `MessageChannel` either, a timer of 0 ms.
 *
 * @example
 * ```ts
 * import { defaultRuntime } from "@sluice/net";
 * defaultRuntime.defer(() => console.log("later"));
 * console.log("now");
 * // prints now
 * // prints later
 * ```
 */
export const defaultRuntime: Runtime = {
  clock: systemClock,
  defer: deferrer(globalThis),
};

/** What a runtime may have to run something later with. */
export interface Deferring {
  readonly setImmediate?: ((task: () => void) => unknown) | undefined;
  readonly MessageChannel?: (new () => MessageChannel) | undefined;
}

/** The best `defer` that this runtime can have. */
export function deferrer({ setImmediate: immediate, MessageChannel: Channel }: Deferring): Runtime["defer"] {
  if (immediate !== undefined) return (task) => void immediate(task);
  if (Channel === undefined) return (task) => void systemClock.schedule(0, task);
  // Made when it is first needed, because importing does nothing.
  let defer: Runtime["defer"] | undefined;
  return (task) => {
    defer ??= byMessage(new Channel());
    defer(task);
  };
}

/**
 * One channel for all: 20 us a turn in Chromium 156, against 60 us with a channel of its own for each task, as
 * `systemClock` makes it, and 4 ms with a timer. *Buffers:* one task for each connection, which waits for its own before it
 * defers another.
 */
function byMessage({ port1, port2 }: MessageChannel): Runtime["defer"] {
  let waiting: (() => void)[] = [];
  port1.onmessage = () => {
    const tasks = waiting;
    waiting = [];
    for (const task of tasks) run(task);
  };
  return (task) => {
    if (waiting.push(task) === 1) port2.postMessage(0);
  };
}

/** A task that throws stops no other one: its error is uncaught, as it is with `setImmediate`. */
function run(task: () => void): void {
  try {
    task();
  } catch (error) {
    reportUncaught(error);
  }
}
