// Makes ready what a run needs: Sluice as a user gets it (built), and the peers, which are installed only here
// and stay outside the workspace.
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, install, phase, pnpm } from "../../scripts/bootstrap.mjs";

const PEERS = fileURLToPath(new URL("../peers", import.meta.url));
const PROJECTS = {
  local: ["packages/core/src"],
  net: ["packages/net/src"],
  gates: ["packages/gates/src"],
  adapters: ["packages/node/src", "packages/rxjs/src", "packages/websocket/src"], // with what they stand on: core, net, web
};

/** Installs and builds the workspace as far as the table needs it. */
export async function prepareSluice(table) {
  await install();
  await build(...PROJECTS[table]);
}

/** Installs the peers by their own lockfile, unless they are there. */
export async function preparePeers() {
  if (peersAreFresh()) return;
  await phase(
    "Install the peers into bench/peers (downloads what is missing)",
    "check the network and run the same command again, or leave them out with --no-peers",
    () =>
      pnpm([
        ...["--dir", PEERS, "install", "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"],
        "--config.confirm-modules-purge=false",
      ]),
  );
}

// pnpm writes this file when an install is complete.
function peersAreFresh() {
  const installed = `${PEERS}/node_modules/.modules.yaml`;
  const wanted = `${PEERS}/pnpm-lock.yaml`;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}
