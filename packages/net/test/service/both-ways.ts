// Opens a service and a client, in memory, over a real socket or over a port, and closes both after the test.

import type { Client, Handlers, Routes, ServerOptions, ServerSnapshot, Service, Settings } from "@sluice/net";
import { openClient, serveTransport } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, serve } from "@sluice/net/node";
import { connectPort, servePort } from "@sluice/net/port";
import { onTestFinished } from "vitest";

export interface OpenOptions extends ServerOptions {
  readonly clientLimits?: Partial<Settings>;
}

export interface Opened<R extends Routes> {
  readonly client: Client<R>;
  /** The server's side of the only connection; undefined in memory, where nobody keeps it. */
  readonly serverSnapshot: () => ServerSnapshot | undefined;
}

export type OpenService = <R extends Routes>(
  service: Service<R>,
  handlers: Handlers<R>,
  options?: OpenOptions,
) => Promise<Opened<R>>;

const overWs: OpenService = async (service, handlers, options = {}) => {
  const server = await serve(service, handlers, options);
  const client = await connect(server.url, service, { limits: options.clientLimits ?? {} });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return { client, serverSnapshot: () => server.snapshot() };
};

const inMemory: OpenService = async (service, handlers, options = {}) => {
  const [near, far] = memoryPair();
  serveTransport(far, service, handlers, options);
  const client = await openClient(near, service, { limits: options.clientLimits ?? {} });
  onTestFinished(() => client.close());
  return { client, serverSnapshot: () => undefined };
};

const overPort: OpenService = async (service, handlers, options = {}) => {
  const { port1, port2 } = new MessageChannel();
  const server = servePort(port2, service, handlers, options);
  const client = await connectPort(port1, service, { limits: options.clientLimits ?? {} });
  onTestFinished(() => client.close());
  return { client, serverSnapshot: () => server.snapshot() };
};

/** The transports under which every scenario runs. */
export const bothWays: readonly { readonly name: string; readonly open: OpenService }[] = [
  { name: "memory", open: inMemory },
  { name: "ws", open: overWs },
  { name: "port", open: overPort },
];

/** Waits until a condition holds, a turn of the event loop at a time; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets a number of turns of the event loop pass, for asserting that something does not happen. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
