import { describe, expect, it } from "vitest";
import { Keepalive } from "./keepalive.js";

describe("Keepalive", () => {
  it("asks after a heartbeat, at the time it announced", () => {
    const keepalive = new Keepalive(100, 2, 0);
    expect(keepalive.nextTick()).toBe(100);
    expect(keepalive.tick(99)).toBe("wait");
    expect(keepalive.tick(100)).toBe("ping");
    expect(keepalive.tick(150)).toBe("wait");
  });

  it("measures the round trip by the PONG that answers", () => {
    const keepalive = new Keepalive(100, 2, 0);
    keepalive.tick(100);
    expect(keepalive.pong(1, 130)).toBe("answered");
    expect(keepalive.roundTripMs).toBe(30);
    expect(keepalive.nextTick()).toBe(200);
    expect(keepalive.pong(1, 140)).toBe("unasked");
  });

  it("refuses a PONG with another number", () => {
    const keepalive = new Keepalive(100, 2, 0);
    keepalive.tick(100);
    expect(keepalive.pong(2, 110)).toBe("unasked");
  });

  it("gives up after the missed heartbeats, and any message counts as life", () => {
    const keepalive = new Keepalive(100, 2, 0);
    keepalive.tick(100);
    keepalive.heard(250);
    expect(keepalive.tick(300)).toBe("wait");
    expect(keepalive.nextTick()).toBe(450);
    expect(keepalive.tick(449)).toBe("wait");
    expect(keepalive.tick(450)).toBe("dead");
  });

  it("asks once more before it gives up when it was suspended itself", () => {
    const keepalive = new Keepalive(100, 2, 0);
    expect(keepalive.tick(10_000)).toBe("ping");
    expect(keepalive.tick(10_199)).toBe("wait");
    expect(keepalive.tick(10_200)).toBe("dead");
  });

  it("measures when it is asked to, at most one unanswered, and not again within 50 ms", () => {
    const keepalive = new Keepalive(100, 2, 0);
    expect(keepalive.measure(5)).toBe("ping");
    expect(keepalive.measure(60)).toBe("wait");
    expect(keepalive.pong(1, 61)).toBe("answered");
    expect(keepalive.measure(61)).toBe("ping");
    keepalive.pong(2, 62);
    expect(keepalive.measure(110)).toBe("wait");
    expect(keepalive.measure(111)).toBe("ping");
  });

  it("takes a measurement for the heartbeat, and gives up when it is not answered", () => {
    const keepalive = new Keepalive(100, 2, 0);
    keepalive.measure(90);
    expect(keepalive.nextTick()).toBe(290);
    expect(keepalive.tick(290)).toBe("dead");
  });
});
