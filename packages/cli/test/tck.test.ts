// `sluice tck --wire` as a user runs it: against our own server in a process of its own, and against servers that
// are none or break the rules.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { encodeFrame, Session, Writer } from "@sluice/net/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { buildCli, runCli } from "./run-cli.js";

let server: ChildProcess;
let url: string;
beforeAll(async () => {
  buildCli();
  const path = fileURLToPath(new URL("./tck-server.mjs", import.meta.url));
  server = spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(server.stdout as NonNullable<typeof server.stdout>, "data")) as [Buffer];
  url = line.toString().trim();
}, 120_000);
afterAll(async () => {
  server.stdin?.end();
  await once(server, "exit");
});

/** A server that does with each connection what a test wants; returns its URL and what closes it. */
async function strangeServer(talk: (socket: WebSocket) => void): Promise<{ url: string; close: () => void }> {
  const strange = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "sluice.v1" });
  strange.on("connection", (socket) => {
    socket.on("error", () => {});
    talk(socket);
  });
  await once(strange, "listening");
  const { port } = strange.address() as AddressInfo;
  const close = (): void => {
    for (const socket of strange.clients) socket.terminate();
    strange.close();
  };
  return { url: `ws://127.0.0.1:${port}`, close };
}

describe("sluice tck --wire", () => {
  it("finds nothing in our own server", async () => {
    const { code, out, err } = await runCli("tck", "--wire", url);
    const lines = out.trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("FAIL"))).toEqual([]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(lines.at(-1)).toMatch(/^(\d+) cases: \1 passed, 0 failed$/);
    expect(lines.length).toBeGreaterThan(150);
    // A code was told, not only an end.
    expect(lines).toContain("ok   items.json: no item - MALFORMED");
    expect(lines).toContain("ok   header.json: an ignorable frame that nobody knows is skipped - lives");
  }, 60_000);

  it("plays what is asked for alone", async () => {
    const { code, out } = await runCli("tck", "--wire", url, "--only", "ack.json");
    expect(code).toBe(0);
    expect(out.trimEnd().split("\n")).toHaveLength(5);
  });

  it("fails a server that takes everything, and says what was wanted", async () => {
    const lenient = await strangeServer((socket) => {
      const hello = new Session({ role: "server", codecs: ["raw"] }, 0).transmit(0);
      if (hello !== undefined) socket.send(hello);
    });
    try {
      const { code, out, err } = await runCli(
        "tck",
        "--wire",
        lenient.url,
        "--only",
        "ack.json",
        "--timeout",
        "200",
      );
      expect(out).toContain("FAIL ack.json: on a stream - wanted MALFORMED, came nothing within 200 ms");
      expect(out).toContain("4 cases: 0 passed, 4 failed");
      expect({ code, line: err.trimEnd() }).toEqual({
        code: 1,
        line: "sluice: 4 of 4 cases failed; docs/protocol.md has the rules by section, --only plays one again",
      });
    } finally {
      lenient.close();
    }
  });

  it("fails a server that ends the connection with another code, or without one", async () => {
    let connections = 0;
    const wrong = await strangeServer((socket) => {
      const hello = new Session({ role: "server", codecs: ["raw"] }, 0).transmit(0);
      if (hello !== undefined) socket.send(hello);
      const tells = connections++ % 2 === 0;
      socket.on("message", (data: Buffer) => {
        if ((data[0] ?? 0) % 0x20 === 1) return;
        const writer = new Writer();
        const failure = { code: 1, name: "INTERNAL", message: "", notStarted: false, doNotRetry: false };
        encodeFrame(writer, { kind: "error", streamId: 0, items: 0, bytes: 0, failure });
        if (tells) socket.send(writer.take());
        socket.close(1011);
      });
    });
    try {
      const { code, out } = await runCli(
        "tck",
        "--wire",
        wrong.url,
        "--only",
        "ack.json",
        "--timeout",
        "500",
      );
      expect(code).toBe(1);
      expect(out).toMatch(/wanted MALFORMED, came ENDPOINT_FAILED$/m);
      expect(out).toMatch(/wanted MALFORMED, came close 1011$/m);
    } finally {
      wrong.close();
    }
  });

  it("says in one line that nobody is there, or somebody else", async () => {
    const nobody = await runCli("tck", "--wire", "ws://127.0.0.1:1");
    expect(nobody.code).toBe(1);
    expect(nobody.err.trimEnd()).toMatch(
      /^sluice: Cannot connect to ws:\/\/127\.0\.0\.1:1 .*ECONNREFUSED.*; start/,
    );
    const silent = await strangeServer(() => {});
    try {
      const { code, err } = await runCli("tck", "--wire", silent.url, "--timeout", "200");
      expect(code).toBe(1);
      expect(err.trimEnd()).toMatch(/^sluice: Cannot check ws:.*it says no HELLO \(no hello within 200 ms\)/);
    } finally {
      silent.close();
    }
  });

  it("refuses what is no URL, and tells how it is used", async () => {
    const { code, err } = await runCli("tck", "--wire", "http://127.0.0.1");
    expect({ code, line: err.trimEnd().includes("begins with ws://") }).toEqual({ code: 1, line: true });
    const help = await runCli("tck", "--help");
    expect(help.code).toBe(0);
    for (const option of ["--wire <url>", "--timeout <ms>", "--only <text>"])
      expect(help.out).toContain(option);
  });
});
