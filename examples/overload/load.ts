// The load: requests come when they come, whether those before have been answered or not (an open loop, as users are).
import { Agent, request } from "node:http";
import { type Attempt, plain, withSluice } from "./client.js";
import {
  type End,
  KINDS,
  type LoadReport,
  type Outcome,
  OVERLOAD,
  PATIENCE_MS,
  type Phases,
  randomFrom,
  REQUESTS_PER_SECOND,
} from "./scenario.js";

const [, , form, port, given] = process.argv;
const { before, overload, after }: Phases = JSON.parse(given ?? "");
const client = form === "plain" ? plain : withSluice;
const order = JSON.stringify({
  items: Array.from({ length: 40 }, (_, i) => ({ sku: `sku-${i}`, count: i })),
});
const agent = new Agent({ keepAlive: true, maxFreeSockets: 1000 });

const outcomes: Outcome[] = [];
const refusals: { at: number; ms: number }[] = [];
let lateMs = 0;
const started = performance.now();
const elapsed = (): number => performance.now() - started;

/** Sends one request; an attempt that is due later tells its answer from then. */
function post(path: string, dueAt: number): ReturnType<Attempt> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": order.length };
    const call = request({ port, host: "127.0.0.1", path, method: "POST", agent, headers });
    const finish = (end: End, retryAfterMs?: number): void => {
      clearTimeout(patience);
      resolve(retryAfterMs === undefined ? { end } : { end, retryAfterMs });
    };
    const patience = setTimeout(() => {
      // The hard way: ports that wait for late packets would be used up.
      call.socket?.resetAndDestroy();
      call.destroy();
      finish("gaveUp");
    }, PATIENCE_MS);
    call.once("response", (response) => {
      const { statusCode, headers } = response;
      if (statusCode === 503) refusals.push({ at: dueAt, ms: elapsed() - dueAt });
      response.resume();
      response.once("end", () => {
        if (statusCode === 200) finish("served");
        else finish(statusCode === 503 ? "refused" : "gaveUp", Number(headers["retry-after"] ?? 0) * 1000);
      });
    });
    call.on("error", () => finish("gaveUp"));
    call.end(order);
  });
}

async function send(at: number, kind: number): Promise<void> {
  const { path } = KINDS[kind] as (typeof KINDS)[number];
  let dueAt = at;
  let ms = 0;
  let isFirst = true;
  const { end, attempts } = await client(async () => {
    dueAt = isFirst ? at : elapsed();
    isFirst = false;
    const answer = await post(path, dueAt);
    ms = elapsed() - dueAt;
    return answer;
  });
  outcomes.push({ at, overAt: elapsed(), kind, end, ms, attempts });
}

/** Requests at random times, as of many who know nothing of each other: the same ones in each run. */
async function sendAll(): Promise<void> {
  const random = randomFrom(2);
  const lastMs = (before + overload + after) * 1000;
  const rateAt = (ms: number): number => {
    const isOverload = ms >= before * 1000 && ms < (before + overload) * 1000;
    return (REQUESTS_PER_SECOND / 1000) * (isOverload ? OVERLOAD : 1);
  };
  const open: Promise<void>[] = [];
  let next = 0;
  while (next < lastMs) {
    while (next <= elapsed() && next < lastMs) {
      lateMs = Math.max(lateMs, elapsed() - next);
      open.push(send(next, kindOf(random())));
      next += -Math.log(1 - random()) / rateAt(next);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
}

function kindOf(chance: number): number {
  let left = chance;
  for (const [kind, { share }] of KINDS.entries()) {
    left -= share;
    if (left < 0) return kind;
  }
  return KINDS.length - 1;
}

process.once("disconnect", () => process.exit());
process.send?.("started");
await sendAll();
process.send?.({ outcomes, refusals, lateMs } satisfies LoadReport);
