// Colour, where the terminal has any.

import { styleText } from "node:util";
import type { WriteStream } from "node:tty";

/** What a piece of text means; each meaning has one look. */
export type Meaning = "title" | "aside" | "credit" | "plain" | "good" | "bad";

/** Gives text its look, without changing its width on the screen. */
export type Paint = (meaning: Meaning, text: string) => string;

/** No colour at all: for files, pipes, and tests. */
export const unpainted: Paint = (_, text) => text;

/** Colour if this stream is a terminal that has it and `NO_COLOR` does not forbid it. */
export function paintFor(stream: WriteStream): Paint {
  if (!stream.isTTY || !stream.hasColors()) return unpainted;
  return (meaning, text) => styleText(LOOK[meaning], text);
}

const LOOK = {
  title: "bold",
  aside: "dim",
  credit: "cyan",
  plain: "yellow",
  good: "green",
  bad: "red",
} as const;
