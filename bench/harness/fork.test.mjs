// Real processes whose contenders are written in the address itself.
import { describe, expect, it } from "vitest";
import { withPair } from "../net/pair.mjs";
import { fork } from "./fork.mjs";

const moduleOf = (code) => `data:text/javascript,${encodeURIComponent(code)}`;
const TIMEOUT_MS = 20_000;

describe("fork", () => {
  it("fails the question whose process ends, and says how and with what last words", async () => {
    const child = fork("net-worker.mjs", TIMEOUT_MS);
    const module = moduleOf(
      `export const serve = () => { console.error("Error: no port"); process.exit(3); }`,
    );
    await expect(child.ask("serve", { module })).rejects.toThrow("process ended (3): Error: no port");
  });

  it("fails each later question, and the process that asks lives on", async () => {
    const child = fork("net-worker.mjs", TIMEOUT_MS);
    await child.stop();
    await expect(child.ask("cpu")).rejects.toThrow(/^process (has )?ended/);
  });

  it("fails a question that is not answered in time", async () => {
    const child = fork("net-worker.mjs", 1_000);
    const module = moduleOf("export const serve = () => new Promise(() => {});");
    await expect(child.ask("serve", { module }, { last: true })).rejects.toThrow("no answer within 1 s");
  });
});

describe("withPair", () => {
  const clientThatWaits = "export const connect = () => ({ fetch: () => new Promise(() => {}) });";
  const fetch = ({ client }) =>
    client.ask("measure", { task: 1, items: 1, weight: 1, quick: true, times: undefined });

  it("fails at once when the server ends, though the client still waits", async () => {
    const dies = `export const serve = () => { setTimeout(() => { throw new TypeError("gone"); }, 200); return { port: 1 }; };`;
    await expect(withPair(moduleOf(dies + clientThatWaits), fetch, TIMEOUT_MS)).rejects.toThrow(
      "process ended (1): TypeError: gone",
    );
  });

  it("ends both processes when the work is done", async () => {
    const serves = "export const serve = () => ({ port: 1 });";
    const { server, client } = await withPair(moduleOf(serves + clientThatWaits), (pair) => pair);
    expect([await server.exited, await client.exited]).toEqual(["SIGKILL", "SIGKILL"]);
  });
});
