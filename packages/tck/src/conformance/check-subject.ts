// What a subject is told wrongly must not read as a rule that its publisher breaks: it is refused before any check.

import { itemText } from "./same-item.js";
import type { PublisherSubject } from "./publisher-subject.js";

/** Throws unless the subject has these methods; `kind` says what is judged. */
export function checkMethods(kind: string, subject: object, ...methods: readonly string[]): void {
  if (typeof subject !== "object" || subject === null)
    throw new TypeError(
      `Cannot judge ${itemText(subject)}: a ${kind} is told as an object with ${methods[0]}`,
    );
  for (const method of methods) {
    const given = (subject as Record<string, unknown>)[method];
    if (typeof given === "function") continue;
    const isPublisher = typeof (subject as { subscribe?: unknown }).subscribe === "function";
    const hint = isPublisher ? "; this is one itself: tell how to make it" : "";
    throw new TypeError(
      `Cannot judge this ${kind}: ${method} is ${itemText(given)}, and must be a function${hint}`,
    );
  }
}

/** Throws if what a publisher declares of itself cannot be. */
export function checkDeclared(declared: Omit<PublisherSubject, "create">): void {
  const { minCount = 0, maxCount = Number.POSITIVE_INFINITY } = declared;
  checkCount("minCount", minCount);
  if (maxCount !== Number.POSITIVE_INFINITY) checkCount("maxCount", maxCount);
  if (minCount > maxCount)
    throw new RangeError(`Cannot judge a publisher of at least ${minCount} and at most ${maxCount} items`);
  checkWord("ends", declared.ends, ["complete", "error", "never"]);
  checkWord("subscribers", declared.subscribers, ["each", "shared", "one"]);
  checkWord("stops", declared.stops, ["atOnce", "eventually"]);
}

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new RangeError(`Cannot judge with ${name} ${itemText(count)}: it must be an integer >= 0`);
}

function checkWord(name: string, word: unknown, known: readonly string[]): void {
  if (word === undefined || (known as readonly unknown[]).includes(word)) return;
  throw new RangeError(`Cannot judge with ${name} ${itemText(word)}: known are ${known.join(", ")}`);
}
