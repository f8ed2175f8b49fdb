// A flow that was encoded once, before the judge: what comes over the wire keeps the Reactive Streams rules.

import { fail, range } from "@sluice/core";
import {
  type Client,
  defineService,
  encodeOnce,
  openClient,
  serveTransport,
  stream,
  unchecked,
} from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { publisherChecks, type PublisherSubject } from "@sluice/tck";
import { afterAll, beforeAll, describe, it } from "vitest";

const service = defineService("judged", {
  count: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
  failed: stream({ output: unchecked<unknown>() }),
});
let client: Client<(typeof service)["routes"]>;

beforeAll(async () => {
  const [near, far] = memoryPair();
  const failed = encodeOnce<unknown>(fail(new Error("failed at the server")));
  // A slow one is waited for: the judge takes its time.
  const once = { patienceMs: Number.POSITIVE_INFINITY };
  serveTransport(far, service, {
    count: (n) => encodeOnce<unknown>(range(0, n), once),
    failed: () => failed,
  });
  client = await openClient(near, service);
});

afterAll(() => client.close());

for (const window of ["demand", 3] as const) {
  const subject: PublisherSubject = {
    create: (count) => client.count(count, { window }),
    createFailed: () => client.failed(undefined, { window }),
    maxCount: 2000,
    // With "demand" the stream is opened by the first request, and only then its end can be heard of.
    endsWithoutDemand: window !== "demand",
  };
  describe(`a remote flow of what is encoded once, with the window ${window}`, () => {
    for (const check of publisherChecks(subject)) {
      if (check.skipped !== undefined) continue; // what the subject rules out above
      it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
