// The doors for browsers and workers, in a real Chromium, on a page under a strict content security policy.

import { transportCases } from "@sluice/net/kit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, complaintsOf, startChromium } from "@sluice/testbed";
import { openSite, type Site } from "./site.js";

const TIME_LIMIT_MS = 60_000;

describe.skipIf(chromiumPath === undefined)("in Chromium, under a strict content security policy", () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    [site, browser] = await Promise.all([openSite(), startChromium()]);
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  }, TIME_LIMIT_MS);

  /** What a scenario of page.ts came to, and what the page complained of. */
  async function run(scenario: string): Promise<{ result: unknown; complaints: readonly string[] }> {
    const page = await browser.newPage();
    try {
      const complaints = complaintsOf(page);
      await page.goto(`${site.url}/?run=${encodeURIComponent(scenario)}`);
      const [result, foreign, refused] = await page.evaluate(async () => {
        const ours = globalThis as unknown as {
          result: Promise<unknown>;
          foreign: unknown;
          refused: unknown;
        };
        return [await ours.result, ours.foreign, ours.refused] as const;
      });
      expect(foreign, "what only Node has").toEqual([]);
      return { result, complaints: [...complaints, ...(refused as string[])] };
    } finally {
      await page.close();
    }
  }

  const streams = {
    objects: 5000,
    last: { id: 4999, name: "ware 9" },
    sum: 500_500,
    doubled: 3000,
    bytes: 5_000_000,
  };

  const stalled = { taken: 10, isFlat: true, isBounded: true };

  it(
    "streams and channels pass whole and in order, and the policy has nothing to refuse",
    async () => {
      expect(await run("streams")).toEqual({ result: streams, complaints: [] });
    },
    TIME_LIMIT_MS,
  );

  for (const transport of ["WebSocket", "MessagePort", "Worker"]) {
    it(
      `its ${transport} keeps every promise of a transport`,
      async () => {
        const { result, complaints } = await run(`cases ${transport}`);
        expect(result).toEqual(transportCases.map(() => "kept"));
        expect(complaints).toEqual([]);
      },
      TIME_LIMIT_MS,
    );
  }

  it(
    "a consumer that stands still holds its server at its window, and nobody else",
    async () => {
      expect(await run("stalled")).toEqual({ result: stalled, complaints: [] });
    },
    TIME_LIMIT_MS,
  );

  it(
    "a stream goes on over connections that break, each item once and in order",
    async () => {
      expect(await run("reconnect")).toEqual({ result: { last: 100_000, cuts: 3 }, complaints: [] });
    },
    TIME_LIMIT_MS,
  );

  it(
    "says who it is without a header",
    async () => {
      expect(await run("auth")).toEqual({ result: "page", complaints: [] });
    },
    TIME_LIMIT_MS,
  );

  it(
    "says what to look at when it cannot connect, of which a browser says nothing",
    async () => {
      const { result } = await run("foreign");
      expect(result).toMatch(
        /^SluiceError: Cannot connect to ws:.*\/nobody: the browser does not say why; check that/,
      );
    },
    TIME_LIMIT_MS,
  );

  it(
    "serves from a worker, over its port, as a server does",
    async () => {
      expect(await run("worker")).toEqual({ result: streams, complaints: [] });
      expect(await run("stalledWorker")).toEqual({ result: stalled, complaints: [] });
    },
    TIME_LIMIT_MS,
  );
});
