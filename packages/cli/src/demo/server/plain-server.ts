// The pass without credit, as it is commonly written: read the file, send what was read, look at nothing.
// About 20 flights go in one message, so that what differs from the pass with credit is credit, not batching.

import { once } from "node:events";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { flightSlices } from "../flights/flights-file.js";
import { listenError } from "./listen-error.js";
import type { ServerCounters, ServerSetup } from "../link/messages.js";
import type { ServerRole } from "./server-role.js";

/** Serves the flights to whoever connects, as fast as the file can be read, over plain `ws.send`. */
export async function servePlain(
  setup: ServerSetup,
  onFailure: (error: unknown) => void,
): Promise<ServerRole> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: setup.port, perMessageDeflate: false });
  try {
    await once(server, "listening");
  } catch (error) {
    throw listenError(error, setup.port);
  }
  let produced = 0;
  let bytesRead = 0;

  async function sendAll(to: WebSocket): Promise<void> {
    const onRead = (bytes: number): void => {
      bytesRead = bytes;
    };
    for await (const flights of flightSlices(setup.file, { onRead })) {
      const wanted = flights.slice(0, setup.limit - produced);
      to.send(JSON.stringify(wanted));
      produced += wanted.length;
      if (produced === setup.limit) break;
    }
    to.close(NORMAL_CLOSURE);
  }

  server.on("connection", (connected) => {
    // The client says one word when the demo begins, so that both processes were measured before.
    connected.once("message", () => void sendAll(connected).catch(onFailure));
  });

  const counters = (): ServerCounters => ({
    granted: null,
    produced,
    overdraft: null,
    bytesRead,
  });
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}`, counters };
}

/** RFC 6455 §7.4.1. */
const NORMAL_CLOSURE = 1000;
