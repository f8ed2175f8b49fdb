// What a case is that runs alike on every implementation of Web streams, and the few words that cases share. Nothing in
// here is of a test runner or of Node.

/** One case; `group` is the one of the Web Platform Tests whose question it puts to our adapters. */
export interface Case {
  readonly group: string;
  readonly title: string;
  run(): Promise<void>;
}

/** The cases of a group, told as a table from title to what is run. */
export function groupOf(group: string, table: Readonly<Record<string, () => Promise<void>>>): Case[] {
  return Object.entries(table).map(([title, run]) => ({ group, title, run }));
}

/** Throws unless both look the same: plain values, arrays, bytes as their numbers, errors as their text. */
export function same(actual: unknown, wanted: unknown, what: string): void {
  const [got, want] = [show(actual), show(wanted)];
  if (got !== want) throw new Error(`${what}: got ${got}, wanted ${want}`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return [...part];
    if (part instanceof Error) return String(part);
    return part === undefined ? "<undefined>" : part;
  });
}

/** What a promise came to, without a throw. */
export function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value,
    (error: unknown) => String(error),
  );
}

export const bytes = (...numbers: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(numbers);

/** `count` bytes: 0, 1, 2 ... and from 0 again after 250, so that no cut of a power of two looks like another. */
export function ramp(count: number, first = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, index) => (first + index) % 251);
}

/** All chunks as one. */
export function joined(chunks: readonly Uint8Array[]): number[] {
  return chunks.flatMap((chunk) => [...chunk]);
}
