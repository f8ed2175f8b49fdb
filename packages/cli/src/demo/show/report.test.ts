import { describe, expect, it } from "vitest";
import { recordedPass } from "../../../test/recorded-pass.js";
import { unpainted } from "./paint.js";
import { report, summary } from "./report.js";

const credit = recordedPass({ pass: "credit", consumed: 1000 });
const plain = recordedPass({ pass: "plain", clientMb: [7, 60, 130, 20], consumed: 1000, state: "stopped" });

describe("report", () => {
  it("survives JSON without loss", () => {
    const figures = report(credit, plain, { fast: false, full: true, window: 256 });
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });

  it("has both passes, or the one that was run", () => {
    const both = report(credit, plain, { fast: false, full: true, window: 256 });
    expect(both.passes.map(({ pass, state }) => [pass, state])).toEqual([
      ["credit", "complete"],
      ["plain", "stopped"],
    ]);
    expect(report(credit, null, { fast: true, full: false, window: 256 }).passes).toHaveLength(1);
  });
});

describe("summary", () => {
  it("puts both passes side by side, then says what holds, within 79 columns", () => {
    const text = summary(report(credit, plain, { fast: false, full: true, window: 256 }), unpainted);
    expect(text).toMatch(/with credit +without credit/);
    expect(text).toMatch(/flights consumed +1,000 +1,000/);
    expect(text).toMatch(/time +2\.0 s +stopped at 3\.0 s/);
    expect(text.match(/^holds /gm)).toHaveLength(3);
    expect(text).toMatch(/^not judged +both answers cannot be compared/m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(80);
  });

  it("draws no delays where no flight was counted", () => {
    const none = recordedPass({ pass: "credit", produced: 0, consumed: 0 });
    const text = summary(report(none, null, { fast: false, full: false, window: 256 }), unpainted);
    expect(text).not.toContain("delay by hour");
  });

  it("says what fails", () => {
    const failing = recordedPass({ pass: "credit", overdraft: 5 });
    const text = summary(report(failing, plain, { fast: false, full: true, window: 256 }), unpainted);
    expect(text).toMatch(/^FAILS +the producer led by 5 more/m);
  });
});
