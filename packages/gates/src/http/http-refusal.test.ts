import type { Rejected } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { httpRefusal, retryAfterSeconds } from "./http-refusal.js";
import { rateLimitFields } from "./rate-limit-fields.js";

describe("an HTTP refusal", () => {
  it("is 429 for a rate and 503 for all else, as a problem", () => {
    const of = (cause: Rejected["cause"]) =>
      httpRefusal({ granted: false, reason: "no", retryAfterMs: 1, cause }, 7, undefined, {}).status;
    expect(of("rate")).toBe(429);
    for (const cause of ["concurrency", "open", "overload", "memory", "budget", "cost", undefined] as const) {
      expect(of(cause)).toBe(503);
    }
    const rejected = { granted: false, reason: "x".repeat(9999), retryAfterMs: undefined } as const;
    const { headers, body } = httpRefusal(rejected, undefined, "p", { ratelimit: "r" });
    expect(headers).toEqual({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ratelimit: "r",
    });
    expect(body.length).toBeLessThan(1000);
    expect(Object.keys(JSON.parse(body))).toEqual(["title", "status", "detail"]);
  });
});

describe("Retry-After", () => {
  it("is whole seconds, never less than the gate says, nor more than its jitter beyond, nor than a day", () => {
    const jitter = fc.double({ min: 0, max: 10, noNaN: true });
    const ms = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double());
    fc.assert(
      fc.property(ms, jitter, fc.double(), (wait, share, drawn) => {
        const seconds = retryAfterSeconds(wait, share, () => drawn);
        if (Number.isNaN(wait)) {
          expect(seconds).toBeUndefined();
          return;
        }
        const least = Math.min(Math.max(0, wait) / 1000, 86_400);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(least);
        expect(seconds).toBeLessThanOrEqual(
          Math.min(
            86_400,
            Math.ceil(least) + (share === 0 ? 0 : Math.max(1, Math.ceil(Math.ceil(least) * share))),
          ),
        );
      }),
    );
    expect(retryAfterSeconds(undefined, 1, Math.random)).toBeUndefined();
    expect(retryAfterSeconds(1000, 0, () => 0.99)).toBe(1);
  });

  it("parts those who were refused together", () => {
    let n = 0;
    const told = Array.from({ length: 1000 }, () => retryAfterSeconds(10_000, 0.5, () => (n++ % 100) / 100));
    const counts = new Map<number | undefined, number>();
    for (const seconds of told) counts.set(seconds, (counts.get(seconds) ?? 0) + 1);
    expect([...counts.keys()].toSorted()).toEqual([10, 11, 12, 13, 14, 15]);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });
});

describe("RateLimit fields", () => {
  const quota = { limit: 100, windowMs: 60_000, remaining: 50, resetMs: 30_000 };

  it.each([
    [{}, '"p";q=100;w=60', '"p";r=50;t=30'],
    [{ limit: 2.9, remaining: 1.9, resetMs: 1, windowMs: 1 }, '"p";q=2;w=1', '"p";r=1;t=1'],
    [{ windowMs: Number.POSITIVE_INFINITY, resetMs: Number.POSITIVE_INFINITY }, '"p";q=100', '"p";r=50'],
    [{ limit: 1e300, remaining: -3 }, '"p";q=999999999999999;w=60', '"p";r=0;t=30'],
    [{ remaining: Number.NaN, resetMs: -5 }, '"p";q=100;w=60', '"p";r=0;t=0'],
  ])("say %j in integers that hold", (change, policy, level) => {
    expect(rateLimitFields("p", { ...quota, ...change })).toEqual({
      "ratelimit-policy": policy,
      ratelimit: level,
    });
  });

  it("quote the name of the policy, and say nothing of what is no quota", () => {
    expect(rateLimitFields('a "b" \\c', quota)).toHaveProperty("ratelimit", '"a \\"b\\" \\\\c";r=50;t=30');
    expect(rateLimitFields("p", { ...quota, limit: Number.NaN })).toEqual({});
  });
});
