// Every transport through the kit; a new one adds one row.

import { MessageChannel, Worker } from "node:worker_threads";
import { memoryPair, transportCases } from "@sluice/net/kit";
import type { Message, OpenPair, Transport } from "@sluice/net/kit";
import { portTransport } from "@sluice/net/port";
import { describe, expect, it } from "vitest";
import { WebSocket as WsSocket } from "ws";
import { browserConnect } from "../src/transport/browser-connect.js";
import { wsConnect } from "../src/transport/ws-client.js";
import { wsListen } from "../src/transport/ws-server.js";

const transports: readonly { readonly name: string; readonly open: OpenPair }[] = [
  { name: "memory", open: async () => memoryPair() },
  { name: "ws", open: () => openWsPair((url) => wsConnect(url)) },
  { name: "WebSocket of a browser, at the client", open: () => openWsPair(browserLike) },
  { name: "WebSocket of a browser, at the server", open: async () => swapped(await openWsPair(browserLike)) },
  { name: "MessagePort", open: async () => openPortPair() },
  { name: "Worker and its parentPort", open: openWorkerPair },
];

for (const { name, open } of transports) {
  describe(`transport ${name}`, () => {
    for (const transportCase of transportCases) {
      it(transportCase.name, async () => {
        await expect(transportCase.run(open)).resolves.toBeUndefined();
      });
    }
  });
}

describe("transportCases", () => {
  it("catch a transport that reorders messages", async () => {
    const broken: OpenPair = async () => {
      const [left, right] = memoryPair();
      return [reordering(left), right];
    };
    const complaints = await Promise.allSettled(
      transportCases.slice(0, 1).map((transportCase) => transportCase.run(broken)),
    );
    expect(complaints.map((result) => result.status)).toEqual(["rejected"]);
  });

  it("catch a transport that always claims to have room", async () => {
    const broken: OpenPair = async () => {
      const [left, right] = memoryPair();
      return [{ ...bound(left), send: (message) => Math.max(left.send(message), 1) }, right];
    };
    const room = transportCases.find((transportCase) => transportCase.name.includes("no room"));
    await expect(room?.run(broken)).rejects.toThrow("there was still room");
  });
});

describe("memoryPair", () => {
  it("refuses a capacity that is no positive integer", () => {
    expect(() => memoryPair({ capacity: 0 })).toThrow(
      new RangeError("Cannot make a pair with a capacity of 0 bytes: it must be an integer >= 1"),
    );
  });

  it("has room for as many bytes as it was told, and ends the link of a sender that ignores that", () => {
    const tasks: (() => void)[] = [];
    const [left] = memoryPair({ capacity: 100, schedule: (task) => void tasks.push(task) });
    const ends: string[] = [];
    left.onClose((end) => ends.push(`${end.code} ${end.by}`));
    expect(left.send(new Uint8Array(60))).toBe(40);
    expect(left.send(new Uint8Array(60))).toBe(0);
    left.send(new Uint8Array(1 << 20));
    left.send(new Uint8Array(1 << 20));
    for (const task of tasks) task();
    expect(ends).toEqual(["1008 us"]);
  });
});

/** The class of `ws` has what a browser's has; packages/net/test/browser has the real one. */
function browserLike(url: string): Promise<Transport> {
  return browserConnect(url, {}, () => new WsSocket(url, "sluice.v1") as unknown as WebSocket);
}

function swapped([left, right]: readonly [Transport, Transport]): readonly [Transport, Transport] {
  return [right, left];
}

async function openWsPair(
  dial: (url: string) => Promise<Transport>,
): Promise<readonly [Transport, Transport]> {
  let accept: (transport: Transport) => void = () => {};
  const accepted = new Promise<Transport>((resolve) => {
    accept = resolve;
  });
  const listener = await wsListen({
    door: () => ({ granted: true, accept, leave: () => {} }),
    handshakeMs: 5000,
    onError: () => {},
  });
  const client = await dial(`ws://127.0.0.1:${listener.address().port}`);
  const server = await accepted;
  // Stops listening at once; the two sockets stay until the case has closed them.
  void listener.close(Promise.resolve());
  return [client, server];
}

function openPortPair(): readonly [Transport, Transport] {
  const { port1, port2 } = new MessageChannel();
  return [portTransport(port1), portTransport(port2)];
}

/** A worker that passes on what comes, from its parent to a port and back. */
async function openWorkerPair(): Promise<readonly [Transport, Transport]> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(
    `const { parentPort, workerData: port } = require("node:worker_threads");
     const pass = (from, to) => from.on("message", (message) => {
       to.postMessage(message, message instanceof ArrayBuffer ? [message] : []);
       if (Array.isArray(message)) (parentPort.close(), port.close());
     });
     pass(parentPort, port);
     pass(port, parentPort);`,
    { eval: true, workerData: port2, transferList: [port2] },
  );
  return [portTransport(worker), portTransport(port1)];
}

/** Swaps every two messages. */
function reordering(inner: Transport): Transport {
  let held: Message | undefined;
  return {
    ...bound(inner),
    send: (message) => {
      if (held === undefined) {
        held = message;
        return 1;
      }
      const first = held;
      held = undefined;
      inner.send(message);
      return inner.send(first);
    },
  };
}

function bound(inner: Transport): Transport {
  return {
    send: (message) => inner.send(message),
    onMessage: (listener) => inner.onMessage(listener),
    onRoom: (listener) => inner.onRoom(listener),
    onClose: (listener) => inner.onClose(listener),
    close: (code, reason) => inner.close(code, reason),
  };
}
