// Beside Express 5: the pages are Express's, and a typed service is at /live of the same port. A page that Express serves
// may connect without further ado; the session that a page has is asked at the upgrade, before there is a socket.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { map, range } from "@sluice/core";
import { defineService, stream } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import express from "express";
import { z } from "zod";

const orders = defineService("orders", {
  since: stream({ input: z.number().int(), output: z.object({ id: z.number(), customer: z.string() }) }),
});

const app = express();
app.get("/", (_request, response) => void response.send("the shop"));
const http = app.listen(0, "127.0.0.1");
await once(http, "listening");

const sessions = new Map([["7f3a", "anna"]]); // what express-session would keep
const server = await serve(
  orders,
  {
    since: (first, { principal }) => range(first, 1_000_000).pipe(map((id) => ({ id, customer: principal }))),
  },
  {
    server: http,
    path: "/live",
    authorizeUpgrade: ({ headers }) =>
      sessions.get(/session=(\w+)/.exec(headers.cookie ?? "")?.[1] ?? "") ?? false,
  },
);

const { port } = http.address() as AddressInfo;
console.log(await (await fetch(`http://127.0.0.1:${port}/`)).text()); // prints the shop

const client = await connect(server.url, orders, { headers: { cookie: "session=7f3a" } });
for await (const order of client.since(41)) {
  console.log(order); // prints { id: 41, customer: 'anna' }
  break; // the server stops making orders
}
await connect(server.url, orders).catch((error) => console.log(error.status)); // prints 401

await client.close();
await server.close(); // first the service, then the server: that waits for its sockets
http.close();
