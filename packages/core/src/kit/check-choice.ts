// The check of an option that is one of a few words.

import { describe } from "../spec/describe.js";

/** Throws the `TypeError` of a `place` whose `option` is none of the `choices`. */
export function checkChoice(place: string, option: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const named = choices.map((choice) => `"${choice}"`).join(", ");
  throw new TypeError(`Cannot give ${place} ${option}: ${describe(value)}: choose ${named}`);
}
