// `offload` before the judge, with threads that are none: each is a port of this process with a step behind it. So a
// thousand streams are opened in the time that a thread takes to start; that threads do as these do is offload.test.ts.

import { from, mapAsync, type Publisher } from "@sluice/core";
import { flowOf, type StageSubscriber } from "@sluice/core/kit";
import { connectPort, servePort } from "@sluice/net/port";
import { operatorChecks } from "@sluice/tck";
import { describe, it } from "vitest";
import { Offload } from "../../src/thread/offload-subscriber.js";
import { type OffloadOptions, offloadSettings } from "../../src/thread/offload-settings.js";
import type { StepThread } from "../../src/thread/step-lane.js";
import { stepService } from "../../src/thread/step-service.js";

function nearThread(): StepThread {
  const { port1, port2 } = new MessageChannel();
  const same = mapAsync((item: unknown) => item, { concurrency: 1 });
  const server = servePort(port2, stepService, { msgpack: same, columnar: same, json: same, raw: same });
  return {
    client: connectPort(port1, stepService),
    failureOf: (error) => error,
    stop: () => server.close(),
  };
}

const offload =
  (options: OffloadOptions<unknown>) =>
  (upstream: Publisher<unknown>): Publisher<unknown> =>
    flowOf(
      from(upstream),
      (downstream: StageSubscriber<unknown>) => new Offload(downstream, offloadSettings(options), nearThread),
    );

describe.each<[string, OffloadOptions<unknown>]>([
  ["one thread, a window of one", { threads: 1, window: 1 }],
  ["three threads", { threads: 3, window: 4 }],
  ["three threads, as they come", { threads: 3, window: 4, ordered: false }],
  ["three threads, by key", { threads: 3, window: 4, ordered: { key: (n) => (n as number) % 5 } }],
])("offload: %s", (_title, options) => {
  const { threads = 1, window = 1, ordered = true } = options;
  const checks = operatorChecks({
    apply: offload(options),
    item: (index) => index,
    ahead: threads * window,
    outstanding: threads * window,
    ...(ordered === true ? { yields: (index: number) => index } : {}),
    publisher: { maxCount: 2000 },
  });
  for (const check of checks) {
    if (check.skipped !== undefined) continue; // what the subject rules out
    it(`${check.rule} ${check.title}`, check.run);
  }
});
