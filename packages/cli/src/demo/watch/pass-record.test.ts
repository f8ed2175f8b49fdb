import { describe, expect, it } from "vitest";
import type { ClientCounters, ServerCounters } from "../link/messages.js";
import { PassRecord } from "./pass-record.js";

function server(counters: Partial<ServerCounters>): { counters: ServerCounters; memory: null } {
  const none = { granted: null, produced: 0, overdraft: null, bytesRead: 0 };
  return { counters: { ...none, ...counters }, memory: null };
}

function client(counters: Partial<ClientCounters>): { counters: ClientCounters; memory: null } {
  const none = { granted: null, largestCredit: null, received: 0, largestLead: 0, consumed: 0 };
  return { counters: { ...none, ...counters }, memory: null };
}

describe("PassRecord", () => {
  it("tells what is in flight, what waits, and what is queued in all", () => {
    const record = new PassRecord("plain", 1000);
    record.look(100, server({ produced: 90 }), client({ received: 70, consumed: 40 }));
    expect(record).toMatchObject({ produced: 90, inFlight: 20, waiting: 30, queued: 50, progress: 0.04 });
  });

  it("keeps its account when flights arrive between the look at the server and the one at the client", () => {
    const record = new PassRecord("credit", 1000);
    record.look(100, server({ produced: 90 }), client({ granted: 300, received: 120, consumed: 100 }));
    expect(record).toMatchObject({ produced: 120, inFlight: 0, waiting: 20, queued: 20, looksOverCredit: 0 });
  });

  it("remembers the largest queue", () => {
    const record = new PassRecord("plain", 1000);
    record.look(100, server({ produced: 90 }), client({ received: 70, consumed: 40 }));
    record.look(200, server({ produced: 90 }), client({ received: 90, consumed: 89 }));
    expect(record).toMatchObject({ queued: 1, largestQueue: 50 });
  });

  it("counts a look at which more was produced than the client had granted", () => {
    const record = new PassRecord("credit", 1000);
    record.look(100, server({ produced: 256 }), client({ granted: 256, received: 200 }));
    expect(record).toMatchObject({ looks: 1, looksOverCredit: 0 });
    record.look(200, server({ produced: 257 }), client({ granted: 256, received: 257 }));
    expect(record).toMatchObject({ looks: 2, looksOverCredit: 1 });
  });

  it("gives the rate of the last second, not of the whole pass", () => {
    const record = new PassRecord("credit", null);
    for (const [atMs, consumed] of [
      [0, 0],
      [1000, 100],
      [2000, 200],
      [3000, 1200],
    ] as const) {
      record.look(atMs, null, client({ consumed }));
    }
    expect(record.rate).toBe(1000);
  });

  it("has no rate at its first look", () => {
    const record = new PassRecord("credit", null);
    record.look(0, null, client({ consumed: 0 }));
    expect(record.rate).toBe(0);
  });

  it("measures progress by the file where nobody knows the number of flights", () => {
    const record = new PassRecord("credit", null);
    record.fileBytes = 1000;
    record.look(100, server({ produced: 50, bytesRead: 500 }), client({ received: 50, consumed: 25 }));
    expect(record.progress).toBe(0.25);
    record.end([]);
    expect(record.progress).toBe(1);
  });

  it("takes what has arrived for what was produced where the server is not ours", () => {
    const record = new PassRecord("credit", 100);
    record.look(100, null, client({ granted: 60, received: 50, consumed: 20 }));
    expect(record).toMatchObject({ produced: 50, inFlight: 0, waiting: 30, looksOverCredit: 0 });
  });

  it("is complete with an answer, and stopped without one", () => {
    const complete = new PassRecord("credit", 1);
    complete.end([]);
    const stopped = new PassRecord("plain", 1);
    stopped.end(undefined);
    expect([complete.state, stopped.state]).toEqual(["complete", "stopped"]);
  });
});
