// Puts an input to a whole server over a transport in memory: handlers that fail in every way there is, and a client
// on another connection that must be answered all the same. What is thrown where nobody hears it is the caller's to
// watch: `unhandledRejection` and `uncaughtException`.

import type { Client } from "../../src/service/client/client.js";
import { openClient } from "../../src/service/client/client.js";
import { call, defineService, stream, unchecked } from "../../src/service/contract/contract.js";
import { ServiceHost } from "../../src/service/server/server.js";
import { memoryPair } from "../../src/transport/memory.js";
import type { FuzzInput } from "./fuzz-input.js";
import type { Outcome } from "./probe-session.js";
import { SETTINGS } from "./settings.js";

const service = defineService("fuzz", {
  call: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
  stream: stream({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
  hostile: stream({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
});

type FuzzService = typeof service;

/** Servers, each with a client that means well. */
export class ServiceProbe {
  private readonly rooms: readonly Room[];
  private asked = 0;

  private constructor(rooms: readonly Room[]) {
    this.rooms = rooms;
  }

  static async open(): Promise<ServiceProbe> {
    return new ServiceProbe(await Promise.all(SETTINGS.map(({ server }) => roomWith(server ?? {}))));
  }

  async probe(input: FuzzInput): Promise<Outcome> {
    const { host, client } = this.rooms[input.settings] as Room;
    const [near, far] = memoryPair();
    let heard = 0;
    let end = "alive";
    near.onMessage(() => {
      heard += 1;
    });
    near.onClose(({ code }) => {
      end = `closed ${code}`;
    });
    host.accept(far);
    for (const message of input.messages) {
      near.send(message);
      await turn();
    }
    for (let i = 0; i < 3; i += 1) await turn();
    this.asked += 1;
    const answer = await client.call(this.asked, { deadlineMs: ANSWER_MS });
    if (answer !== this.asked) throw new Error(`Another connection was answered ${String(answer)}`);
    near.close(1000, "");
    for (let i = 0; i < 3; i += 1) await turn();
    const { connections } = host.snapshot();
    if (connections.length !== 1) {
      throw new Error(`${connections.length - 1} connections are left of a peer that has gone`);
    }
    return { end, events: heard, streams: 0 };
  }

  async close(): Promise<void> {
    await Promise.all(this.rooms.map(({ client }) => client.close()));
    await Promise.all(this.rooms.map(({ host }) => host.close()));
  }
}

interface Room {
  readonly host: ServiceHost<FuzzService["routes"]>;
  readonly client: Client<FuzzService["routes"]>;
}

async function roomWith(limits: NonNullable<(typeof SETTINGS)[number]["server"]>): Promise<Room> {
  let turnOf = 0;
  const host = new ServiceHost(
    service,
    {
      call: (input) => input,
      stream: (input) => (Array.isArray(input) ? input : [input, input, input]),
      hostile: () => {
        turnOf += 1;
        return (HOSTILE[turnOf % HOSTILE.length] as () => Iterable<unknown>)();
      },
    },
    { limits },
  );
  const [near, far] = memoryPair();
  host.accept(far);
  return { host, client: await openClient(near, service) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What handlers may do that nobody asked them to; as their types do not allow, since types do not stop anybody. */
const HOSTILE: readonly (() => unknown)[] = [
  () => {
    throw undefined;
  },
  () => {
    throw {
      toString: () => fail("toString"),
      get message() {
        return fail("message");
      },
    };
  },
  () => Promise.reject(new Error("later")),
  () => 42,
  () => null,
  () => [() => {}, Symbol("not to be encoded"), 1n << 70n],
  function* () {
    yield 1;
    throw new Error("in the middle");
  },
  function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: what a hostile handler does
      throw new Error("on its way out");
    }
  },
  async function* () {
    yield new Uint8Array(100_000);
    await Promise.reject(new Error("asynchronous"));
  },
  () => ({
    subscribe: (subscriber: {
      onSubscribe(s: unknown): void;
      onNext(n: unknown): void;
      onComplete(): void;
    }) => {
      subscriber.onSubscribe({ request: () => fail("request"), cancel: () => fail("cancel") });
      subscriber.onNext("never asked for");
      subscriber.onComplete();
      subscriber.onComplete();
    },
  }),
  () => ({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: 0, value: 1 }) }) }),
];

function fail(what: string): never {
  throw new Error(`${what} fails`);
}

// A turn of the event loop is enough; what takes so long hangs.
const ANSWER_MS = 10_000;
