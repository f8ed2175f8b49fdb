// What a process holds for a peer that reads nothing, measured from outside: by `ws.send` alone, and by socketSubscriber.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";

interface Reading {
  readonly rss: number;
  readonly arrayBuffers: number;
  readonly buffered: number;
  readonly produced: number;
}

const MIB = 2 ** 20;

/** Readings of a server whose only client stalls, until `isEnough`. */
async function stalled(
  mode: "naive" | "sluice",
  isEnough: (readings: readonly Reading[]) => boolean,
): Promise<Reading[]> {
  const child: ChildProcess = fork(fileURLToPath(new URL("./child/pusher.mjs", import.meta.url)), [mode], {
    execArgv: [],
  });
  let socket: WebSocket | undefined;
  const readings: Reading[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      child.on("message", (message: Reading | { readonly port: number }) => {
        if ("port" in message) {
          socket = new WebSocket(`ws://127.0.0.1:${message.port}`);
          socket.on("open", () => socket?.pause());
          socket.on("error", reject);
          return;
        }
        readings.push(message);
        if (isEnough(readings)) resolve();
      });
    });
  } finally {
    child.removeAllListeners();
    socket?.terminate();
    child.kill("SIGKILL");
  }
  return readings;
}

describe("a server whose client stalls", () => {
  it("holds all that it sends by ws.send alone", async () => {
    const readings = await stalled("naive", (all) => (all.at(-1)?.buffered ?? 0) > 100 * MIB);
    expect((readings.at(-1) as Reading).rss - (readings[0] as Reading).rss).toBeGreaterThan(80 * MIB);
  });

  it("holds 64 KiB and one message by socketSubscriber, and its source stands", async () => {
    const readings = await stalled("sluice", (all) => all.filter(({ produced }) => produced > 0).length > 30);
    const late = readings.slice(-20);
    expect(Math.max(...readings.map(({ buffered }) => buffered))).toBeLessThan(65_536 + 16_500);
    expect(new Set(late.map(({ produced }) => produced)).size).toBe(1);
    expect((late.at(-1) as Reading).rss - (readings[0] as Reading).rss).toBeLessThan(30 * MIB);
  });
});
