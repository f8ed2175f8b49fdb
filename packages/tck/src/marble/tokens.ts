// The notation: a line of time on which what is asked for is drawn beside what comes of it.
//
//   +2 a - b | #  one frame each        +2       a request of 2; +* is unbounded
//   (+1 a)        one frame together    a        an item: one letter or digit; its value stands in a table
//   10ms          ten frames of nothing | # !    completes, fails, is cancelled
//
// A frame is one millisecond of virtual time. Blanks separate and mean nothing; digits behind + belong to it, so that
// an item which is a digit stands behind a blank.

/** One thing that happens. */
export type Token =
  | { readonly kind: "request"; readonly n: number }
  | { readonly kind: "item"; readonly mark: string }
  | { readonly kind: "complete" | "error" | "cancel" };

/** What happens in one frame, in order. */
export interface Frame {
  readonly at: number;
  readonly tokens: readonly Token[];
}

/** Parses a line. Throws a `SyntaxError` that shows the place. */
export function parseMarbles(line: string): Frame[] {
  if (typeof line !== "string")
    throw new TypeError(`Cannot read ${String(line)} as marbles: a line is a string`);
  const frames: Frame[] = [];
  let hasEnded = false;
  let group: Token[] | undefined;
  let at = 0;
  let index = 0;
  const fail = (reason: string): never => {
    throw new SyntaxError(
      `Cannot read the marbles at column ${index + 1}: ${reason}\n  ${line}\n  ${" ".repeat(index)}^`,
    );
  };
  const put = (token: Token): void => {
    const isSignal = token.kind !== "request" && token.kind !== "cancel";
    if (hasEnded && isSignal) fail("nothing comes after | or # but + and !");
    hasEnded ||= token.kind === "complete" || token.kind === "error";
    if (group !== undefined) group.push(token);
    else frames.push({ at: at++, tokens: [token] });
  };
  while (index < line.length) {
    const rest = line.slice(index);
    const [text, first] = [/^\s+|^\d+ms|^\+(?:\d+|\*)|^./u.exec(rest)?.[0] ?? "", rest[0] ?? ""];
    if (/^\d+ms$/.test(text)) {
      if (group !== undefined) fail("no time passes between ( and )");
      at += Number.parseInt(text, 10);
      if (!Number.isSafeInteger(at)) fail("time cannot be counted that far");
    } else if (text === "-") {
      if (group !== undefined) fail("no time passes between ( and )");
      at++;
    } else if (text === "(") {
      if (group !== undefined) fail("a group is open already");
      group = [];
    } else if (text === ")") {
      if (group === undefined) return fail("no group is open");
      frames.push({ at: at++, tokens: group });
      group = undefined;
    } else if (text === "|") put({ kind: "complete" });
    else if (text === "#") put({ kind: "error" });
    else if (text === "!") put({ kind: "cancel" });
    else if (text.length > 1 && first === "+") put(request(text.slice(1)) ?? fail("a request is at least 1"));
    else if (/^[a-z\d]$/i.test(text)) put({ kind: "item", mark: text });
    else if (text.trim() !== "") {
      fail(`"${text}" means nothing; known are +n +* letters digits - | # ! ( ) and 10ms`);
    }
    index += text.length;
  }
  if (group !== undefined) fail("the group that was opened is not closed");
  // Time behind the last mark is played as well: nothing may come in it.
  if (at > (frames.at(-1)?.at ?? -1) + 1) frames.push({ at: at - 1, tokens: [] });
  return frames;
}

function request(digits: string): Token | undefined {
  const n = digits === "*" ? Number.POSITIVE_INFINITY : Number(digits);
  return n >= 1 ? { kind: "request", n } : undefined;
}

/** Draws frames as a line that `parseMarbles` reads back. */
export function drawMarbles(frames: readonly Frame[]): string {
  let line = "";
  let at = 0;
  for (const frame of frames) {
    if (frame.tokens.length === 0) continue;
    line += idle(frame.at - at);
    const texts = frame.tokens.map(drawToken);
    const text = texts.length === 1 ? (texts[0] ?? "") : `(${texts.join(" ")})`;
    line += /\+\d+$/.test(line) && /^\d/.test(text) ? ` ${text}` : text;
    at = frame.at + 1;
  }
  return line;
}

function drawToken(token: Token): string {
  if (token.kind === "request") return token.n === Number.POSITIVE_INFINITY ? "+*" : `+${token.n}`;
  if (token.kind === "item") return token.mark;
  return { complete: "|", error: "#", cancel: "!" }[token.kind];
}

/** Dashes as long as they can be counted by eye. */
function idle(frames: number): string {
  return frames > MOST_DASHES ? ` ${frames}ms ` : "-".repeat(frames);
}

const MOST_DASHES = 12;
