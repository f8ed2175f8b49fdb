// The page of examples/browser, served by its own script from the built packages, as a reader would start it.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, complaintsOf, startChromium } from "@sluice/testbed";

const TIME_LIMIT_MS = 60_000;

describe.skipIf(chromiumPath === undefined)("examples/browser", () => {
  let server: ChildProcess;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const script = fileURLToPath(new URL("../../../../examples/browser/serve.mjs", import.meta.url));
    server = spawn(process.execPath, [script, "0"], { stdio: ["ignore", "pipe", "inherit"] });
    [url, browser] = await Promise.all([firstUrl(server), startChromium()]);
  }, TIME_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    server?.kill();
  }, TIME_LIMIT_MS);

  it(
    "shows that no more is made than the page asks for, and nothing when it asks for nothing",
    async () => {
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.goto(url);
      await until(page, ({ state, taken }) => state === "open" && taken > 500);
      const running = await shown(page);
      // A window ahead, and what was made while the two numbers were fetched one after the other.
      expect(running.lead).toBeLessThanOrEqual(256 + 1000);
      await page.fill("#pace", "0");
      let before = await shown(page);
      await until(page, (now) => {
        const isFlat = now.made === before.made && now.taken === before.taken;
        before = now;
        return isFlat;
      });
      expect(before.lead).toBeLessThanOrEqual(256);
      expect(complaints).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

interface Shown {
  readonly made: number;
  readonly taken: number;
  readonly lead: number;
  readonly state: string;
}

async function shown(page: Page): Promise<Shown> {
  const text = async (id: string): Promise<string> => (await page.textContent(`#${id}`)) ?? "";
  const number = async (id: string): Promise<number> => Number((await text(id)).replaceAll(",", ""));
  return {
    made: await number("made"),
    taken: await number("taken"),
    lead: await number("lead"),
    state: await text("state"),
  };
}

/** Looks again each time the page has had time for three of its looks. */
async function until(page: Page, condition: (shown: Shown) => boolean): Promise<void> {
  while (!condition(await shown(page))) await page.waitForTimeout(300);
}

function firstUrl({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    stdout?.on("data", (chunk: Buffer) => {
      said += chunk;
      const url = /http:\S+/.exec(said)?.[0];
      if (url !== undefined) resolve(url);
    });
    stdout?.on("end", () => reject(new Error(`The example ended without an address: ${said}`)));
  });
}
