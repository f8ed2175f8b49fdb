import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_POSITION } from "../limits.js";
import { CreditGranted } from "./credit-granted.js";

describe("CreditGranted", () => {
  it("§4.3 detects an overdraft by one and books nothing of it", () => {
    const credit = new CreditGranted(10);
    expect(credit.receive(7)).toBe("covered");
    expect(credit.receive(4)).toBe("overdraft");
    expect(credit.received).toBe(7);
    expect(credit.receive(3)).toBe("covered");
    expect(credit.receive(1)).toBe("overdraft");
  });

  it("§4.1 never takes a limit back, and never exceeds 2^53-1", () => {
    const credit = new CreditGranted(10);
    credit.raise(5);
    expect(credit.granted).toBe(10);
    credit.raise(12);
    expect(credit.granted).toBe(12);
    credit.raise(2 ** 60);
    expect(credit.granted).toBe(MAX_POSITION);
  });

  it("§4.6 accepts the final position that arrived and no other", () => {
    const credit = new CreditGranted(10);
    credit.receive(4);
    expect(credit.end(3)).toBe("mismatch");
    expect(credit.end(5)).toBe("mismatch");
    expect(credit.end(4)).toBe("exact");
    expect(credit.returned).toBe(6);
  });

  it("conserves credit over any sequence: granted = delivered + held + unsent + returned", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("receive" as const), n: fc.nat(40) }),
      fc.record({ kind: fc.constant("deliver" as const), n: fc.nat(40) }),
      fc.record({ kind: fc.constant("raise" as const), n: fc.nat(400) }),
      fc.record({ kind: fc.constant("discard" as const), n: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.nat(50), fc.array(step, { maxLength: 60 }), (first, steps) => {
        const credit = new CreditGranted(first);
        for (const { kind, n } of steps) {
          if (kind === "receive") credit.receive(n);
          else if (kind === "deliver") credit.deliver(Math.min(n, credit.held));
          else if (kind === "raise") credit.raise(n);
          else credit.discard();
          expect(credit.delivered + credit.held + credit.unsent + credit.returned).toBe(credit.granted);
          expect(Math.min(credit.held, credit.unsent, credit.returned)).toBeGreaterThanOrEqual(0);
        }
        credit.end(credit.received);
        credit.discard();
        expect([credit.held, credit.unsent]).toEqual([0, 0]);
        expect(credit.delivered + credit.returned).toBe(credit.granted);
      }),
    );
  });
});
