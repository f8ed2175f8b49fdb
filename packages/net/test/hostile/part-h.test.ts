// Every attack and failure of part H of the requirements has a test that carries its name, somewhere in this package.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const ROWS = [
  ...["rapid reset", "MadeYouReset", "window overflow", "credit leak", "over-credit sender", "slow-loris"],
  ...["data dribble", "zero window for ever", "ping flood", "empty frames", "priority churn"],
  ...["frames for unknown or closed streams", "reassembly exhaustion", "reassembly deadlock"],
  ...["shared-window deadlock", "write/read deadlock", "head-of-line blocking", "decompression bomb"],
  ...[
    "memory by idle credit",
    "resume theft",
    "two live sockets after resume",
    "replay storm",
    "reconnect herd",
  ],
  ...["cross-site WebSocket", "payload decoder abuse", "fire-and-forget without bound"],
  ...["rate mismatch inside the process", "lying accounting"],
];

const NET = new URL("../../", import.meta.url);

// The text of `it` or `describe`, so that a comment or a list such as the one above does not count.
const titles = ["src/", "test/"]
  .flatMap((folder) =>
    readdirSync(new URL(folder, NET), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => readFileSync(new URL(folder + name, NET), "utf8")),
  )
  .flatMap((text) =>
    [...text.matchAll(/\b(?:it|describe)(?:\.each\([\s\S]*?\))?\(\s*["`]([^"`]*\bH\d+ [^"`]+)/g)].map(
      (match) => match[1] as string,
    ),
  );

it("has 28 rows", () => {
  expect(ROWS).toHaveLength(28);
});

it.each(ROWS.map((name, i): [string] => [`H${i + 1} ${name}: `]))("%shas a test", (title) => {
  expect(
    titles.filter((one) => one.includes(title)),
    `no test has "${title}" in its title`,
  ).not.toEqual([]);
});
