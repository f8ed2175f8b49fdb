import { describe, expect, it } from "vitest";
import { findDeadLinks } from "./check-links.mjs";

describe("findDeadLinks", () => {
  const texts = { "docs/there.md": "# One heading\n\n## What is `this`, then?\n", "docs/images": "" };
  const read = (path) => texts[path];

  it("names links to files and headings that are not there", () => {
    const text = "[a](gone.md) [b](there.md#two) [c](#nowhere)\n";
    expect(findDeadLinks("docs/a.md", text, read)).toEqual([
      "docs/a.md: link to gone.md: docs/gone.md does not exist: correct or remove it",
      "docs/a.md: link to there.md#two: no heading of docs/there.md has this anchor: correct or remove it",
      "docs/a.md: link to #nowhere: no heading of docs/a.md has this anchor: correct or remove it",
    ]);
  });

  it("lets pass what leads somewhere, other hosts, and code", () => {
    const text =
      "# Here\n[a](there.md) [b](there.md#what-is-this-then) [c](#here) [d](../docs/images) [e](https://nodejs.org)\n" +
      "`[f](gone.md)`\n\n```ts\nlist[0](gone);\n```\n";
    expect(findDeadLinks("docs/a.md", text, read)).toEqual([]);
  });
});
