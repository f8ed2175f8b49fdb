import { describe, expect, it } from "vitest";
import { referencePublisher } from "./reference-publisher.js";
import { type Report, VerificationError } from "./report.js";
import { verifyPublisher } from "./verify.js";

const item = (index: number): number => index;
const create = (count: number): ReturnType<typeof referencePublisher<number>> =>
  referencePublisher({ count, item });

describe("verifyPublisher", () => {
  it("resolves with a report when every rule is kept, and says what was not put", async () => {
    const { broken, results, text } = await verifyPublisher({ create, timers: false });
    expect(broken).toEqual([]);
    expect(results.filter(({ skipped }) => skipped !== undefined).length).toBeGreaterThan(0);
    expect(text).toContain("not put §1.4, signals a failure by onError: no failed publisher can be made");
  });

  it("rejects with a report that names each broken rule once, its text, and what was seen", async () => {
    const error: unknown = await verifyPublisher({
      create,
      item: (index) => index + 1,
      maxCount: 5,
      timers: false,
    }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(VerificationError);
    const { report, message } = error as { report: Report; message: string };
    expect(report.broken).toEqual(["subject"]);
    expect(message).toContain("BROKEN subject: The subject is what it is declared to be");
    expect(message).toContain("seen:   item 0 was 0 instead of 1");
  });
});
