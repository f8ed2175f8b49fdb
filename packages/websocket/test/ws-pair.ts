// Real sockets on this machine: a server of `ws`, and who connects to it.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer, type ServerOptions } from "ws";

export interface WsSite {
  readonly url: string;
  readonly server: WebSocketServer;
  close(): Promise<void>;
}

/** A server that hands each connection to `accept`, with the path that was asked for. */
export async function wsSite(
  accept: (socket: WebSocket, path: string) => void,
  options: ServerOptions = {},
): Promise<WsSite> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  server.on("connection", (socket, request) => accept(socket, request.url ?? "/"));
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Both ends of one connection, open. */
export async function wsPair(site: WsSite): Promise<{ near: WebSocket; far: WebSocket }> {
  const near = new WebSocket(site.url);
  const [[far]] = (await Promise.all([once(site.server, "connection"), once(near, "open")])) as [
    [WebSocket],
    unknown,
  ];
  return { near, far };
}
