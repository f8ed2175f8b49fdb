// Sluice with nothing to do: many connections, or many streams of one, each opened, answered once and then silent.
import { concat, never, of } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect, serve as serveService } from "@sluice/net/node";

const service = defineService("idle", {
  quiet: stream({ output: unchecked() }),
  hello: call({ output: unchecked() }),
});

/** The row's own limits, printed with its figures: as many streams on one connection as it opens. */
export const LIMITS = { streams: 10_000 };

export async function serve() {
  const server = await serveService(
    service,
    { quiet: () => concat([of("first"), never()]), hello: () => "hello" },
    { limits: { peerStreams: LIMITS.streams }, maxConnections: 20_000 },
  );
  return { port: server.port };
}

/** One more connection that has said hello; it lives as long as this process. */
export async function connectOne(port) {
  const client = await connect(`ws://127.0.0.1:${port}`, service);
  await client.hello();
  return client;
}

/** Opens `count` streams on one connection; resolves when each has brought its first item. */
export async function openStreams(port, count) {
  const client = await connect(`ws://127.0.0.1:${port}`, service, { limits: { ownStreams: LIMITS.streams } });
  return async () => {
    await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise((resolve, reject) => {
            client.quiet().subscribe({
              onSubscribe: (subscription) => subscription.request(16),
              onNext: resolve,
              onError: reject,
              onComplete: () => reject(new Error("a stream ended that never ends")),
            });
          }),
      ),
    );
    return client;
  };
}
