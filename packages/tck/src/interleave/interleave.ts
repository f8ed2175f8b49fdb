// Who acts next, left to chance and fixed by a seed: several actors (a producer, a subscriber who requests, one who
// cancels, a clock) take their steps in every order that a seed gives, and a failure names its seed.

import { messageTurns } from "../settle.js";
import { seededRandom } from "./seeded-random.js";

/** The steps of one actor in their order; a step may be asynchronous. */
export type Actor = Iterable<unknown> | AsyncIterable<unknown> | readonly (() => unknown)[];

/** One scenario, made anew for each run. */
export interface Scenario {
  /** Who acts, by name: a generator that yields between its steps, or a list of functions. */
  readonly actors: Readonly<Record<string, Actor>>;
  /** What must hold after each step; throws if it does not. */
  readonly always?: () => void;
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
 * `{ seed, runs: 1 }` plays that run again, step by step the same.
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
  if (!Number.isInteger(first))
    throw new RangeError(`Cannot interleave by the seed ${String(first)}: it must be an integer`);
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
  const waiting = Object.entries(scenario.actors).map(([name, actor]) => ({ name, steps: stepsOf(actor) }));
  for (let step = 0; waiting.length > 0; step++) {
    if (step === maxSteps)
      throw new Error(`${maxSteps} steps were not enough: bound the actors, or raise maxSteps`);
    // One more than there are actors: the last is the event loop.
    const chosen = Math.floor(random() * (waiting.length + 1));
    const actor = waiting[chosen];
    if (actor === undefined) {
      order.push("(turn)");
      await messageTurns(1);
    } else {
      order.push(actor.name);
      const taken = actor.steps.next();
      // Awaited only if it is a promise: a synchronous step leaves no turn to anybody.
      const { done } = taken instanceof Promise ? await taken : taken;
      if (done) waiting.splice(chosen, 1);
    }
    scenario.always?.();
  }
  await messageTurns(TURNS_AT_END);
  scenario.always?.();
  await scenario.finally?.();
}

type Steps = { next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> };

function stepsOf(actor: Actor): Steps {
  if (Array.isArray(actor)) return callEach(actor);
  if (Symbol.asyncIterator in actor) return actor[Symbol.asyncIterator]();
  return (actor as Iterable<unknown>)[Symbol.iterator]();
}

function callEach(steps: readonly (() => unknown)[]): Steps {
  let index = 0;
  return {
    next: () => {
      const step = steps[index++];
      const answer = step?.();
      const result: IteratorResult<unknown> = { done: index >= steps.length, value: undefined };
      return answer instanceof Promise ? answer.then(() => result) : result;
    },
  };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`Cannot interleave with ${name} ${String(value)}: it must be an integer >= 1`);
}

/** A promise that settles in one turn may start another. */
const TURNS_AT_END = 5;
/** Of an order, the steps that a message shows: the last ones. */
const MOST_SHOWN = 60;
