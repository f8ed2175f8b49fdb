// Beside Hono's Node server: Hono answers requests, and two typed services are at two paths of the same port.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve as serveHono } from "@hono/node-server";
import { range } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { Hono } from "hono";

const clock = defineService("clock", { ticks: stream({ output: unchecked<number>() }) });
const sums = defineService("sums", {
  add: call({ input: unchecked<number[]>(), output: unchecked<number>() }),
});

const app = new Hono();
app.get("/", (context) => context.text("a page of Hono"));
const http = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
await once(http, "listening");

const servers = [
  await serve(clock, { ticks: () => range(0, 1_000_000) }, { server: http, path: "/clock" }),
  await serve(sums, { add: (all) => all.reduce((a, b) => a + b, 0) }, { server: http, path: "/sums" }),
];

const url = `127.0.0.1:${(http.address() as AddressInfo).port}`;
console.log(await (await fetch(`http://${url}/`)).text()); // prints a page of Hono
const adder = await connect(`ws://${url}/sums`, sums);
const watch = await connect(`ws://${url}/clock`, clock);
console.log(await adder.add([1, 2, 3])); // prints 6
for await (const tick of watch.ticks()) {
  if (tick < 3) continue;
  console.log(tick); // prints 3
  break;
}
await connect(`ws://${url}/sum`, sums).catch((error) => console.log(error.message.split(": refused, ")[1])); // prints nothing is served at "/sum"; this server serves "/clock", "/sums"

await Promise.all([adder.close(), watch.close()]);
await Promise.all(servers.map((server) => server.close()));
http.close();
