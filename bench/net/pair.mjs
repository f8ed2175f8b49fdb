// A server and a client process of one contender, both forked by the bench.
import { fork } from "../harness/fork.mjs";

const TIMEOUT_MS = 60_000;

/**
 * Starts both, connects them, lets `use` ask them, and stops both whatever happened.
 *
 * @template T
 * @param {string} module URL of the contender's module: serve() and connect(port)
 * @param {(pair: { server: object, client: object }) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPair(module, use) {
  const server = fork("net-worker.mjs", TIMEOUT_MS);
  const client = fork("net-worker.mjs", TIMEOUT_MS);
  try {
    const { port } = await server.ask("serve", { module });
    await client.ask("connect", { module, port });
    return await use({ server, client });
  } finally {
    await Promise.all([client.stop(), server.stop()]);
  }
}
