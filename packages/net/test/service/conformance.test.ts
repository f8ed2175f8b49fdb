// A flow that comes over the wire, before the judge: the Reactive Streams rules hold across a connection too.

import { empty, fail, range } from "@sluice/core";
import { type Client, defineService, openClient, serveTransport, stream, unchecked } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, type Server, serve } from "@sluice/net/node";
import { publisherChecks, type PublisherSubject } from "@sluice/tck";
import { afterAll, beforeAll, describe, it } from "vitest";

const service = defineService("judged", {
  count: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
  failed: stream({ output: unchecked<unknown>() }),
});
type Judged = Client<(typeof service)["routes"]>;

const handlers = {
  count: (n: number) => (n === 0 ? empty<unknown>() : range(0, n)),
  failed: () => fail<unknown>(new Error("failed at the server")),
};

let server: Server;
const clients: Record<string, Judged> = {};

beforeAll(async () => {
  server = await serve(service, handlers);
  const [near, far] = memoryPair();
  serveTransport(far, service, handlers);
  clients["ws"] = await connect(server.url, service);
  clients["memory"] = await openClient(near, service);
});

afterAll(async () => {
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await server.close();
});

for (const name of ["memory", "ws"]) {
  // 1 is a round trip for each item, 3 ends in the middle of batches, 256 is more than most checks take.
  for (const window of ["demand", 1, 3, 256, "auto"] as const) {
    const client = (): Judged => clients[name] as Judged;
    const subject: PublisherSubject = {
      create: (count) => client().count(count, { window }),
      createFailed: () => client().failed(undefined, { window }),
      // Each item that is requested on its own is a round trip; `createOf` is left out because errors and promises
      // do not cross a wire, which codecs.test.ts states.
      maxCount: 2000,
      // With "demand" the stream is opened by the first request, and only then its end can be heard of.
      endsWithoutDemand: window !== "demand",
    };
    describe(`a remote flow over ${name} with the window ${window}`, () => {
      for (const check of publisherChecks(subject)) {
        if (check.skipped !== undefined) continue; // what the subject rules out above
        it(`${check.rule} ${check.title}`, check.run);
      }
    });
  }
}
