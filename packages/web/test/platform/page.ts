// What runs in the page of Chromium: all cases, one after the other; the test compares what is written down.

import { captureRejections } from "@sluice/tck";
import { cases } from "./cases.js";

async function runAll(): Promise<string[]> {
  const ends: string[] = [];
  for (const { group, title, run } of cases) {
    const end: unknown[] = ["passed"];
    const forgotten = await captureRejections(() =>
      run().catch((error: unknown) => void end.splice(0, 1, error)),
    );
    ends.push(
      `${group}: ${title}: ${[...end, ...forgotten.map((reason) => `forgot ${String(reason)}`)].join(", ")}`,
    );
  }
  return ends;
}

Object.assign(globalThis, { ends: runAll() });
