// The page of platform.test.ts: the platform's own Observable, both ways.

import { range, take } from "@sluice/core";
import { policy, toFlow } from "@sluice/rxjs";

/** As the standard has it; the compiler knows it not yet. */
interface Subscriber {
  readonly active: boolean;
  next(value: number): void;
  error(error: unknown): void;
  complete(): void;
  addTeardown(teardown: () => void): void;
}
interface PlatformObservable {
  subscribe(observer: { next(value: number): void }, options?: { signal?: AbortSignal }): void;
  take(amount: number): PlatformObservable;
  toArray(): Promise<number[]>;
}
const platform = (
  globalThis as unknown as {
    Observable?: {
      new (start: (to: Subscriber) => void): PlatformObservable;
      from(input: unknown): PlatformObservable;
    };
  }
).Observable;

async function run(): Promise<unknown> {
  if (platform === undefined) return "absent";
  const roomy = policy.buffer<number>(100, "error");
  let torn = 0;
  const endless = new platform((to) => {
    to.addTeardown(() => torn++);
    for (let n = 0; to.active; n++) to.next(n);
  });
  const few = await toFlow<number>(endless, policy.error<number>()).pipe(take(3)).toArray();

  const all = await toFlow<number>(
    new platform((to) => {
      for (let n = 0; n < 5; n++) to.next(n);
      to.complete();
    }),
    roomy,
  ).toArray();
  const failed = await toFlow<number>(new platform((to) => to.error(new Error("broke"))), roomy)
    .toArray()
    .catch(String);

  // The platform takes async iterables, and a flow is one: it is asked for the next when the last was taken.
  let sent = 0;
  const back = await platform
    .from(counted(range(1, 1e9).values({ prefetch: 8 })))
    .take(3)
    .toArray();
  async function* counted(items: AsyncIterable<number>) {
    for await (const item of items) {
      sent++;
      yield item;
    }
  }
  return { few, torn, all, failed, back, sent };
}

(globalThis as unknown as { result: Promise<unknown> }).result = run();
