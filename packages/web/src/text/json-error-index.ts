// Where a text stops being JSON. Engines tell that in words of their own, and some not at all, so it is looked for
// once a parse has failed: this is never on the way of good input.

/** The index of the first character that is wrong, the length of the text where more was to come; undefined: it is JSON. */
export function jsonErrorIndex(text: string): number | undefined {
  /** What closes the arrays and objects that are open, the innermost last. */
  const closing: string[] = [];
  let expects: Expects = "value";
  let at = spaceEnd(text, 0);
  while (expects !== "nothing" || at < text.length) {
    const char = text[at] ?? "";
    const closes = closing.at(-1);
    let end = at + 1;
    if (CLOSABLE.has(expects) && char !== "" && char === closes) {
      closing.pop();
      expects = after(closing);
    } else if (expects === "value" || expects === "value or close") {
      if (char === "[" || char === "{") {
        closing.push(char === "[" ? "]" : "}");
        expects = char === "[" ? "value or close" : "key or close";
      } else {
        end = char === '"' ? stringEnd(text, at) : tokenEnd(text, at);
        expects = after(closing);
      }
    } else if (expects === "key" || expects === "key or close") {
      if (char !== '"') return at;
      end = stringEnd(text, at);
      expects = "colon";
    } else if (expects === "colon" && char === ":") expects = "value";
    else if (expects === "comma or close" && char === ",") expects = closes === "]" ? "value" : "key";
    else return at;
    if (end < 0) return -end - 1;
    at = spaceEnd(text, end);
  }
  return undefined;
}

type Expects = "value" | "value or close" | "key" | "key or close" | "colon" | "comma or close" | "nothing";

const CLOSABLE: ReadonlySet<Expects> = new Set<Expects>(["value or close", "key or close", "comma or close"]);

function after(closing: readonly string[]): Expects {
  return closing.length > 0 ? "comma or close" : "nothing";
}

function spaceEnd(text: string, from: number): number {
  return endOf(/[ \t\n\r]*/y, text, from);
}

/** Behind the number or word at `from`; -1 - the index of the character that is wrong. */
function tokenEnd(text: string, from: number): number {
  const end = endOf(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y, text, from);
  return end > from ? end : -1 - from;
}

/** Behind the string at `from`; -1 - the index of the character that is wrong. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    // All but the quote, the backslash, and control characters.
    at = endOf(/[ !#-[\]-\uffff]*/y, text, at);
    if (text[at] === '"') return at + 1;
    const end = text[at] === "\\" ? endOf(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y, text, at) : at;
    if (end === at) return -1 - at;
    at = end;
  }
}

/** Where a match at `from` ends; `from` without one. */
function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
