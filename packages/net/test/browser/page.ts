// What runs in the page: one scenario, named in its address, started by the page itself, because what a test evaluates
// from outside is not bound by the content security policy. Its result is a text, for the test to compare.

import { connect } from "@sluice/net/browser";
import { transportCases } from "@sluice/net/kit";
import type { OpenPair } from "@sluice/net/kit";
import { connectPort, portTransport } from "@sluice/net/port";
import { browserConnect } from "../../src/transport/browser-connect.js";
import type { Client } from "@sluice/net";
import { wares } from "./wares.js";

type Wares = Client<(typeof wares)["routes"]>;

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  streams: () => withClient(streams),
  stalled: () => withClient(stalled),
  reconnect: () => withClient(reconnects),
  auth: () => withClient((client) => client.whoAmI()),
  worker: () => withWorker(streams),
  stalledWorker: () => withWorker(stalled),
  foreign: () => connect("/nobody", wares).then(String, String),
  "cases WebSocket": () => runCases(openSockets),
  "cases MessagePort": () => runCases(async () => openPorts()),
  "cases Worker": () => runCases(async () => openWorker()),
};

const refused: string[] = [];
document.addEventListener("securitypolicyviolation", ({ blockedURI }) => refused.push(blockedURI));

const name = new URLSearchParams(location.search).get("run") ?? "";
const scenario = scenarios[name];
const result = scenario === undefined ? Promise.reject(new Error(`no scenario ${name}`)) : scenario();
Object.assign(globalThis, {
  refused,
  result: result.catch((error: unknown) => `${error}`),
  foreign: nodeGlobals(),
});

/** What only Node has, and nobody may have put here. */
function nodeGlobals(): readonly string[] {
  return ["process", "Buffer", "global", "setImmediate", "require"].filter((key) => key in globalThis);
}

async function withClient<T>(run: (client: Wares) => Promise<T>): Promise<T> {
  const client = await connect("/wares", wares, { auth: "page", reconnect: { baseMs: 10, capMs: 50 } });
  const value = await run(client);
  await client.close();
  return value;
}

async function withWorker<T>(run: (client: Wares) => Promise<T>): Promise<T> {
  const worker = new Worker("/worker.js");
  const client = await connectPort(worker, wares);
  const value = await run(client);
  await client.close();
  worker.terminate();
  return value;
}

async function streams(client: Wares): Promise<unknown> {
  const objects = await client.objects(5000).toArray();
  const doubled = await client.doubled(Array.from({ length: 3000 }, (_, i) => i)).toArray();
  let bytes = 0;
  await client.chunks(new Uint8Array([50])).forEach((chunk) => {
    bytes += chunk.byteLength;
  });
  return {
    objects: objects.length,
    last: objects.at(-1),
    sum: await client.upTo(1000).reduce((sum, number) => sum + number, 0),
    doubled: doubled.every((number, i) => number === 2 * i) && doubled.length,
    bytes,
  };
}

async function stalled(client: Wares): Promise<unknown> {
  const madeBefore = await client.produced();
  let taken = 0;
  let cancel = (): void => {};
  client.upTo(1_000_000, { window: 64 }).subscribe({
    onSubscribe: (subscription) => {
      cancel = () => subscription.cancel();
      subscription.request(10);
    },
    onNext: () => {
      taken += 1;
    },
    onError: () => {},
    onComplete: () => {},
  });
  // Others go on all the same; and however long it stands still, no more is made for it.
  const made = await madeBy(client);
  await client.objects(20_000).forEach(() => {});
  const madeLater = await client.produced();
  cancel();
  return { taken, isFlat: made === madeLater, isBounded: made - madeBefore <= 10 + 64 };
}

/** What has been produced when it has not grown for ten calls in a row. */
async function madeBy(client: Wares): Promise<number> {
  let last = -1;
  for (let same = 0; same < 10; ) {
    const now = await client.produced();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

async function reconnects(client: Wares): Promise<unknown> {
  let next = 1;
  let cuts = 0;
  await client.upTo(100_000, { window: 256 }).forEach((number) => {
    if (number !== next) throw new Error(`${number} came instead of ${next}`);
    next += 1;
    if (number % 25_000 === 0 && number < 100_000) {
      cuts += 1;
      client.cut().catch(() => {});
    }
  });
  return { last: next - 1, cuts };
}

async function runCases(open: OpenPair): Promise<readonly string[]> {
  const said: string[] = [];
  for (const { name: title, run } of transportCases) {
    await run(open).then(
      () => said.push("kept"),
      (error: unknown) => said.push(`${title}: ${String(error)}`),
    );
  }
  return said;
}

let pairs = 0;

async function openSockets(): ReturnType<OpenPair> {
  pairs += 1;
  const url = `ws://${location.host}/relay?${pairs}`;
  return Promise.all([browserConnect(url), browserConnect(url)]);
}

function openPorts(): Awaited<ReturnType<OpenPair>> {
  const { port1, port2 } = new MessageChannel();
  return [portTransport(port1), portTransport(port2)];
}

function openWorker(): Awaited<ReturnType<OpenPair>> {
  const worker = new Worker("/worker.js?pass");
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return [portTransport(worker), portTransport(port1)];
}
