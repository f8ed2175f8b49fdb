// R4: the connection is cut so many times, at random bytes, while items come: each once, in order, and what is held to be
// sent again stays within its cap.
import { retryBudget } from "@sluice/gates";
import { fileURLToPath } from "node:url";
import { connect } from "@sluice/net/node";
import { startChild } from "./commands.mjs";
import { service } from "./service.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `items` records of about 100 bytes, `cuts` cuts, `say` for progress. Answers what happened; throws for what must not. */
export async function r4({ items, cuts, seed = 4, say = () => {} }) {
  const server = startChild(here("server.mjs"), ["0", "", "watch"]);
  const proxy = startChild(here("proxy.mjs"));
  const port = await proxy.ask("listen", { to: await server.ask("port") });
  let reconnects = 0;
  const client = await connect(`ws://127.0.0.1:${port}`, service, {
    reconnect: { baseMs: 1, capMs: 20 },
    retryBudget: retryBudget({ capacity: 10_000, minPerSecond: 1_000 }),
    onState: (state) => {
      if (state === "reconnecting") reconnects += 1;
    },
  });
  // A record is about 95 bytes, and what is replayed comes twice: a little less than the rest has on average.
  const mean = Math.floor((items * 80) / (cuts + 1));
  await proxy.ask("cutAfter", { mean, times: cuts, seed });
  const from = performance.now();
  let next = 0;
  let wrong = 0;
  let mostHere = 0;
  for await (const { id } of client.records({ count: items, size: 80 }, { window: 4096 })) {
    if (id !== next) wrong += 1;
    next = id + 1;
    if (next % 1000 === 0) mostHere = Math.max(mostHere, client.snapshot().replayBytes);
    if (next % Math.ceil(items / 10) === 0) say(`${next} of ${items} items, ${reconnects} times reconnected`);
  }
  const ms = performance.now() - from;
  const { cutsLeft, made } = await proxy.ask("figures");
  const { replayBytes } = await server.ask("most");
  const { uncaught } = await server.ask("errors");
  await client.close();
  await proxy.close();
  const end = await server.close();
  return {
    items: next,
    wrong,
    cuts: cuts - cutsLeft,
    reconnects,
    connections: made,
    replayBytesAtServer: replayBytes,
    replayBytesAtClient: mostHere,
    replayCap: 1_048_576,
    uncaught,
    serverExit: end.code,
    seconds: Math.round(ms / 100) / 10,
  };
}

/** What R4 asks for; an empty list: all of it held. */
export function r4Broken(result, { items, cuts }) {
  return [
    result.items === items && result.wrong === 0 ? "" : "items: each once, in order",
    result.cuts === cuts && result.reconnects >= cuts / 2 ? "" : `cuts: ${cuts} of them, felt by the client`,
    result.replayBytesAtServer <= result.replayCap ? "" : "replay memory within its cap",
    result.uncaught === 0 ? "" : "nothing uncaught in the server",
    result.serverExit === 0 ? "" : "no handle left open in the server",
  ].filter((text) => text !== "");
}
