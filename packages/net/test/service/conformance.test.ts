// Flows that come over the wire, before the judge: the Reactive Streams rules hold across a connection too. Of a channel
// both are judged: what the client gets, and what its handler is given.

import { empty, fail, type Flow, range } from "@sluice/core";
import { connect as subscribe, flowFrom } from "@sluice/core/kit";
import {
  channel,
  type Client,
  defineService,
  openClient,
  serveTransport,
  stream,
  unchecked,
} from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, type Server, serve } from "@sluice/net/node";
import { publisherChecks, type PublisherSubject } from "@sluice/tck";
import { afterAll, beforeAll, describe, it } from "vitest";

const service = defineService("judged", {
  count: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
  failed: stream({ output: unchecked<unknown>() }),
  echo: channel({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
  take: channel({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
});
type Judged = Client<(typeof service)["routes"]>;

const handlers = {
  count: (n: number) => (n === 0 ? empty<unknown>() : range(0, n)),
  failed: () => fail<unknown>(new Error("failed at the server")),
  echo: (input: Flow<unknown>) => input,
  take: (input: Flow<unknown>, { metadata }: { metadata: Readonly<Record<string, string>> }) => {
    takers.get(metadata["taker"] as string)?.(input);
    // Nothing comes back; the channel goes on for as long as its input does.
    return [];
  },
};

/** Who gets the input of the channels to come, by name. */
const takers = new Map<string, (input: Flow<unknown>) => void>();

/** What the handler of a channel is given, for whoever subscribes: each subscription opens a channel. */
function inputAtHandler(client: Judged, source: Flow<unknown>): Flow<unknown> {
  return flowFrom((downstream) => {
    const taker = String(takers.size);
    takers.set(taker, (input) => subscribe(input, downstream));
    // Its failure is the subscriber's to hear of, at the handler.
    client
      .take(source, { metadata: { taker } })
      .forEach(() => {})
      .catch(() => {});
  });
}

let server: Server;

beforeAll(async () => {
  server = await serve(service, handlers);
});

afterAll(() => server.close());

const open: Readonly<Record<string, () => Promise<Judged>>> = {
  ws: () => connect(server.url, service),
  memory: () => {
    const [near, far] = memoryPair();
    serveTransport(far, service, handlers);
    return openClient(near, service);
  },
};

for (const [name, connected] of Object.entries(open)) {
  // 1 is a round trip for each item, 3 ends in the middle of batches, 256 is more than most checks take.
  for (const window of ["demand", 1, 3, 256, "auto"] as const) {
    judge(`a remote flow over ${name} with the window ${String(window)}`, connected, (client) => ({
      create: (count) => client().count(count, { window }),
      createFailed: () => client().failed(undefined, { window }),
      // Each item that is requested on its own is a round trip; `createOf` is left out because errors and promises
      // do not cross a wire, which codecs.test.ts states.
      maxCount: 2000,
      // Without a window the stream is opened by the first request, and only then its end can be heard of.
      endsWithoutDemand: window !== "demand",
    }));
  }

  // Both flows at once: what comes back has gone there before.
  for (const window of ["demand", 3, "auto"] as const) {
    judge(
      `what comes back from a channel over ${name} with the window ${String(window)}`,
      connected,
      (client) => ({
        create: (count) => client().echo(range(0, count), { window }),
        createFailed: () => client().echo(fail(new Error("failed at the client")), { window }),
        maxCount: 2000,
        endsWithoutDemand: window !== "demand",
      }),
    );
  }
  judge(`what the handler of a channel is given over ${name}`, connected, (client) => ({
    create: (count) => inputAtHandler(client(), range(0, count)),
    createFailed: () => inputAtHandler(client(), fail(new Error("failed at the client"))),
    maxCount: 2000,
  }));
}

/** Puts all rules to a subject, which has a connection of its own: what the judge leaves open keeps its slot. */
function judge(
  title: string,
  connected: () => Promise<Judged>,
  subjectOf: (client: () => Judged) => PublisherSubject,
): void {
  describe(title, () => {
    let client: Judged;
    beforeAll(async () => {
      client = await connected();
    });
    afterAll(() => client.close());
    for (const check of publisherChecks(subjectOf(() => client))) {
      if (check.skipped !== undefined) continue; // what the subject rules out
      it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
