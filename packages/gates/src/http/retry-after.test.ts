import { describe, expect, it } from "vitest";
import { isIdempotent, isReplayable } from "./repeatable.js";
import { retryAfterMs } from "./retry-after.js";

const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

describe("retryAfterMs", () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "120" }, 120_000],
    ["none", { "retry-after": "0" }, 0],
    [
      "a date, from the date of the answer",
      { "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", date: DATE },
      30_000,
    ],
    ["a date of RFC 850", { "retry-after": "Sunday, 06-Nov-94 08:49:38 GMT", date: DATE }, 1000],
    ["a date of asctime", { "retry-after": "Sun Nov  6 08:49:39 1994", date: DATE }, 2000],
    ["a date that is over", { "retry-after": DATE, date: DATE }, undefined],
    ["a date that is over, by our clock", { "retry-after": DATE }, undefined],
    ["nonsense", { "retry-after": "soon" }, undefined],
    ["a fraction", { "retry-after": "1.5" }, undefined],
    ["less than nothing", { "retry-after": "-5" }, undefined],
    ["an empty quota", { ratelimit: '"day";r=0;t=50' }, 50_000],
    ["the longest of several", { ratelimit: '"a";r=0;t=5, "b,;r=0;t=99";r=7;t=60 ,c;t=30;r=0' }, 30_000],
    ["a quota that is not empty", { ratelimit: '"day";r=1;t=50' }, undefined],
    ["an empty quota without a time", { ratelimit: '"day";r=0' }, undefined],
    ["Retry-After rather than a quota", { "retry-after": "1", ratelimit: '"day";r=0;t=50' }, 1000],
    ["a field as long as an attack", { ratelimit: `${'"\\'.repeat(50_000)};r=0;t=1` }, undefined],
    ["nothing", {}, undefined],
  ])("takes %s", (_, fields, wanted) => {
    expect(retryAfterMs(new Headers(fields))).toBe(wanted);
  });

  it("takes a date from now on when the answer has no date", () => {
    const wait = retryAfterMs(new Headers({ "retry-after": new Date(Date.now() + 60_000).toUTCString() }));
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });
});

describe("what may be sent again", () => {
  it("is a method that is idempotent, or a request with a key", () => {
    for (const method of ["GET", "get", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
      expect(isIdempotent(method, undefined)).toBe(true);
    }
    for (const method of ["POST", "PATCH", "CONNECT", "QUARK"]) expect(isIdempotent(method, {})).toBe(false);
    expect(isIdempotent("POST", [["Idempotency-Key", '"1"']])).toBe(true);
  });

  it("is a body that is not gone when it was read", () => {
    const form = new FormData();
    for (const body of [
      undefined,
      null,
      "",
      "text",
      new Uint8Array(1),
      new DataView(new ArrayBuffer(1)),
      new ArrayBuffer(1),
      new Blob([]),
      new URLSearchParams(),
      form,
    ]) {
      expect(isReplayable(body)).toBe(true);
    }
    for (const body of [new ReadableStream(), (async function* () {})(), { pipe: () => {} }]) {
      expect(isReplayable(body)).toBe(false);
    }
  });
});
