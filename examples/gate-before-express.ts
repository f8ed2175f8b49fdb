// A gate before Express: each client has a rate of its own, and all together as many requests at once as the database
// takes. Who is refused hears when to come back, in time and in words; a client that obeys is served in the end.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { all, bulkhead, keyed, tokenBucket } from "@sluice/gates";
import { guardedFetch, guardNode } from "@sluice/gates/http";
import express, { type Request } from "express";

const perClient = keyed(() => tokenBucket({ capacity: 5, ratePerSecond: 1 }), { maxKeys: 10_000 });
const atOnce = bulkhead({ capacity: 3 });
const both = all(perClient, atOnce);

const app = express();
app.use(
  guardNode<Request>({
    // Health checks are not refused: who cannot look is told that all is lost.
    gate: (request) => (request.path === "/health" ? undefined : both),
    trustedProxies: ["127.0.0.1"], // in this example whoever calls plays the proxy
    policy: "per-client",
  }),
);
app.get("/health", (_request, response) => void response.send("fine"));
app.get("/report", async (_request, response) => {
  await new Promise((resolve) => setTimeout(resolve, 50)); // the database
  response.send("the report");
});
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const from = (client: string) => ({ headers: { "x-forwarded-for": client } });

// One after the other: five are served, the sixth comes too early.
for (let i = 0; i < 5; i += 1) await (await fetch(`${url}/report`, from("203.0.113.7"))).text();
const sixth = await fetch(`${url}/report`, from("203.0.113.7"));
console.log(sixth.status, (await sixth.json()).cause); // prints 429 rate

// Another client has tokens of its own; but the database takes three at a time.
const burst = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/report`, from("203.0.113.8"))));
console.log(burst.map(({ status }) => status).toSorted()); // prints [ 200, 200, 200, 503, 503 ]
await Promise.all(burst.map((answer) => answer.text()));
console.log(await (await fetch(`${url}/health`, from("203.0.113.7"))).text()); // prints fine

// A client that waits as it was told: one more request than it has tokens, and all are served.
const polite = guardedFetch({ budget: false });
const started = performance.now();
const statuses: number[] = [];
for (let i = 0; i < 6; i += 1) {
  const answer = await polite(`${url}/report`, from("203.0.113.9"));
  await answer.text();
  statuses.push(answer.status);
}
console.log(statuses, performance.now() - started >= 500); // prints [ 200, 200, 200, 200, 200, 200 ] true

server.close();
server.closeAllConnections();
