// One file of cases, on the Web streams of Node and on those of Chromium.

import { captureRejections } from "@sluice/tck";
import { chromiumPath, complaintsOf, servePage, startChromium } from "@sluice/testbed";
import { describe, expect, it } from "vitest";
import { cases } from "./cases.js";

describe("on the Web streams of Node", () => {
  for (const { group, title, run } of cases) {
    it(`${group} ${title}`, async () => {
      expect(await captureRejections(run)).toEqual([]);
    });
  }
});

describe.skipIf(chromiumPath === undefined)("on the Web streams of Chromium", () => {
  it("keeps every case, without a complaint of the page", async () => {
    const [site, browser] = await Promise.all([
      servePage(new URL("page.ts", import.meta.url)),
      startChromium(),
    ]);
    try {
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.goto(site.url);
      const ends = await page.evaluate(() => (globalThis as unknown as { ends: Promise<string[]> }).ends);
      expect(ends).toEqual(cases.map(({ group, title }) => `${group}: ${title}: passed`));
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  }, 60_000);
});
