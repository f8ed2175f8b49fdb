// Whether an item is the one that a subject promised. Not by identity: a publisher of objects makes a new one for
// each subscriber, and a wire makes a new one on each side.

/**
 * Whether two items are the same value, or of the same class with the same properties, down to any depth that an
 * item has as a rule. What a class hides from `Object.keys` is not looked at: better to let one pass than to
 * accuse the innocent.
 */
export function sameItem(a: unknown, b: unknown, depth: number = DEEPEST): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (depth === 0) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const other = b as Record<string, unknown>;
  return keys.every(
    (key) => Object.hasOwn(b, key) && sameItem((a as Record<string, unknown>)[key], other[key], depth - 1),
  );
}

/** An item as it can be read in a failed check. */
export function itemText(item: unknown): string {
  if (typeof item !== "object" || item === null || item instanceof Error) return String(item);
  try {
    return JSON.stringify(item) ?? String(item);
  } catch {
    return Object.prototype.toString.call(item); // a ring, or a bigint within
  }
}

/** Levels of an item that are compared: an item may contain itself. */
const DEEPEST = 16;
