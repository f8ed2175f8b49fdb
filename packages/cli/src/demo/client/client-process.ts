// The demo's consumer: a process that asks for the flights, takes each through the slow step and counts it.

import type { ClientRole } from "./client-role.js";
import { connectWithCredit } from "./credit-client.js";
import type { ClientCounters, ClientSetup } from "../link/messages.js";
import { ParentLink } from "../link/parent-link.js";
import { connectPlain } from "./plain-client.js";

const link = new ParentLink<ClientCounters>();

async function main(): Promise<void> {
  const setup = await link.setup<ClientSetup>();
  const connect = setup.pass === "credit" ? connectWithCredit : connectPlain;
  const role = await connect(setup);
  link.ready({ counters: () => role.counters(), begin: () => void run(role).catch(fail) });
}

async function run(role: ClientRole): Promise<void> {
  link.send({ kind: "ended", hours: await role.run() });
}

function fail(error: unknown): void {
  link.failed(error);
}

main().catch(fail);
