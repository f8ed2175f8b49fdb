import { describe, expect, it } from "vitest";
import { CreditSpent } from "./credit-spent.js";

describe("CreditSpent", () => {
  it("has available what was granted and not sent", () => {
    const credit = new CreditSpent(10);
    credit.spend(4);
    expect(credit.available).toBe(6);
    expect(credit.raise(20)).toBe("raised");
    expect(credit.available).toBe(16);
  });

  it("§4.1 ignores a limit that raises nothing", () => {
    const credit = new CreditSpent(10);
    expect(credit.raise(10)).toBe("unchanged");
    expect(credit.raise(3)).toBe("unchanged");
    expect(credit.available).toBe(10);
  });

  it("§5.9 says BLOCKED once for each value of the limit", () => {
    const credit = new CreditSpent(0);
    expect(credit.sayBlocked()).toBe("say");
    expect(credit.sayBlocked()).toBe("said");
    credit.raise(5);
    expect(credit.sayBlocked()).toBe("say");
  });
});
