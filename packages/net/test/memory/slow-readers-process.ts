// A process with a thousand readers that do not take what comes, over twenty connections, with one memory budget behind
// all of it. Prints what became of them, and the most memory that the process ever had.

import { memoryBudget } from "@sluice/gates";
import { connect } from "@sluice/net/node";
import { ManualSubscriber } from "@sluice/tck";
import { blocks, type SlowReaders } from "./slow-readers-service.js";

const [url = "", bytes = ""] = process.argv.slice(2);
const CONNECTIONS = 20;
const SHEDDABLE = 45;
const CRITICAL = 5;

const memory = memoryBudget({ bytes: Number(bytes), onEnd: ({ criticality }) => ended.push(criticality) });
const ended: string[] = [];
const clients = await Promise.all(
  Array.from({ length: CONNECTIONS }, () => connect(url, blocks, { memory, reconnect: false })),
);
const readersOf = (criticality: "sheddable" | "critical", each: number): ManualSubscriber<Uint8Array>[] =>
  clients.flatMap((client) =>
    Array.from({ length: each }, () => {
      const reader = new ManualSubscriber<Uint8Array>();
      client.all(undefined, { criticality, window: 4 }).subscribe(reader);
      return reader;
    }),
  );
// The critical ones first: they are let in.
const critical = readersOf("critical", CRITICAL);
const sheddable = readersOf("sheddable", SHEDDABLE);
const everybody = [...critical, ...sheddable];

// At rest when nothing has changed for half a second; what is asserted holds at any time.
let before = "";
for (let still = 0; still < 5; still += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const now = JSON.stringify(memory.snapshot());
  if (now !== before) still = -1;
  before = now;
}
const { used, peak } = memory.snapshot();
for (const reader of critical) reader.request(1);
for (let i = 0; i < 200 && critical.some(({ items }) => items.length === 0); i += 1) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const told: SlowReaders = {
  readers: everybody.length,
  used,
  peak,
  ended,
  refused: everybody.filter(({ error }) => (error as Error)?.message.includes("no room for its share"))
    .length,
  failed: everybody.filter(({ failed }) => failed).length,
  codes: [
    ...new Set(everybody.filter(({ failed }) => failed).map(({ error }) => (error as { code: string }).code)),
  ],
  critical: critical.filter(({ items, failed }) => items.length === 1 && !failed).length,
  maxRss: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(told));
process.exit(0);
