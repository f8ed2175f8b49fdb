// A service like a database: each query takes its time, and a connection carries one after the other. Time is passed by
// timers: it costs no processor, of which gateway and load need all that there is.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CONNECTIONS, QUERY_MS, randomFrom } from "./scenario.js";

const random = randomFrom(1);
const [least, most] = QUERY_MS;

const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end('{"rows":[1,2,3]}'), least + random() * (most - least));
});
server.maxConnections = CONNECTIONS;
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit());
