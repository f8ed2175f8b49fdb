// `npm run fuzz -- --beside SECONDS`: what hostile peers cost somebody else. A client asks a real server in a process of
// its own, one call after the other, while another process sends either calls that mean well or inputs of the fuzz, at
// the same byte rate. R3: the p99 beside the fuzz is at most three times the one beside the peer that means well.

import { type ChildProcess, fork } from "node:child_process";
import { connect } from "@sluice/net/node";
import { WebSocket } from "ws";
import { service } from "../hostile/hostile-service.js";
import type { Figures } from "../hostile/server-process.js";
import { InputMaker } from "./make-input.js";

/** Where the bundles are that run as processes. */
export interface Bundles {
  readonly server: string;
  readonly self: string;
  readonly vectors: URL;
}

/** Measures in turns, so that what else the machine does falls on both. */
export async function beside(bundles: Bundles, seconds: number, seed: number): Promise<void> {
  const server = fork(bundles.server, ["{}"], { execArgv: ["--expose-gc"] });
  const { url, heap } = await figuresOf(server);
  const client = await connect(url, service);
  const latencies: Record<Peer, number[]> = { honest: [], fuzz: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of ["honest", "fuzz"] as const) {
      const args = [`--peer=${kind}`, `--url=${url}`, `--seed=${seed + round}`, `--root=${process.cwd()}`];
      const peer = fork(bundles.self, args);
      await new Promise((resolve) => peer.once("message", resolve));
      const until = performance.now() + (seconds * 1000) / (2 * ROUNDS);
      for (let asked = performance.now(); asked < until; asked = performance.now()) {
        if ((await client.echo(asked)) !== asked) throw new Error("answered something else");
        latencies[kind].push(performance.now() - asked);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      peer.kill();
      await new Promise((resolve) => peer.once("exit", resolve));
    }
  }
  await client.close();
  server.send("figures");
  const after = await figuresOf(server);
  server.disconnect();
  const [honest, fuzz] = [p99(latencies.honest), p99(latencies.fuzz)];
  const ratio = fuzz / honest;
  process.stdout.write(
    `p99 of a call, ms: ${honest.toFixed(2)} beside an honest peer (${latencies.honest.length} calls), ` +
      `${fuzz.toFixed(2)} beside the fuzz (${latencies.fuzz.length} calls), ${ratio.toFixed(2)} times, ` +
      `at ${BYTES_PER_SECOND} bytes a second\n` +
      `server heap after gc: ${Math.round(heap / 2 ** 20)} MiB before, ${Math.round(after.heap / 2 ** 20)} MiB after; ` +
      `it ended connections with ${after.connectionErrors.length} different errors\n`,
  );
  for (const [bad, text] of [
    [ratio > 3, `the p99 is ${ratio.toFixed(2)} times the one beside an honest peer, at most 3 is allowed`],
    [after.stray.length > 0, `the server let an error go unheard: ${after.stray[0]}`],
    [after.heap > heap + 64 * 2 ** 20, "the server's heap grew by more than 64 MiB"],
  ] as const) {
    if (!bad) continue;
    process.stdout.write(`FAILED ${text}\n`);
    process.exitCode = 1;
  }
}

/** Who sends beside the client that is measured. */
export type Peer = "honest" | "fuzz";

/** Runs in a process of its own until it is ended. */
export async function sendBeside(kind: Peer, url: string, vectors: URL, seed: number): Promise<void> {
  const pace = new Pace(BYTES_PER_SECOND);
  if (kind === "honest") {
    const client = await connect(url, service);
    const payload = "x".repeat(1000);
    process.send?.("ready");
    for (;;) {
      await pace.of(payload.length);
      await client.echo(payload);
    }
  }
  const maker = new InputMaker(seed, vectors);
  const inputs = Array.from({ length: 20_000 }, (_, i) => maker.make(i)).filter(
    ({ target }) => target !== "client",
  );
  process.send?.("ready");
  for (let i = 0; ; i += 1) {
    const socket = new WebSocket(url, "sluice.v1", { perMessageDeflate: false });
    socket.on("error", () => {});
    const opened = await new Promise((resolve) => {
      socket.once("open", () => resolve(true));
      socket.once("close", () => resolve(false));
    });
    if (opened !== true) continue;
    for (const message of inputs[i % inputs.length]?.messages ?? []) {
      await pace.of(message.length);
      if (socket.readyState === socket.OPEN) socket.send(message);
    }
    socket.close();
  }
}

/** Lets so many bytes through in a second. */
class Pace {
  private readonly perSecond: number;
  private readonly began = performance.now();
  private bytes = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  async of(bytes: number): Promise<void> {
    this.bytes += bytes;
    const due = this.began + (this.bytes * 1000) / this.perSecond;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function figuresOf(server: ChildProcess): Promise<Figures> {
  return new Promise((resolve) => server.once("message", (figures) => resolve(figures as Figures)));
}

function p99(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

const ROUNDS = 4;
const BYTES_PER_SECOND = 256 * 1024;
