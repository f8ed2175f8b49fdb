// Random demand, cancels and pauses on several streams of one connection, against a naive model: what arrives is a
// prefix of what the source has, never longer than what was asked for, and whole once enough was asked for.

import { range, type Subscription } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { link } from "@sluice/net/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { turns, until } from "./both-ways.js";

const service = defineService("numbers", {
  sync: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  async: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

interface Reader {
  readonly size: number;
  readonly seen: number[];
  requested: number;
  cancelled: boolean;
  completed: boolean;
  credit: Subscription | undefined;
}

type Step =
  | { readonly kind: "request"; readonly who: number; readonly n: number }
  | { readonly kind: "cancel"; readonly who: number }
  | { readonly kind: "turn" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("request" as const),
      who: fc.nat(5),
      n: fc.integer({ min: 1, max: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
);

describe("streams of one connection", () => {
  it("bring a prefix of the source, never longer than asked for, and all of it in the end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.nat(900), { minLength: 6, maxLength: 6 }),
        run,
      ),
      { numRuns: 60, seed: 24 },
    );
  });
});

async function run(steps: readonly Step[], sizes: readonly number[]): Promise<void> {
  const client = await link(service, {
    sync: (n) => range(0, n),
    async: async function* (n) {
      for (let i = 0; i < n; i += 1) {
        if (i % 50 === 49) await turns(1);
        yield i;
      }
    },
  });
  const readers = sizes.map((size, i) => read(i % 2 === 0 ? client.sync(size) : client.async(size), size));
  for (const next of steps) {
    if (next.kind === "turn") {
      await turns(1);
    } else {
      const reader = readers[next.who] as Reader;
      if (next.kind === "cancel") cancel(reader);
      else request(reader, next.n);
    }
    for (const reader of readers) check(reader);
  }
  for (const reader of readers) request(reader, reader.size + 1);
  await until(() => readers.every((reader) => reader.cancelled || reader.completed));
  for (const reader of readers) {
    check(reader);
    if (!reader.cancelled) expect(reader.seen).toHaveLength(reader.size);
  }
  await until(() => client.snapshot().streams.length === 0);
  await client.close();
}

function read(
  flow: ReturnType<Awaited<ReturnType<typeof link<(typeof service)["routes"]>>>["sync"]>,
  size: number,
): Reader {
  const reader: Reader = {
    size,
    seen: [],
    requested: 0,
    cancelled: false,
    completed: false,
    credit: undefined,
  };
  flow.subscribe({
    onSubscribe: (credit) => {
      reader.credit = credit;
    },
    onNext: (item) => {
      if (reader.cancelled || reader.completed) throw new Error(`Item ${item} came after the end`);
      if (item !== reader.seen.length) throw new Error(`Item ${item} came as number ${reader.seen.length}`);
      reader.seen.push(item);
    },
    onError: (error) => {
      throw error;
    },
    onComplete: () => {
      reader.completed = true;
    },
  });
  return reader;
}

function request(reader: Reader, n: number): void {
  reader.requested += n;
  reader.credit?.request(n);
}

function cancel(reader: Reader): void {
  if (!reader.completed) reader.cancelled = true;
  reader.credit?.cancel();
}

function check(reader: Reader): void {
  expect(reader.seen.length).toBeLessThanOrEqual(Math.min(reader.requested, reader.size));
}
