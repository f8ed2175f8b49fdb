import { describe, expect, it } from "vitest";
import { ProtocolError } from "../protocol-error.js";
import { Abuse, type AbuseLimits } from "./abuse.js";

const limits: AbuseLimits = {
  controlBurst: 3,
  controlPerSecond: 2,
  churnBurst: 4,
  churnPerSecond: 1,
  peerErrors: 2,
  unfinishedHandlers: 2,
  peerStreams: 6,
};

function flooded(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.codeName}: ${error.message}`;
    throw error;
  }
  return "let through";
}

function times<T>(count: number, work: () => T): T[] {
  return Array.from({ length: count }, work);
}

describe("Abuse", () => {
  it("§7.4 takes a burst of control frames, then as many as come back in time, then none", () => {
    const abuse = new Abuse(limits, 0);
    const control = (now: number) => flooded(() => abuse.control("PING", now));
    expect(times(3, () => control(0))).toEqual(times(3, () => "let through"));
    expect(control(500)).toBe("let through");
    expect(control(999)).toBe(
      "FLOODED: Cannot take another PING: more than 3 such frames came at once, and more than 2 a second; send fewer (protocol.md §7.4)",
    );
  });

  it("§7.4 warns a peer that throws streams away, once, and ends with one that goes on", () => {
    const abuse = new Abuse(limits, 0);
    expect(times(5, () => abuse.churn(0))).toEqual(["fine", "fine", "fine", "fine", "enough"]);
    // After the warning as many as it has slots: they may have crossed it.
    expect(times(6, () => abuse.churn(0))).toEqual(times(6, () => "fine"));
    expect(abuse.churn(0)).toMatchObject({
      codeName: "FLOODED",
      message: expect.stringContaining("Cannot let streams be opened and thrown away") as string,
    });
  });

  it("§7.4 lets a peer cancel at the rate that comes back for as long as it likes", () => {
    const abuse = new Abuse(limits, 0);
    expect(new Set(times(10_000, () => "x").map((_, i) => abuse.churn(i * 1000)))).toEqual(new Set(["fine"]));
  });

  it("§7.4 answers enough errors once", () => {
    const abuse = new Abuse(limits, 0);
    expect(times(5, () => abuse.peerError())).toEqual(["fine", "fine", "enough", "fine", "fine"]);
  });

  it("§7.4 lets nothing in while too many handlers do not stop", () => {
    const abuse = new Abuse(limits, 0);
    abuse.told();
    expect(abuse.admits()).toBe(true);
    abuse.told();
    expect(abuse.admits()).toBe(false);
    abuse.finished();
    expect(abuse.admits()).toBe(true);
  });
});
