import { describe, expect, it } from "vitest";
import { referencePublisher } from "./reference-publisher.js";
import type { Publisher } from "@sluice/core";
import { type Report, VerificationError } from "./report.js";
import { verifyOperator, verifyProcessor, verifyPublisher, verifySubscriber } from "./verify.js";

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

  it("says of a subject that makes no publisher what it made", async () => {
    const empty = { create: (() => undefined) as unknown as () => Publisher<number>, timers: false };
    await expect(verifyPublisher(empty)).rejects.toThrow(
      "seen:   the subject made undefined, which has no method subscribe",
    );
  });

  it.each([
    ["no subject", undefined, "Cannot judge undefined: a publisher is told as an object with create"],
    ["no create", {}, "Cannot judge this publisher: create is undefined, and must be a function"],
    ["a publisher", create(1), "this is one itself: tell how to make it"],
    ["a count that is none", { create, maxCount: "3" }, "maxCount 3: it must be an integer >= 0"],
    ["counts that exclude all", { create, minCount: 5, maxCount: 3 }, "at least 5 and at most 3 items"],
    ["an unknown word", { create, ends: "well" }, "ends well: known are complete, error, never"],
  ])("refuses %s before any check", async (_, subject, message) => {
    await expect(verifyPublisher(subject as never)).rejects.toThrow(message);
  });
});

describe("verifySubscriber, verifyOperator, verifyProcessor", () => {
  it("refuse a subject that lacks what it is made by, before any check", async () => {
    await expect(verifySubscriber({ item } as never)).rejects.toThrow("this subscriber: create is undefined");
    await expect(verifySubscriber({ create: () => {} } as never)).rejects.toThrow("item is undefined");
    await expect(verifyOperator({ item } as never)).rejects.toThrow("this operator: apply is undefined");
    await expect(verifyProcessor({ item } as never)).rejects.toThrow("this processor: create is undefined");
  });
});
