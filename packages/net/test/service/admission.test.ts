// Admission by a gate: who is refused hears why and when to come back, costs no work of the server, and what was
// granted goes back with what came of it.

import { type Gate, never, SluiceError } from "@sluice/core";
import { tokenBucket } from "@sluice/gates";
import {
  type AdmissionRequest,
  call,
  channel,
  defineService,
  push,
  RemoteError,
  ServiceHost,
  stream,
  unchecked,
} from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, serve } from "@sluice/net/node";
import { captureReported } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bothWays, until } from "./both-ways.js";
import { full, WatchGate } from "./watch-gate.js";

const number = unchecked<number>();
const service = defineService("desk", {
  ask: call({ input: z.number(), output: number }),
  read: stream({ input: number, output: number }),
  talk: channel({ input: number, output: number }),
  tell: push({ input: number }),
});

/** The first answer is what these tests are about, not what a client makes of it. */
const ONCE: object = { retries: 0 };

const handlers = {
  ask: (n: number) => n,
  read: (n: number) => Array.from({ length: n }, (_, i) => i),
  talk: (input: AsyncIterable<number>) => input,
  tell: () => {},
};

for (const { name, open } of bothWays) {
  describe(`admission over ${name}`, () => {
    it("refuses calls, streams, channels and pushes with the gate's reason and time", async () => {
      const gate = new WatchGate(() => full);
      const { client } = await open(service, handlers, { admission: gate });
      const asked = [
        client.ask(1, ONCE),
        client.read(1, ONCE).toArray(),
        client.talk([1], ONCE).toArray(),
        client.tell(1, ONCE),
      ];
      for (const result of await Promise.allSettled(asked)) {
        expect(result).toMatchObject({
          status: "rejected",
          reason: { code: "OVERLOADED", retryAfterMs: 251, notStarted: true, doNotRetry: false },
        });
        expect((result as PromiseRejectedResult).reason).toBeInstanceOf(RemoteError);
        expect((result as PromiseRejectedResult).reason.message).toMatch(
          /^Cannot begin desk\.(ask|read|talk|tell) now: all desks are taken$/,
        );
      }
      expect(gate.held).toBe(0);
    });

    it("asks before anything of the input is decoded or checked", async () => {
      let checked = 0;
      const seen = z.number().refine(() => {
        checked += 1;
        return true;
      });
      const watched = defineService("desk", { ask: call({ input: seen, output: number }) });
      let isFull = true;
      const gate = new WatchGate(() => (isFull ? full : undefined));
      const { client } = await open(watched, { ask: (n) => n }, { admission: gate });
      await expect(client.ask(1, ONCE)).rejects.toMatchObject({ code: "OVERLOADED" });
      expect(checked).toBe(0);
      isFull = false;
      expect(await client.ask(1)).toBe(1);
      expect(checked).toBe(1);
    });

    it("gives the permit back as a success, a failure or ignored", async () => {
      const gate = new WatchGate();
      const failing = {
        ...handlers,
        ask: (n: number) => {
          if (n < 0) throw new Error("negative");
          return n;
        },
        read: () => never(),
      };
      const { client } = await open(service, failing, { admission: gate });
      await client.ask(1);
      await client.tell(1);
      await client.talk([1, 2]).toArray();
      await until(() => gate.held === 0);
      expect(gate.outcomes.splice(0)).toEqual(["success", "success", "success"]);
      await expect(client.ask(-1)).rejects.toThrow("negative");
      await until(() => gate.held === 0);
      expect(gate.outcomes.splice(0)).toEqual(["failure"]);
      await expect(client.ask("x" as never)).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
      await until(() => gate.held === 0);
      expect(gate.outcomes.splice(0)).toEqual(["ignored"]);
      await expect(client.read(1, { deadlineMs: 20 }).toArray()).rejects.toMatchObject({ code: "TIMEOUT" });
      await until(() => gate.held === 0);
      // The deadline passes at both ends at once: either may be heard first.
      expect(["failure", "ignored"]).toContain(gate.outcomes.splice(0)[0]);
      const stop = new AbortController();
      const reading = client.read(1, { signal: stop.signal }).toArray();
      await until(() => gate.held === 1);
      stop.abort();
      await reading.catch(() => {});
      await until(() => gate.held === 0);
      expect(gate.outcomes.splice(0)).toEqual(["ignored"]);
    });

    it("keeps the permit of a cancelled call until its handler has ended", async () => {
      const gate = new WatchGate();
      let finish = (_: number): void => {};
      const slow = {
        ...handlers,
        ask: () =>
          new Promise<number>((resolve) => {
            finish = resolve;
          }),
      };
      const { client } = await open(service, slow, { admission: gate });
      const stop = new AbortController();
      const asked = client.ask(1, { signal: stop.signal });
      await until(() => gate.held === 1);
      stop.abort();
      await asked.catch(() => {});
      expect(await client.tell(1)).toBeUndefined();
      await until(() => gate.outcomes.length === 1); // of the push
      expect(gate.held).toBe(1);
      finish(1);
      await until(() => gate.held === 0);
      expect(gate.outcomes).toEqual(["success", "ignored"]);
    });

    it("tells the gate criticality and principal, and a function everything that OPEN says", async () => {
      const gate = new WatchGate();
      const requests: AdmissionRequest[] = [];
      const { client } = await open(service, handlers, {
        authenticate: () => "anna",
        admission: (request) => {
          requests.push(request);
          return request.method === "desk.tell" ? undefined : gate;
        },
      });
      await client.ask(1, {
        criticality: "sheddable",
        urgency: 5,
        metadata: { trace: "7" },
        deadlineMs: 9000,
      });
      await client.tell(1);
      expect(gate.requests).toEqual([{ criticality: "sheddable", key: "anna" }]);
      expect(requests[0]).toMatchObject({
        method: "desk.ask",
        interaction: "call",
        principal: "anna",
        criticality: "sheddable",
        urgency: 5,
        metadata: { trace: "7" },
        deadlineMs: 9000,
      });
      expect(requests[1]).toMatchObject({ method: "desk.tell", interaction: "push", deadlineMs: undefined });
    });

    it("refuses with the error of a function or gate that throws, and ends nothing else", async () => {
      const errors: unknown[] = [];
      const { client } = await open(service, handlers, {
        onHandlerError: (error, place) => errors.push((error as Error).message, place.during),
        admission: ({ method }) => {
          if (method === "desk.tell") throw new SluiceError("FORBIDDEN", "Cannot tell: not today");
          return method === "desk.read"
            ? ({ tryAcquire: () => JSON.parse("{") } as unknown as Gate)
            : undefined;
        },
      });
      await expect(client.tell(1)).rejects.toMatchObject({
        code: "FORBIDDEN",
        message: "Cannot tell: not today",
      });
      await expect(client.read(1, ONCE).toArray()).rejects.toMatchObject({ code: "INTERNAL" });
      expect(await client.ask(1)).toBe(1);
      expect(errors).toEqual([
        "Cannot tell: not today",
        "admission",
        expect.stringContaining("JSON"),
        "admission",
      ]);
    });

    it("serves as before when a gate throws what it is given back", async () => {
      const captured = await captureReported(async () => {
        const gate = new WatchGate();
        const granted = gate.tryAcquire();
        const bad: Gate = {
          tryAcquire: () => ({
            ...(granted as { granted: true }),
            release: () => {
              throw new Error("broken gate");
            },
          }),
          acquire: () => Promise.reject(new Error("unused")),
        };
        const { client } = await open(service, handlers, { admission: bad });
        expect(await client.ask(1)).toBe(1);
        expect(await client.ask(2)).toBe(2);
      });
      expect(String(captured)).toContain("broken gate");
    });
  });
}

describe("admission", () => {
  it("refuses ten times the load politely: what is within the rate is served, the rest knows when to come", async () => {
    const bucket = tokenBucket({ capacity: 20, ratePerSecond: 0.001 });
    const server = await serve(service, handlers, { admission: bucket });
    const client = await connect(server.url, service, { reconnect: false });
    const results = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => client.ask(i, ONCE)));
    const served = results.filter(({ status }) => status === "fulfilled");
    expect(served).toHaveLength(20);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      expect(result.reason).toMatchObject({ code: "RATE_LIMITED", notStarted: true });
      expect(result.reason.retryAfterMs).toBeGreaterThan(900_000);
    }
    // One connection, and it is still there for who has a permit.
    expect(server.snapshot().connections).toHaveLength(1);
    await client.close();
    await server.close();
  });

  it("refuses what is no gate when the server is made", () => {
    const make = (options: object) => () => new ServiceHost(service, handlers, options);
    expect(make({ admission: {} })).toThrow(
      "Cannot ask admission for permits: it must be a Gate, with tryAcquire(); see @sluice/gates",
    );
    expect(make({ connectionGate: () => {} })).toThrow(/^Cannot ask connectionGate for permits/);
    expect(make({ middleware: () => {} })).toThrow(/must be an array of functions \(request, next\)$/);
    expect(make({ middleware: [1] })).toThrow(TypeError);
  });
});

describe("connectionGate", () => {
  it("is asked at the door with the address, and refuses with 503, its reason and Retry-After", async () => {
    let isFull = false;
    const gate = new WatchGate(() => (isFull ? { ...full, retryAfterMs: 2500 } : undefined));
    const server = await serve(service, handlers, { connectionGate: gate });
    const client = await connect(server.url, service);
    expect(gate.requests).toEqual([{ key: "127.0.0.1" }]);
    isFull = true;
    await expect(connect(server.url, service, { reconnect: false })).rejects.toMatchObject({
      message: expect.stringContaining("all desks are taken"),
    });
    const refused = await fetch(server.url.replace("ws:", "http:"));
    expect(refused.status).toBe(426); // no upgrade, no question
    expect(gate.asked).toBe(2);
    expect(server.snapshot()).toMatchObject({ refused: 1 });
    expect([gate.held, gate.outcomes]).toEqual([1, []]);
    await client.close();
    await until(() => gate.held === 0);
    expect(gate.outcomes).toEqual(["success"]);
    await server.close();
  });

  it("closes any other transport as one that may try again later, also when the gate throws", async () => {
    const captured = await captureReported(async () => {
      const gate: Gate = {
        tryAcquire: () => {
          throw new Error("broken gate");
        },
        acquire: () => Promise.reject(new Error("unused")),
      };
      const host = new ServiceHost(service, handlers, { connectionGate: gate });
      const [near, far] = memoryPair();
      const end = new Promise((resolve) => near.onClose(resolve));
      host.accept(far);
      expect(await end).toMatchObject({
        code: 1013,
        reason: "the gate of this server cannot answer; try again later",
      });
      expect(host.snapshot()).toMatchObject({ connections: [], refused: 1 });
    });
    expect(String(captured)).toContain("broken gate");
  });
});
