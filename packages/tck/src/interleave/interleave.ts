// Who acts next, left to chance and fixed by a seed: several actors (a producer, a subscriber who requests, one who
// cancels, a clock) take their steps in every order that a seed gives, and a failure names its seed.

import { messageTurns, until } from "../settle.js";
import { seededRandom } from "./seeded-random.js";

/**
 * The steps of one actor in their order. A step may be asynchronous: it has a turn of the event loop for itself, and
 * when it then still waits, for what another actor does or a clock that another one moves, the others go on.
 */
export type Actor = Iterable<unknown> | AsyncIterable<unknown> | readonly (() => unknown)[];

/** One scenario, made anew for each run. */
export interface Scenario {
  /** Who acts, by name: a generator that yields between its steps, or a list of functions. */
  readonly actors: Readonly<Record<string, Actor>>;
  /** What must hold after each step; throws if it does not. Awaited if it answers with a promise. */
  readonly always?: () => unknown;
  /** What must hold at the end, when every actor is done and everything is settled. */
  readonly finally?: () => unknown;
}

/** How many orders are tried, and which. */
export interface InterleaveOptions {
  /** How many runs; default 100. */
  readonly runs?: number | undefined;
  /** Of the first run, the next ones count on from it; a failure names the seed of its run. Default: a random one. */
  readonly seed?: number | undefined;
  /** The most steps of a run; default 10,000: an actor without an end is stopped there. */
  readonly maxSteps?: number | undefined;
}

/**
 * Plays a scenario many times, each time in another order of its actors' steps. Between steps, at random too, the
 * event loop takes a turn: so promises call back sooner or later.
 *
 * *Errors:* rejects at the first run that fails, with an `Error` that names its seed and the order of steps;
 * `{ seed, runs: 1 }` plays that run again, step by step the same, if time in it is virtual (`VirtualClock`): timers
 * and files of the host come when they come. When all actors wait for one another, it rejects after about a second.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { interleave, ManualSubscriber } from "@sluice/tck";
 * await interleave(() => {
 *   const subscriber = new ManualSubscriber<number>();
 *   range(1, 9).subscribe(subscriber);
 *   return {
 *     actors: {
 *       slow: [() => subscriber.request(1), () => subscriber.request(1)],
 *       fast: [() => subscriber.request(5)],
 *       gone: [() => subscriber.cancel()],
 *     },
 *     always: () => {
 *       if (subscriber.surplus > 0) throw new Error("more than requested (§1.1)");
 *     },
 *   };
 * });
 * console.log("in every order"); // prints in every order
 * ```
 */
export async function interleave(
  scenario: () => Scenario | Promise<Scenario>,
  options: InterleaveOptions = {},
): Promise<void> {
  const runs = atLeastOne("runs", options.runs ?? 100);
  const maxSteps = atLeastOne("maxSteps", options.maxSteps ?? 10_000);
  const first = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  if (!Number.isSafeInteger(first))
    throw new RangeError(`Cannot interleave by the seed ${String(first)}: it must be a safe integer`);
  for (let run = 0; run < runs; run++) {
    const seed = first + run;
    const order: string[] = [];
    try {
      await play(await scenario(), seededRandom(seed), order, maxSteps);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `Interleaving ${run + 1} failed: ${reason}\n  order: ${order.slice(-MOST_SHOWN).join(" ")}\n  again: interleave(scenario, { seed: ${seed}, runs: 1 })`,
        { cause },
      );
    }
  }
}

async function play(
  scenario: Scenario,
  random: () => number,
  order: string[],
  maxSteps: number,
): Promise<void> {
  let left = castOf(scenario);
  for (let step = 0; ; step++) {
    // How long all wait must not show in the order: nothing is drawn meanwhile.
    if (left.length > 0 && !left.some(isFree))
      await until(() => left.some(isFree), `${left.map(({ name }) => name).join(", ")}: all wait`);
    left = left.filter(isLeft);
    if (left.length === 0) break;
    if (step === maxSteps)
      throw new Error(`${maxSteps} steps were not enough: bound the actors, or raise maxSteps`);
    // One more than there are actors: the last is the event loop.
    const free = left.filter(isFree);
    const actor = free[Math.floor(random() * (free.length + 1))];
    order.push(actor?.name ?? "(turn)");
    // Awaited only if it is a promise: a synchronous step leaves no turn to anybody.
    const taken = actor === undefined ? messageTurns(1) : act(actor);
    if (taken !== undefined) await taken;
    const held = scenario.always?.();
    if (isPromise(held)) await held;
  }
  await messageTurns(TURNS_AT_END);
  await scenario.always?.();
  await scenario.finally?.();
}

/** Of its steps one may be running; free again, it may have `failed` or be `done`. */
interface Player {
  readonly name: string;
  readonly steps: Steps;
  state: "free" | "waits" | "failed" | "done";
  error: unknown;
}

type Steps = { next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>> };

const isFree = ({ state }: Player): boolean => state !== "waits";

/** Whether it has steps left; throws what its last step failed with. */
function isLeft({ state, error }: Player): boolean {
  if (state === "failed") throw error;
  return state !== "done";
}

/** Resolves when the step has ended or had a turn for it; nothing to wait for when it was synchronous. */
function act(actor: Player): Promise<void> | undefined {
  const taken = actor.steps.next();
  if (!isPromise(taken)) {
    if (taken.done) actor.state = "done";
    return undefined;
  }
  actor.state = "waits";
  const ended = taken.then(
    ({ done }) => {
      actor.state = done ? "done" : "free";
    },
    (error: unknown) => {
      actor.state = "failed";
      actor.error = error;
    },
  );
  return Promise.race([ended, messageTurns(1)]);
}

function castOf(scenario: Scenario): Player[] {
  if (typeof scenario?.actors !== "object" || scenario.actors === null)
    throw new TypeError(`the scenario is ${String(scenario)}: it must be an object with actors`);
  return Object.entries(scenario.actors).map(([name, actor]) => ({
    name,
    steps: stepsOf(name, actor),
    state: "free",
    error: undefined,
  }));
}

function stepsOf(name: string, actor: Actor): Steps {
  if (Array.isArray(actor)) return callEach(actor);
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(actor);
  const start = later ?? now;
  if (typeof start === "function") return start.call(actor);
  throw new TypeError(
    `the actor ${name} is no list of functions and no generator; call a generator function`,
  );
}

function callEach(steps: readonly (() => unknown)[]): Steps {
  let index = 0;
  return {
    next: () => {
      const step = steps[index++];
      const answer = step?.();
      const result: IteratorResult<unknown> = { done: index >= steps.length, value: undefined };
      return isPromise(answer) ? answer.then(() => result) : result;
    },
  };
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`Cannot interleave with ${name} ${String(value)}: it must be an integer >= 1`);
}

/** A promise that settles in one turn may start another. */
const TURNS_AT_END = 5;
/** Of an order, the steps that a message shows: the last ones. */
const MOST_SHOWN = 60;
