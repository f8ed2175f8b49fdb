// §2.5 to §2.8, §3.9: what a subscriber does with its subscription while the stream runs.

import type { TestPublisher } from "../../test-publisher.js";
import { type CheckOf, claim } from "../check.js";
import { quiet, until } from "../resting.js";
import type { ConsumerSubject } from "../subscriber-subject.js";
import { atWork, feed } from "./work.js";

const ENOUGH = 5;

/** Checks of what is asked of the subscription. */
export function subscriptionChecks<T>(): CheckOf<ConsumerSubject<T>>[] {
  return [
    {
      rule: "§2.5",
      title: "cancels a second subscription, asks nothing of it, and goes on with the first",
      skip: (subject) =>
        subject.stopsAfter === undefined || subject.stopsAfter > 2
          ? undefined
          : "it stops before the first subscription has shown that it goes on (stopsAfter)",
      run: async (subject) => {
        const work = await atWork(subject);
        const second = { requests: 0, cancels: 0 };
        work.upstream.startAgain({
          request: () => {
            second.requests++;
          },
          cancel: () => {
            second.cancels++;
          },
        });
        await quiet(subject);
        claim(second.cancels > 0, "the second subscription was not cancelled");
        claim(second.requests === 0, "items were requested of the second subscription");
        claim(!work.upstream.cancelled, "the first subscription was cancelled");
        await feed(subject, work, 2);
        claim(work.upstream.emitted === 2, "the first subscription was not used any more");
        work.upstream.complete();
      },
    },
    {
      rule: "§2.6",
      title: "cancels its subscription when it is stopped from outside",
      skip: notStoppable,
      run: async (subject) => {
        const work = await atWork(subject);
        await feed(subject, work, Math.min(2, (subject.stopsAfter ?? 3) - 1));
        work.consumption.cancel?.();
        await until(() => work.upstream.cancelled, "cancel", subject);
        claim(work.upstream.cancels === 1, `cancel was called ${work.upstream.cancels} times`);
      },
    },
    {
      rule: "§2.6",
      title: "cancels its subscription when it wants no more",
      skip: (subject) =>
        subject.stopsAfter === undefined ? "it does not stop by itself (stopsAfter)" : undefined,
      run: async (subject) => {
        const work = await atWork(subject);
        await feed(subject, work, subject.stopsAfter ?? 0);
        await until(() => work.upstream.cancelled, `cancel after ${subject.stopsAfter} items`, subject);
      },
    },
    {
      rule: "§2.7",
      title: "makes no call on its subscription while its own cancel is running",
      skip: (subject) => (subject.stopsAfter === undefined ? notStoppable(subject) : undefined),
      run: async (subject) => {
        const work = await atWork(subject, { onCancel: (upstream) => leftOver(subject, upstream) });
        if (subject.requests === false) work.consumption.request?.(ENOUGH);
        await feed(subject, work, subject.stopsAfter ?? 2);
        if (subject.stopsAfter === undefined) work.consumption.cancel?.();
        await quiet(subject);
        const overlapping = work.upstream.calls.find((call) => call.during.includes("cancel"));
        claim(overlapping === undefined, `${overlapping?.call} was called while cancel was running`);
      },
    },
    {
      rule: "§2.8",
      title: "bears items that still come after its cancel, and shows none of them",
      skip: notStoppable,
      run: async (subject) => {
        const work = await atWork(subject);
        if (subject.requests === false) work.consumption.request?.(ENOUGH);
        await feed(subject, work, 1);
        work.consumption.cancel?.();
        await quiet(subject);
        const before = work.consumption.received?.().length ?? 0;
        leftOver(subject, work.upstream);
        await quiet(subject);
        const after = work.consumption.received?.().length ?? 0;
        claim(after === before, `${after - before} items were taken after cancel`);
      },
    },
    {
      rule: "§3.9",
      title: "requests nothing but integers >= 1 and Infinity",
      run: async (subject) => {
        const work = await atWork(subject);
        await feed(subject, work, Math.min(ENOUGH * 20, subject.stopsAfter ?? 1000));
        for (const { call, n } of work.upstream.calls) {
          claim(call === "cancel" || isCount(n), `requested ${String(n)}`);
        }
        if (!work.upstream.cancelled) work.upstream.complete();
      },
    },
  ];
}

function notStoppable<T>(subject: ConsumerSubject<T>): string | undefined {
  return subject.stoppable === true
    ? undefined
    : "nothing can make it cancel (stoppable, or cancel of a black box)";
}

/** Sends what was asked for and did not come yet, at most some items. */
function leftOver<T>(subject: ConsumerSubject<T>, upstream: TestPublisher<T>): void {
  for (let i = 0; i < ENOUGH && upstream.demand >= 1; i++) upstream.next(subject.item(upstream.emitted));
}

function isCount(n: unknown): boolean {
  return n === Number.POSITIVE_INFINITY || (typeof n === "number" && n >= 1 && Math.floor(n) === n);
}
