// Gates made alike share what they were told: of a million gates, one for each client, each holds its own state only,
// and options that were checked once are not checked a million times.

/**
 * Gives the settings that were made of equal options before, or makes them. *Buffers:* the settings of the last few
 * kinds of options.
 */
export class Alike<O extends object, S> {
  private readonly kinds: { readonly options: O; readonly settings: S }[] = [];
  private next = 0;

  /** What `make` made of such options; what it throws for options that cannot work is thrown again each time. */
  settings(options: O, make: (options: O) => S): S {
    for (const kind of this.kinds) if (isSame(kind.options, options, true)) return kind.settings;
    const settings = make(options);
    if (isPlain(options)) {
      this.kinds[this.next] = { options: copied(options), settings };
      this.next = (this.next + 1) % MOST_KINDS;
    }
    return settings;
  }
}

/** Options may hold numbers by name (`reserved`), which are compared too; a function or clock only equals itself. */
function isSame(a: object, b: object, deep: boolean): boolean {
  if (!isPlain(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) {
    const [x, y] = [(a as Fields)[name], (b as Fields)[name]];
    if (Object.is(x, y) && Object.hasOwn(b, name)) continue;
    if (deep && isData(x) && isData(y) && isSame(x, y, false)) continue;
    return false;
  }
  return true;
}

/** Only what its own fields tell all about. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function isData(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && isPlain(value) && !hasCode(value as Fields);
}

function hasCode(value: Fields): boolean {
  return Object.values(value).some((each) => typeof each === "function" || typeof each === "object");
}

/** Whoever changes his options afterwards does not change those remembered. */
function copied<O extends object>(options: O): O {
  const copy = { ...options } as Fields;
  for (const name of Object.keys(copy)) if (isData(copy[name])) copy[name] = { ...copy[name] };
  return copy as O;
}

type Fields = Record<string, unknown>;

/** More kinds of gates than that are seldom made in turns for each client; a miss costs a little memory. */
const MOST_KINDS = 8;
