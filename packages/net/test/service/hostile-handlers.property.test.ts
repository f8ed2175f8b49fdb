// Handlers that fail in every way, at every moment, beside clients that turn away in every way: nothing is uncaught,
// nothing stays at work, and the neighbours of such a stream get what they asked for.

import { create, defer, finalize, from, fromPromise, merge, type Publisher, range } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { link } from "@sluice/net/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { turns } from "./both-ways.js";
import { uncaught } from "./uncaught.js";

const service = defineService("numbers", {
  some: stream({ input: unchecked<number>(), output: unchecked<unknown>() }),
  one: call({ input: unchecked<number>(), output: unchecked<unknown>() }),
  fine: stream({ output: unchecked<number>() }),
});

const broken = (): Error => new Error("broken");
const fail = (): never => {
  throw broken();
};
const later = (count: number): Promise<void> => turns(count);

/** Sources of streams; `n` is how long some of them wait. */
const sources: Readonly<Record<string, (n: number) => unknown>> = {
  "throws at once": fail,
  "rejects later": (n) => later(n).then(fail),
  "is a thenable that answers twice": () => ({
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
      resolve([1, 2, 3]);
      reject(broken());
      resolve([4]);
    },
  }),
  // biome-ignore lint/suspicious/noThenProperty: what is tested
  "is a thenable whose then throws": () => ({ then: fail }),
  "is a generator that throws in return": function* () {
    try {
      for (;;) yield 1;
    } finally {
      fail();
    }
  },
  "is a generator that throws after some": function* (n: number) {
    for (let i = 0; i < n; i += 1) yield i;
    fail();
  },
  "is an async generator that throws when it is closed": async function* (n: number) {
    try {
      for (;;) {
        yield 1;
        await later(n % 3);
      }
    } finally {
      await later(n % 3);
      fail();
    }
  },
  "is a flow of an async generator that throws when it is closed": (n) =>
    from(
      (async function* () {
        try {
          for (;;) yield await later(n % 2);
        } finally {
          fail();
        }
      })(),
    ),
  "is a flow whose two sources fail one after the other": (n) =>
    merge([
      defer(() => fromPromise(later(n % 4).then(fail))),
      defer(() => fromPromise(later(1 + (n % 5)).then(fail))),
    ]),
  "is a flow that throws when it is done": () => range(0, 50).pipe(finalize(fail)),
  "is a producer whose release throws": (n) =>
    create<number>(
      (emitter) => {
        for (let i = 0; i < n; i += 1) emitter.next(i);
        return fail;
      },
      { capacity: 100, overflow: "dropNewest" },
    ),
  "emits after its cancel": () =>
    publisher((subscriber) => {
      subscriber.onSubscribe({
        request: (n: number) => {
          for (let i = 0; i < Math.min(n, 3); i += 1) subscriber.onNext(i);
        },
        cancel: () => {
          subscriber.onNext(99);
          subscriber.onError(broken());
          void later(2).then(() => {
            subscriber.onNext(100);
            subscriber.onError(broken());
            subscriber.onComplete();
          });
        },
      });
    }),
  "emits after its cancel, behind stages": () =>
    from(sources["emits after its cancel"]?.(0) as Publisher<unknown>).pipe(finalize(fail)),
  "throws in request and in cancel": () =>
    publisher((subscriber) => subscriber.onSubscribe({ request: fail, cancel: fail })),
  "has a getter that throws": () => ({
    get [Symbol.asyncIterator]() {
      return fail();
    },
  }),
  "is nothing": () => undefined,
};

const calls: Readonly<Record<string, (n: number) => unknown>> = {
  "throws at once": fail,
  "rejects later": (n) => later(n).then(fail),
  "answers what cannot be sent": () => () => {},
  "never answers": () => new Promise(() => {}),
  "is a thenable whose then throws": sources["is a thenable whose then throws"] as (n: number) => unknown,
};

function publisher(subscribe: Publisher<unknown>["subscribe"]): Publisher<unknown> {
  return { subscribe };
}

interface Plan {
  readonly source: string;
  readonly answer: string;
  readonly n: number;
  readonly window: number | "auto" | "demand";
  readonly demand: number;
  readonly wait: number;
  readonly leave: "cancel" | "signal" | "deadline" | "close" | "stay";
}

const plan: fc.Arbitrary<Plan> = fc.record({
  source: fc.constantFrom(...Object.keys(sources)),
  answer: fc.constantFrom(...Object.keys(calls)),
  n: fc.nat(6),
  window: fc.constantFrom("demand" as const, 1, 8, "auto" as const),
  demand: fc.constantFrom(1, 2, 7, Number.MAX_SAFE_INTEGER),
  wait: fc.nat(4),
  leave: fc.constantFrom("cancel", "signal", "deadline", "close", "stay"),
});

describe("a server with hostile handlers", () => {
  it("lives, whatever they do and whenever their clients leave", async () => {
    const seen = uncaught();
    const heard = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 4 }), async (plans) => {
        const client = await link(
          service,
          {
            some: (i) => sources[plans[i]?.source as string]?.(plans[i]?.n as number) as never,
            one: (i) => calls[plans[i]?.answer as string]?.(plans[i]?.n as number),
            fine: () => range(0, 300),
          },
          { onHandlerError: (error) => void heard.add(String(error)) },
        );
        const fine = client
          .fine(undefined, { window: 16 })
          .toArray()
          .catch(() => []);
        await Promise.all(plans.map((one, i) => meet(client, one, i)));
        const items = await fine;
        if (!plans.some(({ leave }) => leave === "close")) {
          expect(items).toHaveLength(300);
          expect(await client.fine().toArray()).toHaveLength(300);
          await soon("streams end", () => client.snapshot().streams.length === 0);
        }
        await client.close();
        await turns(8); // what is late comes by then
      }),
      { numRuns: 200 },
    );
    expect(seen).toEqual([]);
    // It did happen: errors of streams, and of what was late.
    expect(heard).toContain("Error: broken");
  });

  async function meet(
    client: Awaited<ReturnType<typeof link<(typeof service)["routes"]>>>,
    one: Plan,
    i: number,
  ) {
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      ...(one.leave === "deadline" ? { deadlineMs: 1 } : {}),
    };
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    let cancel = (): void => {};
    client.some(i, { ...options, window: one.window }).subscribe({
      onSubscribe: (credit) => {
        cancel = () => {
          over();
          credit.cancel();
        };
        credit.request(one.demand);
      },
      onNext: () => {},
      onError: over,
      onComplete: over,
    });
    const answered = client.one(i, options).catch(() => {});
    await turns(one.wait);
    if (one.leave === "close") await client.close();
    else if (one.leave === "cancel") cancel();
    else if (one.leave !== "signal") {
      // Some sources have no end of their own; and what has ended at the server has no deadline any more.
      await turns(20);
      cancel();
    }
    abort.abort();
    await answered;
    await soon("an end", () => isOver);
  }
});

/** A hang must be a counterexample, and not the time limit of the test. */
async function soon(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 5_000; i += 1) {
    if (condition()) return;
    await turns(1);
  }
  throw new Error(`No ${what} within 5,000 turns`);
}
