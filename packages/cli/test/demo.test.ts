// The demo as a user runs it: real processes, a real socket, the real file.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromAsyncIterable, range, take } from "@sluice/core";
import { serve } from "@sluice/net/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flightsService } from "../src/demo/flights/flights-service.js";
import type { DemoReport } from "../src/demo/show/report.js";
import { buildCli, childrenOf, isRunning, runCli, startCli } from "./run-cli.js";
import type { Outcome } from "./run-cli.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-demo-"));
  buildCli();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function demo(
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string; report: DemoReport }> {
  const json = join(folder, "figures.json");
  const { code, out, err } = await runCli("demo", "--json", json, ...args);
  return { code, out, err, report: JSON.parse(await readFile(json, "utf8")) as DemoReport };
}

describe("sluice demo --fast", () => {
  let outcome: Outcome;
  let report: DemoReport;
  let children: number[];
  beforeAll(async () => {
    const json = join(folder, "fast.json");
    const { child, ended, firstLine } = startCli("demo", "--fast", "--json", json);
    await firstLine;
    children = childrenOf(child.pid ?? 0);
    outcome = await ended;
    report = JSON.parse(await readFile(json, "utf8")) as DemoReport;
  }, 60_000);

  it("ends by itself with exit code 0 and leaves no process behind", () => {
    expect({ code: outcome.code, err: outcome.err }).toEqual({ code: 0, err: "" });
    expect(children).toHaveLength(2);
    expect(children.filter(isRunning)).toEqual([]);
  });

  it("shows plain lines where there is no terminal, and a summary of both passes", () => {
    const { out } = outcome;
    expect(out).toMatch(/^with credit +0\.0 s {2}produced 0 {2}granted 0 /);
    expect(out).toMatch(/^without credit .* granted no credit .* complete$/m);
    expect(out).toMatch(/^flights consumed +10,000 +10,000$/m);
    expect(out).toMatch(/^holds +produced only on credit: /m);
    expect(out).not.toContain(String.fromCharCode(0x1b));
  });

  it("writes the figures of both passes", () => {
    expect(report).toMatchObject({ demo: "sluice", version: 1, fast: true, window: 256 });
    expect(report.passes.map(({ pass }) => pass)).toEqual(["credit", "plain"]);
    for (const pass of report.passes) {
      expect(pass.state).toBe("complete");
      expect([pass.produced, pass.received, pass.consumed, pass.left]).toEqual([FAST, FAST, FAST, 0]);
      expect(pass.memory.samples.length).toBeGreaterThan(1);
      for (const { server, client } of pass.memory.samples) {
        expect(server).toBeGreaterThan(1e6);
        expect(client).toBeGreaterThan(1e6);
      }
    }
    expect(report.hours).toHaveLength(24);
    expect(report.hours.reduce((sum, { flights }) => sum + flights, 0)).toBe(FAST);
  });

  it("§1.1 produces nothing that was not granted, and grants no more than the window and the step take", () => {
    const [credit, plain] = report.passes;
    expect(credit?.overdraft).toBeLessThanOrEqual(0);
    expect(credit?.looksOverCredit).toBe(0);
    expect(credit?.looks).toBeGreaterThan(1);
    expect(credit?.granted).toBeGreaterThanOrEqual(FAST);
    expect(credit?.largestCredit).toBeLessThanOrEqual(256 + 16);
    expect(credit?.largestLead).toBeLessThanOrEqual(credit?.largestCredit ?? 0);
    expect(plain).toMatchObject({ granted: null, overdraft: null, largestCredit: null });
  });

  it("judges what a short run can tell, and nothing else", () => {
    expect(report.figures.map(({ name, holds }) => [name, holds])).toEqual([
      ["lead", true],
      ["memory with credit", null],
      ["memory without credit", null],
      ["same answer", true],
    ]);
  });
});

describe("sluice demo --file", () => {
  it("serves another file, and judges no memory on it", async () => {
    const file = join(folder, "few.json");
    await writeFile(file, '[{"delay":30,"distance":1,"time":5.5}, {"delay":10,"distance":2,"time":5}]');
    const { code, report } = await demo("--file", file);
    expect(code).toBe(0);
    expect(report.passes.map(({ state, consumed }) => [state, consumed])).toEqual([
      ["complete", 2],
      ["complete", 2],
    ]);
    expect(report.hours[5]).toEqual({ hour: 5, flights: 2, meanDelay: 20 });
    expect(report.figures.map(({ holds }) => holds)).toEqual([true, null, null, true]);
  }, 60_000);
});

describe("sluice demo --server", () => {
  it("takes the flights from a running server, with credit only", async () => {
    async function* flights(): AsyncGenerator<{ delay: number; distance: number; time: number }> {
      for await (const n of range(0, 3000)) yield { delay: n % 7, distance: n, time: n % 24 };
    }
    const server = await serve(flightsService, {
      records: ({ limit }) => fromAsyncIterable(flights()).pipe(take(limit)),
    });
    const { code, out, report } = await demo("--server", server.url);
    await server.close();
    expect(code).toBe(0);
    expect(out).toContain("server not ours");
    expect(report.passes).toHaveLength(1);
    expect(report.passes[0]).toMatchObject({
      pass: "credit",
      state: "complete",
      consumed: 3000,
      looksOverCredit: 0,
    });
  }, 60_000);
});

describe("ending the demo", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends with its processes on %s, with exit code %i and no error",
    async (signal, exitCode) => {
      const { child, ended, firstLine } = startCli("demo");
      await firstLine;
      const children = childrenOf(child.pid ?? 0);
      child.kill(signal);
      const { code, err } = await ended;
      expect({ code, err }).toEqual({ code: exitCode, err: "" });
      expect(children).toHaveLength(2);
      expect(children.filter(isRunning)).toEqual([]);
    },
    60_000,
  );

  it("ends quietly when nobody reads its output any more", async () => {
    const { child, ended, firstLine } = startCli("demo");
    await firstLine;
    const children = childrenOf(child.pid ?? 0);
    child.stdout?.destroy();
    const { code, err } = await ended;
    expect({ code, err }).toEqual({ code: 141, err: "" });
    expect(children.filter(isRunning)).toEqual([]);
  }, 60_000);

  it("takes its processes with it when it is killed", async () => {
    const { child, ended, firstLine } = startCli("demo");
    await firstLine;
    const children = childrenOf(child.pid ?? 0);
    expect(children).toHaveLength(2);
    child.kill("SIGKILL");
    await ended;
    await expect.poll(() => children.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  }, 60_000);
});

/** Flights of a fast run. */
const FAST = 10_000;
