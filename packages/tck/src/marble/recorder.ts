// What happened on one side of a pipeline, written down as marbles while it happens.

import type { Frame, Token } from "./tokens.js";

/** Marks by which values are known: `{ a: 1 }`; without a value an item is its mark. */
export type MarbleValues = Readonly<Record<string, unknown>>;

/** Collects tokens, each at the time of `now`. At most 100,000: a stream without an end stops there. */
export class Recorder {
  readonly frames: Frame[] = [];
  private readonly now: () => number;
  private readonly values: MarbleValues;
  private readonly isSame: (a: unknown, b: unknown) => boolean;
  /** Items and errors that no mark stands for, in the order in which they came. */
  readonly unknown: unknown[] = [];
  private count = 0;

  constructor(now: () => number, values: MarbleValues, isSame: (a: unknown, b: unknown) => boolean) {
    for (const mark of Object.keys(values)) {
      if (!/^[a-z\d]$/i.test(mark))
        throw new TypeError(`Cannot take "${mark}" for a mark: it must be one letter or digit`);
    }
    this.now = now;
    this.values = values;
    this.isSame = isSame;
  }

  note(token: Token): void {
    if (++this.count > MOST_TOKENS)
      throw new RangeError(`Cannot draw more than ${MOST_TOKENS} marbles: bound the stream`);
    const at = this.now();
    const last = this.frames.at(-1);
    if (last?.at === at) this.frames[this.frames.length - 1] = { at, tokens: [...last.tokens, token] };
    else this.frames.push({ at, tokens: [token] });
  }

  noteItem(item: unknown): void {
    this.note({ kind: "item", mark: this.markOf(item) });
  }

  /** The line with each mark as an item of its value will be noted: two marks may stand for one value. */
  read(line: readonly Frame[]): Frame[] {
    return line.map(({ at, tokens }) => ({
      at,
      tokens: tokens.map((token) =>
        token.kind === "item"
          ? { ...token, mark: this.markFor(this.valueOf(token.mark)) ?? token.mark }
          : token,
      ),
    }));
  }

  /** `#` for the error that it stands for, `?` for any other. */
  noteError(error: unknown, known: unknown): void {
    if (Object.is(error, known)) {
      this.note({ kind: "error" });
      return;
    }
    this.unknown.push(error);
    this.note({ kind: "item", mark: "?" });
  }

  private markOf(item: unknown): string {
    const mark = this.markFor(item);
    if (mark === undefined) this.unknown.push(item);
    return mark ?? "?";
  }

  private markFor(item: unknown): string | undefined {
    for (const [mark, value] of Object.entries(this.values)) if (this.isSame(value, item)) return mark;
    if (typeof item === "string" && /^[a-z\d]$/i.test(item) && !Object.hasOwn(this.values, item)) return item;
    return undefined;
  }

  private valueOf(mark: string): unknown {
    return Object.hasOwn(this.values, mark) ? this.values[mark] : mark;
  }
}

const MOST_TOKENS = 100_000;
