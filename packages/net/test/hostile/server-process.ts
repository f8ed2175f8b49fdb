// A real server in a process of its own, so that what a hostile peer costs is seen in its memory and nowhere else. It is
// told what to do by messages from the test, and answers with figures.

import { type ServeOptions, serve } from "@sluice/net/node";
import { service } from "./hostile-service.js";

/** What the process answers to each message. */
export interface Figures {
  readonly url: string;
  readonly port: number;
  /** Handlers at work now, and at most so far. */
  readonly running: number;
  readonly most: number;
  /** Items that sources have produced. */
  readonly produced: number;
  readonly connections: number;
  readonly streams: number;
  /** After a collection, bytes. */
  readonly heap: number;
  /** What went wrong where nobody heard it. */
  readonly stray: readonly string[];
  readonly connectionErrors: readonly string[];
}

await main(JSON.parse(process.argv[2] ?? "{}") as ServeOptions);

async function main(options: ServeOptions): Promise<void> {
  let running = 0;
  let most = 0;
  let produced = 0;
  const connectionErrors = new Map<string, number>();
  const stray: string[] = [];
  for (const name of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(name, (error: unknown) => stray.push(String(error)));
  }
  const begin = (): void => {
    running += 1;
    most = Math.max(most, running);
  };
  const item = "x".repeat(1000);
  const server = await serve(
    service,
    {
      echo: (input) => input,
      // Takes its time, also to stop: what rapid reset is about.
      slow: async () => {
        begin();
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return 1;
      },
      endless: function* () {
        begin();
        try {
          for (;;) {
            produced += 1;
            yield item;
          }
        } finally {
          running -= 1;
        }
      },
    },
    {
      ...options,
      onConnectionError: (error) =>
        connectionErrors.set(error.code, (connectionErrors.get(error.code) ?? 0) + 1),
    },
  );
  const answer = (): void => {
    globalThis.gc?.();
    const { connections } = server.snapshot();
    const figures: Figures = {
      url: server.url,
      port: server.port,
      running,
      most,
      produced,
      connections: connections.length,
      streams: connections.reduce((sum, { streams }) => sum + streams.length, 0),
      heap: process.memoryUsage().heapUsed,
      stray,
      connectionErrors: [...connectionErrors.keys()],
    };
    process.send?.(figures);
  };
  process.on("message", answer);
  process.on("disconnect", () => process.exit(0));
  answer();
}
