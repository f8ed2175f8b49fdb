// A server and a client process of one contender, both forked by the bench.
import { fork } from "../harness/fork.mjs";

/** For one question: some seconds is what they take. */
const TIMEOUT_MS = 30_000;

/**
 * Starts both, connects them, lets `use` ask them, and stops both whatever happened.
 *
 * @template T
 * @param {string} module URL of the contender's module: serve() and connect(port)
 * @param {(pair: { server: object, client: object }) => Promise<T>} use
 * @param {number} [timeoutMs] for one question
 * @returns {Promise<T>} fails at once when the server ends, whatever its client still waits for
 */
export async function withPair(module, use, timeoutMs = TIMEOUT_MS) {
  const server = fork("net-worker.mjs", timeoutMs);
  const client = fork("net-worker.mjs", timeoutMs);
  try {
    const { port } = await server.ask("serve", { module });
    const used = client.ask("connect", { module, port }).then(() => use({ server, client }));
    return await Promise.race([used, server.failure()]);
  } finally {
    await Promise.all([client.stop(), server.stop()]);
  }
}
