import { describe, expect, it } from "vitest";
import { recordedPass } from "../../../test/recorded-pass.js";
import type { Figure } from "./figures.js";
import { breaksPromise, judge } from "./figures.js";
import type { PassRecord } from "./pass-record.js";

const FULL = true;
const credit = recordedPass({ pass: "credit" });
const plain = recordedPass({ pass: "plain", clientMb: [7, 60, 130, 20] });

function figure(name: Figure["name"], of: PassRecord, other: PassRecord | null, full = FULL): Figure {
  const found = judge(of, other, full).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no figure ${name}`);
  return found;
}

describe("judge", () => {
  it("finds that all holds in a run as it should be", () => {
    expect(judge(credit, plain, FULL).map(({ holds }) => holds)).toEqual([true, true, true, true]);
  });

  it("finds a flight beyond the credit", () => {
    const { holds, text } = figure("lead", recordedPass({ pass: "credit", overdraft: 3 }), plain);
    expect(holds).toBe(false);
    expect(text).toContain("by 3 more than was granted");
  });

  it("finds a look at which more had been produced than granted", () => {
    expect(figure("lead", recordedPass({ pass: "credit", produced: 2000 }), plain).holds).toBe(false);
  });

  it.each(["serverMb", "clientMb"] as const)("finds growth of 10 MB with credit: %s", (side) => {
    const grown = recordedPass({ pass: "credit", [side]: [7, 8, 17, 9] });
    expect(figure("memory with credit", grown, plain).holds).toBe(false);
    const small = recordedPass({ pass: "credit", [side]: [7, 8, 16.9, 9] });
    expect(figure("memory with credit", small, plain).holds).toBe(true);
  });

  it("finds that nothing grew without credit, when nothing did", () => {
    const flat = recordedPass({ pass: "plain", clientMb: [7, 8, 46.9, 8] });
    expect(figure("memory without credit", credit, flat).holds).toBe(false);
  });

  it("finds different answers", () => {
    const other = recordedPass({ pass: "plain", consumed: 799 });
    expect(figure("same answer", credit, other).holds).toBe(false);
  });

  it("leaves unjudged what a short run cannot tell", () => {
    expect(figure("memory with credit", credit, plain, false).holds).toBeNull();
    expect(figure("memory without credit", credit, plain, false).holds).toBeNull();
    expect(figure("lead", credit, plain, false).holds).toBe(true);
  });

  it("leaves unjudged what was not run or not finished", () => {
    expect(figure("memory without credit", credit, null).holds).toBeNull();
    expect(figure("same answer", credit, null).holds).toBeNull();
    const stopped = recordedPass({ pass: "plain", state: "stopped" });
    expect(figure("same answer", credit, stopped).holds).toBeNull();
  });
});

describe("breaksPromise", () => {
  it("is for what credit promises, not for what happens without", () => {
    const grown = recordedPass({ pass: "credit", overdraft: 1, clientMb: [7, 20, 8] });
    const flat = recordedPass({ pass: "plain", consumed: 799 });
    const figures = judge(grown, flat, FULL);
    expect(figures.map(({ holds }) => holds)).toEqual([false, false, false, false]);
    expect(figures.filter(breaksPromise).map(({ name }) => name)).toEqual([
      "lead",
      "memory with credit",
      "same answer",
    ]);
  });
});
