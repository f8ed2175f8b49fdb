// Publishers that break a rule about subscribing (§1.9 to §1.11, §2.12, §3.14), and subjects that are not what they say.

import type { Subscriber } from "@sluice/core";
import { ReferenceSubscription } from "../../src/conformance/reference-publisher.js";
import {
  lonelySubject,
  type PublisherTwin,
  publisherTwin as twin,
  referenceSubject,
  type Start,
} from "./publisher-twin.js";

/** Tells the end of an empty stream before anything else. */
class EndsFirst extends ReferenceSubscription<number> {
  override start(): void {
    const { subscriber } = this;
    if (this.stream.count === 0 && this.stream.failure === undefined) {
      this.signalLast((one) => one.onComplete());
      subscriber?.onSubscribe(this);
    } else super.start();
  }
}

/** Signals onSubscribe a second time. */
class SubscribesTwice extends ReferenceSubscription<number> {
  override start(): void {
    this.signal((subscriber) => subscriber.onSubscribe(this));
    this.signal((subscriber) => subscriber.onSubscribe({ request: () => {}, cancel: () => {} }));
    this.drain();
  }
}

/** Knows its subscribers by their object, so that who is subscribed twice is gone with one cancel. */
function cancelsBySubscriber(): Start {
  const ended = new WeakSet<Subscriber<number>>();
  return (stream, subscriber) =>
    new (class extends ReferenceSubscription<number> {
      override cancel(): void {
        if (this.subscriber !== undefined) ended.add(this.subscriber);
        super.cancel();
      }

      protected override drain(): void {
        if (this.subscriber !== undefined && ended.has(this.subscriber)) this.subscriber = undefined;
        super.drain();
      }
    })(stream, subscriber);
}

/** Has given its items away once the first stream has ended. */
function endsOnce(): Start {
  let over = false;
  return (stream, subscriber) =>
    new (class extends ReferenceSubscription<number> {
      protected override finish(): void {
        over = true;
        super.finish();
      }
    })(over ? { ...stream, count: 0 } : stream, subscriber);
}

/** Takes what one subscriber asks for as asked for by all. */
function sharesDemand(): Start {
  const all = new Set<ReferenceSubscription<number>>();
  return (stream, subscriber) => {
    const one = new (class extends ReferenceSubscription<number> {
      override request(n: number): void {
        super.request(n);
        if (typeof n !== "number" || !(n >= 1)) return;
        for (const other of all) if (other !== this) ReferenceSubscription.prototype.request.call(other, n);
      }

      override cancel(): void {
        all.delete(this);
        super.cancel();
      }
    })(stream, subscriber);
    all.add(one);
    return one;
  };
}

/** Shuts down with its last subscriber, and tells nobody who comes later. */
function fallsSilent(): Start {
  let open = 0;
  let shut = false;
  return (stream, subscriber) => {
    open++;
    return new (class extends ReferenceSubscription<number> {
      override cancel(): void {
        if (this.subscriber !== undefined) open--;
        if (open === 0) shut = true;
        super.cancel();
      }

      protected override drain(): void {
        if (!shut) super.drain();
      }
    })(stream, subscriber);
  };
}

const counted = referenceSubject();

/** The twins of subscribing. */
export const subscribingTwins: readonly PublisherTwin[] = [
  twin("§1.9", "ends before onSubscribe", EndsFirst, ["§3.12"]),
  {
    rule: "§1.9",
    name: "takes a missing subscriber without a word",
    entails: [],
    subject: {
      ...counted,
      create: (count) => {
        const publisher = counted.create(count);
        return {
          subscribe: (subscriber) => (subscriber == null ? undefined : publisher.subscribe(subscriber)),
        };
      },
    },
  },
  { rule: "§1.10", name: "has items for one stream alone", entails: [], subject: referenceSubject(endsOnce) },
  {
    rule: "§1.10",
    name: "loses a subscriber that comes twice and cancels once",
    entails: [],
    subject: referenceSubject(cancelsBySubscriber),
  },
  {
    rule: "§1.11",
    name: "gives each what another has asked for",
    entails: [],
    subject: referenceSubject(sharesDemand),
  },
  { rule: "§1.11", name: "completes who comes second", entails: [], subject: lonelySubject("complete") },
  twin("§2.12", "signals onSubscribe twice", SubscribesTwice),
  {
    rule: "§3.14",
    name: "falls silent for good when its last subscriber cancels",
    entails: [],
    subject: referenceSubject(fallsSilent),
  },
  {
    rule: "subject",
    name: "has other items than it says",
    entails: [],
    subject: { ...counted, item: (index) => index + 1 },
  },
  {
    rule: "subject",
    name: "has more items than it says",
    entails: ["§1.2", "§1.10"],
    subject: { ...counted, create: (count) => counted.create(count === 0 ? 0 : count + 1) },
  },
];
