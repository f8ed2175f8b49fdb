// A server of our own in a process of its own, for `sluice tck` to check: prints its URL, ends with its parent.

import { defineService, call, unchecked } from "@sluice/net";
import { serve } from "@sluice/net/node";

const numbers = defineService("numbers", { double: call({ input: unchecked(), output: unchecked() }) });
// The handshake in time enough for a test; the rest as everybody has it.
const server = await serve(
  numbers,
  { double: (n) => 2 * n },
  { limits: { handshakeMs: 300 }, onError: () => {} },
);
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
process.stdin.on("end", () => process.exit());
