import { describe, expect, it } from "vitest";
import { whoToDrain } from "./who-to-drain.js";

function borrower(name: string, unspentLoan: number, usedAt: number, isDraining = false) {
  return { name, unspentLoan, usedAt, isDraining };
}

function names(chosen: readonly { readonly name: string }[]): string {
  return chosen.map(({ name }) => name).join("");
}

describe("whoToDrain", () => {
  it("§4.10 takes from those unused for longest first, and no more than is missing", () => {
    const all = [borrower("a", 100, 9), borrower("b", 100, 2), borrower("c", 100, 5)];
    expect(names(whoToDrain(all, 100))).toBe("b");
    expect(names(whoToDrain(all, 101))).toBe("bc");
    expect(names(whoToDrain(all, 1_000))).toBe("bca");
    expect(names(whoToDrain(all, 0))).toBe("");
  });

  it("§4.10 counts what is on its way back, and passes over who has sent it all", () => {
    const all = [borrower("a", 100, 1, true), borrower("b", 0, 2), borrower("c", 50, 3)];
    expect(names(whoToDrain(all, 100))).toBe("");
    expect(names(whoToDrain(all, 101))).toBe("c");
  });
});
