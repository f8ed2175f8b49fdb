// Strings of which some come again and again, as each of them once and the number of each.

/** `values[i]` is `texts[which[i]]`. */
export interface Choices {
  readonly texts: readonly string[];
  readonly which: Int32Array;
}

/** Undefined when it is not worth it: not all are strings, they are few, or more than half of them stand there once. */
export function choicesOf(values: readonly unknown[]): Choices | undefined {
  const { length } = values;
  if (length < FEWEST) return undefined;
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  const which = new Int32Array(length);
  for (let i = 0; i < length; i += 1) {
    const text = values[i];
    if (typeof text !== "string") return undefined;
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.length;
      // Looked at early, so that strings which never repeat cost little more.
      if (number >= MOST || (number >= LOOKED_AT && 4 * number > 3 * i)) return undefined;
      numbers.set(text, number);
      texts.push(text);
    }
    which[i] = number;
  }
  return 2 * texts.length > length ? undefined : { texts, which };
}

const FEWEST = 8;
const LOOKED_AT = 96;
/** Two bytes tell so many apart. */
const MOST = 0x1_0000;
