// The gateway: reads an order, asks the database, answers. In its plain form it does that for everybody who comes, and
// with Sluice it has two gates: a line before the database that is bounded and serves the most critical first, and at the
// entrance a load shedder that looks at how full that line is.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { bulkhead, GateRejectedError, loadShedder, queueDepth, withPermit } from "@sluice/gates";
import { guardNode } from "@sluice/gates/http";
import { eventLoopDelay, heap } from "@sluice/gates/node";
import { CONNECTIONS, type GatewaySample, KINDS } from "./scenario.js";

const [, , form, databasePort] = process.argv;
/** Queries that may wait for the database, a fifth of a second of its work, and for how long each. */
const [MAX_WAITING, MAX_WAIT_MS] = [20, 400];

const sample = { open: 0, answerMs: 0 };
const connections = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

function query(order: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: databasePort, method: "POST", agent: connections };
    const call = request(options, (response) => resolve(text(response)));
    call.once("error", reject);
    call.end(JSON.stringify(order));
  });
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  ask: (order: unknown) => Promise<string>,
): Promise<void> {
  const began = performance.now();
  sample.open += 1;
  try {
    response.end(await ask(JSON.parse(await text(incoming))));
  } catch (error) {
    if (error instanceof GateRejectedError) response.setHeader("retry-after", "1");
    response.statusCode = error instanceof GateRejectedError ? 503 : 502;
    response.end();
  }
  sample.open -= 1;
  sample.answerMs = performance.now() - began;
}

function plain(incoming: IncomingMessage, response: ServerResponse): void {
  void answer(incoming, response, query);
}

function withSluice(): typeof plain {
  const criticalityOf = ({ url }: IncomingMessage) => KINDS.find(({ path }) => path === url)?.criticality;
  const database = bulkhead({ capacity: CONNECTIONS, maxWaiting: MAX_WAITING, maxWaitMs: MAX_WAIT_MS });
  const waiting = queueDepth(() => database.waiting, MAX_WAITING, "the line of the database");
  const signals = [waiting, eventLoopDelay({ targetMs: 200 }), heap()];
  // Early enough that few who are let in have to give way in the line, after a wait for nothing.
  const levels = { sheddablePlus: 0.4, critical: 0.7 };
  const gate = loadShedder({ signals, levels, retryAfterMs: 1000 });
  const guard = guardNode<IncomingMessage>({ gate, criticality: criticalityOf });
  return (incoming, response) => {
    void guard(incoming, response, () => {
      const gone = new AbortController();
      response.once("close", () => response.writableFinished || gone.abort());
      const how = { wait: true, criticality: criticalityOf(incoming), signal: gone.signal };
      return answer(incoming, response, (order) => withPermit(database, () => query(order), how));
    });
  };
}

const server = createServer(form === "plain" ? plain : withSluice());
server.listen(0, "127.0.0.1", 4096, () => process.send?.({ port: (server.address() as AddressInfo).port }));

setInterval(() => {
  const heapMB = process.memoryUsage().heapUsed / 2 ** 20;
  process.send?.({ heapMB, ...sample } satisfies Omit<GatewaySample, "at">);
}, 250).unref();
process.once("disconnect", () => process.exit());
