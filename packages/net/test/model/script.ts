// What a random episode consists of: steps of plain numbers, so that a script can be cut down, printed and replayed.
// A step says what to do in terms of what there is ("the third of the streams that live, from the end"), so any part
// of a legal script is a legal script.

import { SimRandom } from "@sluice/net/sim";

/** Everything that a step can do. */
export const STEP_KINDS = [
  "open",
  "produce",
  "send",
  "grant",
  "consume",
  "greedy",
  "complete",
  "fail",
  "cancel",
  "reject",
  "released",
  "urgency",
  "goaway",
  "pass",
  "wait",
  "conditions",
  "hold",
  "release",
  "cut",
  "reset",
  "mute",
  "down",
  "up",
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** A kind, a side (0 client, 1 server) and three numbers from 0 to 65,535 that the kind reads as it likes. */
export type Step = readonly [kind: StepKind, side: 0 | 1, a: number, b: number, c: number];

/** How often a kind is drawn in comparison; the faults are rare, because each costs many steps of quiet work. */
const WEIGHTS: Readonly<Record<StepKind, number>> = {
  open: 5,
  produce: 14,
  send: 8,
  grant: 8,
  consume: 10,
  greedy: 2,
  complete: 2,
  fail: 1,
  cancel: 1.5,
  reject: 0.7,
  released: 2,
  urgency: 1,
  goaway: 0.02,
  pass: 18,
  wait: 0.5,
  conditions: 0.3,
  hold: 0.3,
  release: 0.6,
  cut: 0.5,
  reset: 0.3,
  mute: 0.1,
  down: 0.1,
  up: 0.4,
};

/**
 * The steps of an episode. Each seed favours some kinds and leaves others out ("swarm testing": a bug that needs many
 * cancels in a row is found by the episodes that do little else).
 */
export function randomScript(seed: number, length: number): Step[] {
  const random = new SimRandom(seed).fork();
  const weights = STEP_KINDS.map((kind) => {
    const isFault = WEIGHTS[kind] < 1;
    const factor = random.chance(isFault ? 0.4 : 0.12) ? 0 : 0.25 + 2 * random.next();
    return WEIGHTS[kind] * (kind === "open" || kind === "pass" ? Math.max(0.5, factor) : factor);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const steps: Step[] = [];
  while (steps.length < length) {
    steps.push([
      drawnKind(weights, random.next() * sum),
      random.chance(0.5) ? 0 : 1,
      random.int(0, 0xffff),
      random.int(0, 0xffff),
      random.int(0, 0xffff),
    ]);
  }
  return steps;
}

function drawnKind(weights: readonly number[], place: number): StepKind {
  let left = place;
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return STEP_KINDS[index] ?? "pass";
  }
  return "pass";
}
