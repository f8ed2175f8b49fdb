// §4.2, §1.11, §3.12: what a processor owes to several subscribers at once.

import { ManualSubscriber } from "../../manual-subscriber.js";
import { TestPublisher } from "../../test-publisher.js";
import { type CheckOf, claim } from "../check.js";
import type { ProcessorSubject } from "../processor-subject.js";
import { seen } from "../publisher/observe.js";
import { quiet, until } from "../resting.js";

interface Shared<A, B> {
  readonly upstream: TestPublisher<A>;
  readonly subscribers: readonly [ManualSubscriber<B>, ManualSubscriber<B>];
}

/** Checks of a processor with two subscribers. */
export function everySubscriberChecks<A, B>(): CheckOf<ProcessorSubject<A, B>>[] {
  return [
    {
      rule: "§4.2",
      title: "hands an error on to every subscriber, the same one",
      skip: servesOne,
      run: async (subject) => {
        const { upstream, subscribers } = await shared(subject);
        const error = new Error("the upstream failed");
        upstream.error(error);
        await until(() => subscribers.every((one) => one.ended), "onError for every subscriber", subject);
        for (const one of subscribers)
          claim(one.error === error, `${seen(one)}; wanted the error of upstream`);
      },
    },
    {
      rule: "§1.5",
      title: "hands the good end on to every subscriber",
      skip: servesOne,
      run: async (subject) => {
        const { upstream, subscribers } = await shared(subject);
        upstream.complete();
        await until(() => subscribers.every((one) => one.ended), "onComplete for every one", subject);
        for (const one of subscribers) claim(one.completed, seen(one));
      },
    },
    {
      rule: "§2.1",
      title: "asks upstream for what its subscribers asked for long ago",
      skip: servesOne,
      run: async (subject) => {
        const { upstream, subscribers } = await shared(subject);
        for (const one of subscribers) one.request(2);
        for (let index = 0; index < (subject.needs?.(2) ?? 2); index++) {
          await until(() => upstream.demand >= 1, `demand for item ${index + 1}`, subject);
          upstream.next(subject.item(index));
          await quiet(subject);
        }
        for (const one of subscribers) {
          await until(() => one.items.length >= 2, `2 items; one ${seen(one)}`, subject);
        }
        upstream.complete();
      },
    },
    {
      rule: "§3.12",
      title: "goes on for the subscribers that are left when one cancels",
      skip: servesOne,
      run: async (subject) => {
        const {
          upstream,
          subscribers: [gone, left],
        } = await shared(subject);
        gone.cancel();
        await quiet(subject);
        claim(!upstream.cancelled, "upstream was cancelled while a subscriber was left");
        left.request(1);
        for (let index = 0; index < (subject.needs?.(1) ?? 1); index++) {
          await until(() => upstream.demand >= 1, "demand for the one that is left", subject);
          upstream.next(subject.item(index));
        }
        await until(
          () => left.items.length >= 1,
          `an item for the one that is left, which ${seen(left)}`,
          subject,
        );
        claim(gone.items.length === 0, `who had cancelled ${seen(gone)}`);
        upstream.complete();
      },
    },
  ];
}

function servesOne<A, B>(subject: ProcessorSubject<A, B>): string | undefined {
  return subject.publisher?.subscribers === "shared"
    ? undefined
    : 'it serves one subscriber (publisher.subscribers: "one")';
}

async function shared<A, B>(subject: ProcessorSubject<A, B>): Promise<Shared<A, B>> {
  const upstream = new TestPublisher<A>();
  const processor = subject.create();
  const subscribers = [new ManualSubscriber<B>(), new ManualSubscriber<B>()] as const;
  upstream.subscribe(processor);
  for (const one of subscribers) processor.subscribe(one);
  await until(() => subscribers.every((one) => one.subscription !== undefined), "onSubscribe", subject);
  return { upstream, subscribers };
}
