// Beside Fastify 5: a typed service is at /live of Fastify's own server, and ends with it.
import { defineService, call } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { fastify } from "fastify";
import { z } from "zod";

const prices = defineService("prices", {
  quote: call({ input: z.object({ symbol: z.string() }), output: z.number() }),
});

const app = fastify();
app.get("/health", async () => ({ ok: true }));
const server = await serve(
  prices,
  { quote: ({ symbol }) => symbol.length * 100 },
  { server: app.server, path: "/live" },
);
// Before Fastify waits for its sockets; an onClose hook would come too late.
app.addHook("preClose", () => server.close({ drainMs: 5_000 }));
const address = await app.listen({ port: 0, host: "127.0.0.1" });

console.log(await (await fetch(`${address}/health`)).json()); // prints { ok: true }
const client = await connect(server.url, prices);
console.log(await client.quote({ symbol: "ACME" })); // prints 400

await app.close();
await client.close();
