// What proxies say of those before them: lists that each proxy appends to, so that the right end is what the nearest one
// said and the left end is whatever the client wrote. They are read from the right, and no further than they are believed.

/**
 * Calls `visit` with each element of a list, from the right, until it answers "stop". A comma in a quoted string parts
 * nothing. An unbalanced quote harms only what stands to the left of it: what an attacker wrote, not what was appended.
 */
export function eachFromRight(list: string, visit: (element: string) => "go on" | "stop"): void {
  let end = list.length;
  let isQuoted = false;
  for (let i = end - 1; i >= -1; i -= 1) {
    if (list[i] === '"' && !isEscaped(list, i)) isQuoted = !isQuoted;
    if (i >= 0 && (isQuoted || list[i] !== ",")) continue;
    const element = list.slice(i + 1, end).trim();
    end = i;
    // Empty elements of a list are ignored (RFC 9110 §5.6.1.2).
    if (element !== "" && visit(element) === "stop") return;
  }
}

/** The node of `for=` in an element of the field Forwarded (RFC 7239 §4); undefined: there is none, or no such element. */
export function forwardedFor(element: string): string | undefined {
  let found: string | undefined;
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < element.length) {
    const pair = PAIR.exec(element);
    if (pair === null) return undefined;
    const [, name = "", value = ""] = pair;
    if (name.toLowerCase() !== "for") continue;
    if (found !== undefined) return undefined; // each parameter once at most
    found = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  }
  return found;
}

/** By an odd number of backslashes before it: two are one backslash, which escapes nothing. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === "\\") first -= 1;
  return (at - first) % 2 === 1;
}

/** A forwarded-pair and what parts it from the next; linear, as no two of its parts can match the same text. */
const PAIR = /[ \t]*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)[ \t]*(?:;|$)/y;
