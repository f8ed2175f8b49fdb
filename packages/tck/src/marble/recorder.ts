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
    for (const [mark, value] of Object.entries(this.values)) {
      if (mark.length === 1 && this.isSame(value, item)) return mark;
    }
    if (typeof item === "string" && /^[a-z\d]$/i.test(item) && !Object.hasOwn(this.values, item)) return item;
    this.unknown.push(item);
    return "?";
  }
}

const MOST_TOKENS = 100_000;
