// Close codes as a browser may send them. Its WebSocket takes 1000 and 3000 to 4999 from a page and nothing else, so
// that a page cannot say 1002 (protocol error): it says 4902, and whoever hears that takes it for 1002.

/** What a page sends for `code`: 1001 to 1099 moved to 4901 to 4999, everything else as it is. */
export function codeForPage(code: number): number {
  return code > 1000 && code < 1000 + SPAN ? code + MOVED : code;
}

/** What the peer meant by the code that came, whatever it runs in. */
export function meantCode(code: number): number {
  return code > 1000 + MOVED && code < 1000 + MOVED + SPAN ? code - MOVED : code;
}

/** 4900 to 4999: the end of the range that RFC 6455 §7.4.2 leaves to applications, so that 4000 and on stay theirs. */
const MOVED = 3900;

/** Codes below 1100: RFC 6455 §7.4.1 and its registry have some fifteen. */
const SPAN = 100;
