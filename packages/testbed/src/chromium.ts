// A real Chromium for tests, without a window, and without a word to anybody but this machine.

import { type Browser, chromium, type Page } from "playwright-core";
import { component } from "./component.js";

/** Where Chromium is; undefined: it is not installed, and tests with it are left out. */
export const chromiumPath: string | undefined = component(
  "chromium",
  ["chromium", "chromium-browser", "google-chrome"],
  "chromium",
);

/** Starts it with a profile of its own, in a temporary folder that goes with it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath as string,
    headless: true,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update"],
    ],
  });
}

/** What a page complained of: errors on its console, uncaught ones, and what its content security policy refused. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}
