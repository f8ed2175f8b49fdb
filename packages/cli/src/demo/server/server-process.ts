// The demo's producer: a process that serves the flights, with credit or without.

import { serveWithCredit } from "./credit-server.js";
import type { ServerCounters, ServerSetup } from "../link/messages.js";
import { ParentLink } from "../link/parent-link.js";
import { servePlain } from "./plain-server.js";

const link = new ParentLink<ServerCounters>();

async function main(): Promise<void> {
  const setup = await link.setup<ServerSetup>();
  const serve = setup.pass === "credit" ? serveWithCredit : servePlain;
  const role = await serve(setup, (error) => link.failed(error));
  link.ready(role, role.url);
}

main().catch((error: unknown) => link.failed(error));
