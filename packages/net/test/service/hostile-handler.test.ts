// Handlers that do what no handler should: each costs its own stream, and neither the server nor its neighbours.

import type { Publisher } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { bothWays } from "./both-ways.js";
import { uncaught } from "./uncaught.js";

const service = defineService("numbers", {
  some: stream({ output: unchecked<unknown>() }),
  one: call({ output: unchecked<unknown>() }),
  fine: stream({ output: unchecked<number>() }),
});

class SilentError extends Error {
  override get message(): string {
    throw new Error("no message today");
  }
}

/** Errors that nobody can turn into text. */
const odd: readonly [string, () => unknown][] = [
  ["an object without a prototype", () => Object.create(null)],
  [
    "an object whose toString throws",
    () => ({
      toString: () => {
        throw new Error("no text");
      },
    }),
  ],
  ["an error whose message is no text", () => Object.assign(new Error("x"), { message: { deep: 1 } })],
  ["an error whose message throws", () => new SilentError()],
  ["a symbol", () => Symbol("thrown")],
  ["nothing", () => undefined],
  [
    "a revoked proxy",
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
  ],
];

/** Publishers that break rules; each stream must come to an end. */
const publishers: readonly [string, () => unknown][] = [
  [
    "throws in subscribe",
    () => ({
      subscribe: () => {
        throw new Error("broken");
      },
    }),
  ],
  [
    "throws in request",
    () =>
      publisher((s) =>
        s.onSubscribe({
          request: () => {
            throw new Error("broken");
          },
          cancel() {},
        }),
      ),
  ],
  [
    "throws in request and in cancel",
    () =>
      publisher((s) => {
        const broken = (): never => {
          throw new Error("broken");
        };
        s.onSubscribe({ request: broken, cancel: broken });
      }),
  ],
  [
    "errors twice",
    () =>
      publisher((s) => {
        s.onSubscribe({ request() {}, cancel() {} });
        s.onError(new Error("broken"));
        s.onError(new Error("again"));
      }),
  ],
  [
    "sends what nobody asked for",
    () =>
      publisher((s) => {
        s.onSubscribe({ request() {}, cancel() {} });
        for (let i = 0; i < 100; i += 1) s.onNext(i);
      }),
  ],
  [
    "subscribes twice",
    () =>
      publisher((s) => {
        s.onSubscribe({ request() {}, cancel() {} });
        s.onSubscribe({ request() {}, cancel() {} });
        s.onError(new Error("broken"));
      }),
  ],
  [
    "is an iterable whose iterator throws",
    () => ({
      [Symbol.iterator]: () => {
        throw new Error("broken");
      },
    }),
  ],
  [
    "is an async iterable whose next rejects",
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }) }),
  ],
  ["is a number", () => 5],
  ["is null", () => null],
  ["is nothing", () => undefined],
  ["is a promise of a number", () => Promise.resolve(5)],
  ["is a promise that rejects with nothing", () => Promise.reject(undefined)],
];

function publisher(subscribe: (subscriber: Parameters<Publisher<unknown>["subscribe"]>[0]) => void): unknown {
  return { subscribe };
}

for (const { name, open } of bothWays) {
  describe(`a handler over ${name}`, () => {
    const ways: readonly [string, (value: () => unknown) => unknown][] = [
      [
        "throws",
        (value) => {
          throw value();
        },
      ],
      ["rejects with", (value) => Promise.reject(value())],
    ];
    for (const [how, fail] of ways) {
      it.each(odd)(`that ${how} %s ends its own call and stream alone`, async (_name, value) => {
        const seen = uncaught();
        const { client } = await open(service, {
          some: () => fail(value) as never,
          one: () => fail(value),
          fine: () => [1, 2, 3],
        });
        await expect(client.one()).rejects.toMatchObject({ code: "INTERNAL" });
        await expect(client.some().toArray()).rejects.toMatchObject({ code: "INTERNAL" });
        expect(await client.fine().toArray()).toEqual([1, 2, 3]);
        expect(seen).toEqual([]);
      });
    }

    it.each(publishers)("whose stream %s ends its own stream alone", async (_name, source) => {
      const seen = uncaught();
      const { client } = await open(service, {
        some: () => source() as never,
        one: () => 1,
        fine: () => [1, 2, 3],
      });
      await expect(client.some(undefined, { deadlineMs: 2000 }).toArray()).rejects.toMatchObject({
        code: expect.stringMatching(/^(INTERNAL|RULE_VIOLATION)$/),
      });
      expect(await client.fine().toArray()).toEqual([1, 2, 3]);
      expect(seen).toEqual([]);
    });
  });
}
