// A real redis-server on a free port, in a folder of its own: started for the tests of a file, and ended with them.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { component } from "@sluice/testbed";
import { createClient } from "redis";

/** Where redis-server is; "": nowhere, and in CI that is a failure. */
export const REDIS: string = component("redis-server", ["redis-server"], "redis-server") ?? "";

/** One server, which can be ended and started again on its port. */
export class RedisServer {
  readonly port: number;
  private readonly folder: string;
  private readonly appendonly: "yes" | "no";
  private child: ChildProcess | undefined = undefined;

  constructor(port: number, folder: string, appendonly: "yes" | "no") {
    this.port = port;
    this.folder = folder;
    this.appendonly = appendonly;
  }

  /** Up when it says so; what it has promised to remember it has read. */
  async start(): Promise<void> {
    const child = spawn(
      REDIS,
      [
        ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.folder],
        ...["--save", "", "--appendonly", this.appendonly, "--appendfsync", "always"],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.child = child;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", (chunk) => {
        said = (said + String(chunk)).slice(-4096);
        if (said.includes("Ready to accept connections")) resolve();
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    });
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** It stands still, and its connections stay: as a server that is swapped out, or behind a network that drops all. */
  freeze(): void {
    this.child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * `"durable"`: every write is on disk before it is answered, so that what a crash takes away is nothing that anybody was
 * told. `"quick"`: nothing is written.
 */
export async function startRedis(kind: "durable" | "quick"): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-redis-"));
  const server = new RedisServer(await freePort(), folder, kind === "durable" ? "yes" : "no");
  await server.start();
  return server;
}

/** A client of node-redis that keeps nothing for later, as our page tells users to set it. */
export async function nodeRedisClient(port: number): Promise<ReturnType<typeof createClient>> {
  const client = createClient({
    socket: { host: "127.0.0.1", port, reconnectStrategy: 20 },
    disableOfflineQueue: true,
  });
  client.on("error", () => {}); // the link notices by itself
  await client.connect();
  return client as ReturnType<typeof createClient>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
