// Faults on real sockets and processes, in small; `npm run faults` has them in full. Children run the built packages.

import { describe, expect, it } from "vitest";

type Options = Readonly<Record<string, number>>;
type Result = Readonly<Record<string, unknown>>;

/** Runs a scenario and answers what did not hold, with the figures in case there is something. */
async function broken(name: string, options: Options): Promise<readonly unknown[]> {
  const file = new URL(`./${name}.mjs`, import.meta.url).href;
  const scenario = (await import(/* @vite-ignore */ file)) as Record<string, (...args: unknown[]) => unknown>;
  const result = (await scenario[name]?.(options)) as Result;
  const lines = scenario[`${name}Broken`]?.(result, options) as readonly string[];
  return lines.length === 0 ? [] : [...lines, result];
}

describe("on real sockets", { timeout: 60_000 }, () => {
  it("R4 a connection that is cut 30 times within 50,000 items gives each once, within its replay memory", async () => {
    expect(await broken("r4", { items: 50_000, cuts: 30 })).toEqual([]);
  });

  it("R5 a server that is killed and started again leaves no gap, no double, and one definite error each", async () => {
    expect(await broken("r5", { kills: 3, streams: 5, items: 3000 })).toEqual([]);
  });

  it("R6 H23 reconnect herd: 50 clients spread over a rolling restart of three servers and lose nothing", async () => {
    const told = { drainMs: 300, reconnectAfterMs: 100, spreadMs: 1000 };
    expect(await broken("r6", { clients: 50, ...told })).toEqual([]);
  });
});
