import { describe, expect, it } from "vitest";
import { findStale, tables } from "./contract-tables.mjs";

const says = (text) => ({ says: text });
const take = {
  ...{ name: "take", does: "the first k", demand: says("min(n, what is left)"), holds: says("nothing") },
  ...{ errors: says("at once"), cancel: says("upstream | all") },
};
const of = { name: "of", does: "gives", holds: says("nothing"), errors: says("none"), cancel: says("it") };

describe("tables", () => {
  it("has a table for each room that has contracts, a line for each, and no column for what a source lacks", () => {
    const text = tables([
      { room: "operator", contract: take },
      { room: "source", contract: of },
    ]);
    expect(text).toContain("## Sources");
    expect(text).toContain("| `of` | gives | nothing | none | it |");
    expect(text).toContain(
      "| `take` | the first k | min(n, what is left) | nothing | at once | upstream \\| all |",
    );
    expect(text).not.toContain("## Hubs");
  });
});

describe("findStale", () => {
  it("finds nothing in what is as it should be, and names the first line that differs otherwise", () => {
    const wanted = tables([{ room: "operator", contract: take }]);
    expect(findStale(wanted, wanted)).toEqual([]);
    const [finding] = findStale(wanted.replace("the first k", "the last k"), wanted);
    expect(finding).toMatch(
      /^docs\/operators\.md:\d+: has "\| `take` \| the last k .* where the contracts say/,
    );
    expect(findStale(`${wanted}more`, wanted)).toHaveLength(1);
    expect(findStale("", wanted)).toHaveLength(1);
  });
});
