// The Observable that browsers bring themselves, in a real Chromium.

import { chromiumPath, complaintsOf, servePage, startChromium } from "@sluice/testbed";
import { describe, expect, it } from "vitest";

describe.skipIf(chromiumPath === undefined)("the platform's Observable, in Chromium", () => {
  it("becomes a flow, stops from within an emission, and takes a flow as it is", async () => {
    const site = await servePage(new URL("./page.ts", import.meta.url));
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.goto(site.url);
      const result = await page.evaluate(
        () => (globalThis as unknown as { result: Promise<unknown> }).result,
      );
      expect([result, complaints]).toEqual([
        { few: [0, 1, 2], torn: 1, all: [0, 1, 2, 3, 4], failed: "Error: broke", back: [1, 2, 3], sent: 3 },
        [],
      ]);
    } finally {
      await browser.close();
      await site.close();
    }
  }, 60_000);
});
