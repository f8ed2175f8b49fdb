// A service on a simulated link: the server can be down and up again, the link cut; time is virtual.

import type { Client, ClientOptions, Handlers, Routes, ServerOptions, Service } from "@sluice/net";
import { openClient, ServiceHost } from "@sluice/net";
import { type RetryBudget, retryBudget } from "@sluice/gates";
import type { SimLink, Simulation } from "@sluice/net/sim";

export interface SimServer<R extends Routes> {
  readonly link: SimLink;
  /** The process that serves now; a crash forgets it. */
  readonly host: () => ServiceHost<R>;
  /** When the server was asked for a connection, in ms. */
  readonly attempts: number[];
  /** Ends the process without a word: connections break, nobody listens, nothing is remembered. */
  crash(): void;
  /** Begins anew, as a process that knows nothing of the one before. */
  start(): void;
  connect(options?: ClientOptions): Promise<Client<R>>;
}

/** For tests in which a connection breaks more often than any budget would allow. */
export function plenty(sim: Simulation): RetryBudget {
  return retryBudget({ capacity: 10_000, minPerSecond: 1_000, clock: sim.clock });
}

export function simServer<R extends Routes>(
  sim: Simulation,
  service: Service<R>,
  handlers: Handlers<R>,
  { delayMs = 5, ...options }: ServerOptions & { readonly delayMs?: number } = {},
): SimServer<R> {
  const link = sim.link({ delayMs });
  const attempts: number[] = [];
  let host: ServiceHost<R>;
  const start = (): void => {
    host = new ServiceHost(service, handlers, { ...options, runtime: sim.runtime });
    const here = host;
    link.listen((transport) => here.accept(transport));
  };
  start();
  return {
    link,
    attempts,
    host: () => host,
    crash: () => {
      link.listen(undefined);
      link.cut();
      void host.close();
    },
    start,
    connect: (given = {}) =>
      openClient(
        () => {
          attempts.push(sim.now());
          return link.connect();
        },
        service,
        { ...given, runtime: sim.runtime },
      ),
  };
}
