import { describe, expect, it } from "vitest";
import { drawings, findMisdrawn } from "./check-drawing.mjs";

const markdown = [
  "```text",
  "packages/core/src/",
  "  operator/  map.ts skip.ts",
  "```",
  "",
  "```text",
  "something else with other.ts",
  "```",
].join("\n");

describe("check-drawing", () => {
  it("reads the names of the blocks that draw a package", () => {
    expect(drawings(markdown)).toEqual([{ folder: "packages/core/src", names: ["map.ts", "skip.ts"] }]);
  });

  it("names what is not drawn, and what is drawn and not there", () => {
    const [drawing] = drawings(markdown);
    const files = ["packages/core/src/operator/map.ts", "packages/core/src/operator/take.ts"];
    expect(findMisdrawn(drawing, files)).toEqual([
      "docs/architecture.md: packages/core/src/operator/take.ts is not in the drawing of packages/core/src: draw it",
      "docs/architecture.md: skip.ts is drawn in packages/core/src and does not exist: take it out",
    ]);
  });
});
