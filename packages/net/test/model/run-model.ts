// The model as a program: `npm run model -- --steps 1000000 --seed 1`. Ends with 1 when a rule is broken, and prints
// how to see that again: the seed, and the script that was cut down to what it needs.

import { type Episode, EPISODE_STEPS, type Failure, randomEpisode, runEpisode, shrink } from "./episode.js";
import type { Step } from "./script.js";
import type { World } from "./world.js";

const USAGE = `Usage: npm run model -- [--steps N] [--seed N] [--replay SCRIPT]
  --steps   steps to run in all, in episodes of ${EPISODE_STEPS}; default 1000000
  --seed    seed of the first episode, an integer; the others count on from it; default 1
  --replay  runs one script as it was printed, with its trace: {"seed":1,"script":[["open",0,1,2,3]]}`;

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 5000;
/** Lines of the trace that are shown of a failure. */
const SHOWN_LINES = 60;

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const options = optionsOf(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n${USAGE}\n`);
    return 2;
  }
  return options.replay === undefined ? runAll(options.steps, options.seed) : replay(options.replay);
}

function runAll(steps: number, firstSeed: number): number {
  const start = performance.now();
  const tally = new Map<string, number>();
  let shownAt = start;
  let done = 0;
  for (let seed = firstSeed; done < steps; seed++) {
    let world: World | undefined;
    const failure = runEpisode(randomEpisode(seed, Math.min(EPISODE_STEPS, steps - done)), {
      onWorld: (made) => {
        world = made;
      },
    });
    if (failure !== undefined) {
      process.stdout.write(
        `Seed ${seed} broke a rule at step ${failure.steps}; cutting its script down ...\n`,
      );
      show(shrink(failure));
      return 1;
    }
    done += Math.min(EPISODE_STEPS, steps - done);
    for (const [what, count] of world?.tally ?? []) tally.set(what, (tally.get(what) ?? 0) + count);
    if (performance.now() - shownAt < PROGRESS_MS) continue;
    shownAt = performance.now();
    process.stdout.write(`${done} of ${steps} steps, seed ${seed}, ${seconds(start)} s\n`);
  }
  const text = [...tally].sort().map(([what, count]) => `${what} ${count}`);
  process.stdout.write(`${text.join(", ")}\n`);
  process.stdout.write(`${done} steps from seed ${firstSeed} on: every rule held, ${seconds(start)} s\n`);
  return 0;
}

function replay(episode: Episode): number {
  const failure = runEpisode(episode);
  if (failure === undefined) {
    process.stdout.write(`${episode.script.length} steps: every rule held\n`);
    return 0;
  }
  show(failure);
  return 1;
}

function show({ seed, script, error }: Failure): void {
  let world: World | undefined;
  runEpisode(
    { seed, script },
    {
      traceLines: SHOWN_LINES,
      onWorld: (made) => {
        world = made;
      },
    },
  );
  process.stdout.write(`${world?.sim.trace.tail(SHOWN_LINES) ?? ""}\n`);
  process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.stdout.write(`Replay: npm run model -- --replay '${JSON.stringify({ seed, script })}'\n`);
}

interface Options {
  readonly steps: number;
  readonly seed: number;
  readonly replay: Episode | undefined;
}

/** The options, or what is wrong with them. */
function optionsOf(args: readonly string[]): Options | string {
  let [steps, seed] = [1_000_000, 1];
  let episode: Episode | undefined;
  for (let i = 0; i < args.length; i += 2) {
    const [name, value = ""] = args.slice(i, i + 2);
    if (name === "--replay") {
      const read = episodeOf(value);
      if (read === undefined)
        return `Cannot replay ${value.slice(0, 80)}: it must be what a failure has printed`;
      episode = read;
      continue;
    }
    const number = Number(value);
    const least = name === "--steps" ? 1 : 0;
    if (
      (name !== "--steps" && name !== "--seed") ||
      value === "" ||
      !(Number.isSafeInteger(number) && number >= least)
    ) {
      return `Cannot take ${name ?? ""} ${value}: give an integer >= ${least} to --steps or --seed`;
    }
    if (name === "--steps") steps = number;
    else seed = number;
  }
  return { steps, seed, replay: episode };
}

function episodeOf(text: string): Episode | undefined {
  try {
    const { seed, script } = JSON.parse(text) as { seed?: unknown; script?: unknown };
    return Number.isSafeInteger(seed) && Array.isArray(script) && script.every(isStep)
      ? { seed: seed as number, script }
      : undefined;
  } catch {
    return undefined;
  }
}

function isStep(value: unknown): value is Step {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    typeof value[0] === "string" &&
    value.slice(1).every(Number.isSafeInteger)
  );
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
