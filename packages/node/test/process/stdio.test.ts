// Standard input and output of real processes.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleScript } from "@sluice/testbed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-stdio-"));
  await bundleScript(new URL("./stdio-script.ts", import.meta.url), join(folder, "script.mjs"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (name: string): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [join(folder, "script.mjs"), name]);

const ended = (child: ChildProcessWithoutNullStreams): Promise<Ended> => {
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdin.on("error", () => {}); // it may read less than it is given
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
};

describe("fromStdin", () => {
  it("reads to the end what comes in, in order", async () => {
    const child = start("copy");
    const text = Array.from({ length: 40_000 }, (_, n) => `line ${n} ä\n`).join("");
    child.stdin.end(text);
    expect(await ended(child)).toEqual({ code: 0, out: text, err: "" });
  });

  it("lets the process end when it is left, though the input is still open", async () => {
    const child = start("first");
    child.stdin.write("one\ntwo\n");
    expect(await ended(child)).toEqual({ code: 0, out: "one", err: "" });
  });

  it("leaves the input to the next reader if it is told so", async () => {
    const child = start("twice");
    const result = ended(child);
    child.stdin.write("one ");
    child.stdout.once("data", () => child.stdin.end("two "));
    expect(await result).toEqual({ code: 0, out: "one two ", err: "" });
  });
});

describe("toStdout", () => {
  it("cancels the flow and resolves when its reader is gone, and the process ends well", async () => {
    const child = start("endless");
    child.stdout.once("data", () => child.stdout.destroy());
    const { code, err } = await ended(child);
    expect({ code, err }).toEqual({ code: 0, err: "cancelled reader-gone" });
  });

  it("leaves the output open, and rejects with the error of its flow", async () => {
    const child = start("open");
    child.stdin.end();
    expect(await ended(child)).toEqual({ code: 0, out: "one two broke", err: "" });
  });

  it("makes no more than the pipe takes while nobody reads", async () => {
    const child = start("stalled");
    child.stdin.end();
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    await new Promise((resolve) => child.on("exit", resolve));
    child.stdout.destroy();
    expect(Number(err)).toBeGreaterThan(0);
    expect(Number(err) * 8).toBeLessThan(2 ** 20);
  });
});
