// One episode: a world, a script, the checks after each step, and the end in which everything must come out even. A
// failing script is cut down to what it needs.

import { randomScript, type Step } from "./script.js";
import { World } from "./world.js";

export interface Episode {
  readonly seed: number;
  readonly script: readonly Step[];
}

export interface Failure extends Episode {
  /** How many of the steps were done when it failed. */
  readonly steps: number;
  readonly error: unknown;
}

/** Steps of one episode: long enough for everything to happen, short enough to be cut down fast. */
export const EPISODE_STEPS = 400;

export function randomEpisode(seed: number, length: number = EPISODE_STEPS): Episode {
  return { seed, script: randomScript(seed, length) };
}

/** Runs an episode; undefined when every rule held. */
export function runEpisode(
  { seed, script }: Episode,
  { traceLines = 0, onWorld = () => {} }: { traceLines?: number; onWorld?: (world: World) => void } = {},
): Failure | undefined {
  let steps = 0;
  try {
    const world = new World(seed, traceLines);
    onWorld(world);
    for (const step of script) {
      steps += 1;
      world.sim.log(`step ${steps}: ${step.join(" ")}`);
      world.perform(step);
      world.check();
    }
    world.settle();
    return undefined;
  } catch (error) {
    return { seed, script, steps, error };
  }
}

/** The smallest script found that still breaks the same rule; tries at most `tries` scripts. */
export function shrink(failure: Failure, tries = 2000): Failure {
  let best: Failure = { ...failure, script: failure.script.slice(0, failure.steps) };
  const rule = ruleOf(failure);
  let left = tries;
  for (let size = Math.ceil(best.script.length / 2); size >= 1; ) {
    let smaller: Failure | undefined;
    for (let start = 0; start < best.script.length && smaller === undefined; start += size) {
      if (left-- <= 0) return best;
      const script = [...best.script.slice(0, start), ...best.script.slice(start + size)];
      const tried = runEpisode({ seed: best.seed, script });
      if (tried !== undefined && ruleOf(tried) === rule) smaller = tried;
    }
    if (smaller !== undefined) best = smaller;
    else if (size === 1) return best;
    else size = Math.ceil(size / 2);
  }
  return best;
}

/** The complaint without its numbers, up to what was seen. */
function ruleOf({ error }: Failure): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/[\d.]+/g, "#").slice(0, 60);
}
