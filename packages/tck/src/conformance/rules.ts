// The rules of Reactive Streams 1.0.4 in short, in the words of JavaScript: what a report says beside what was seen.
// The full text is https://github.com/reactive-streams/reactive-streams-jvm/blob/v1.0.4/README.md#specification; how
// what it says of threads and null reads in one JavaScript thread is docs/decisions/010-serial-in-one-thread.md.

/** A rule of the specification. */
export interface Rule {
  /** Its number, such as `"§1.1"`. */
  readonly rule: string;
  /** What it demands, in short. */
  readonly text: string;
}

/**
 * All 43 rules: of the publisher (§1), the subscriber (§2), the subscription (§3) and the processor (§4).
 *
 * @example
 * ```ts
 * import { rules } from "@sluice/tck";
 * console.log(rules.length, rules[0]?.rule); // prints 43 §1.1
 * ```
 */
export const rules: readonly Rule[] = [
  ...section(1, [
    "A publisher signals no more onNext than its subscriber has requested, at any time",
    "A publisher may signal fewer items than requested and end by onComplete or onError",
    "onSubscribe, onNext, onError and onComplete are signalled serially",
    "A publisher that fails signals onError",
    "A publisher that ends well (a finite stream) signals onComplete",
    "After onError or onComplete the subscription counts as cancelled",
    "After onError or onComplete no further signal comes",
    "A subscriber whose subscription is cancelled is at last not signalled any more",
    "subscribe calls onSubscribe before any other signal and returns normally; it throws for a missing subscriber, and " +
      "signals any other failure by onError",
    "subscribe may be called as often as wanted, each time with another subscriber",
    "A publisher may have several subscribers, and decides whether each has its own stream or they share one",
  ]),
  ...section(2, [
    "A subscriber signals demand by request(n) to receive items",
    "A subscriber that may slow its publisher down should process its signals asynchronously",
    "onComplete and onError call no method of the subscription or the publisher",
    "After onComplete or onError a subscriber considers its subscription cancelled",
    "A subscriber that has an active subscription cancels any other that comes",
    "A subscriber cancels a subscription that it needs no more",
    "A subscriber makes its calls of request and cancel serially",
    "A subscriber is prepared for items after its cancel, while requested ones are pending",
    "A subscriber is prepared for onComplete with or without a request before it",
    "A subscriber is prepared for onError with or without a request before it",
    "A subscriber sees to it that its signals happen before it processes them",
    "onSubscribe is called at most once for a given subscriber",
    "onSubscribe, onNext, onError and onComplete return normally; the only way for a subscriber to fail is to cancel. " +
      "One that throws counts as cancelled, and its error is made known",
  ]),
  ...section(3, [
    "request and cancel are called only in the context of the subscriber",
    "A subscription allows request from within onNext and onSubscribe",
    "request bounds the recursion between publisher and subscriber",
    "request should return in a timely manner",
    "cancel returns in a timely manner and may be repeated",
    "After cancel, request does nothing",
    "After cancel, cancel does nothing",
    "request(n) registers n further items to be produced",
    "request(n) of anything but a number of items >= 1 signals onError",
    "request(n) may call onNext before it returns",
    "request(n) may call onComplete or onError before it returns",
    "cancel makes the publisher at last stop signalling its subscriber",
    "cancel makes the publisher at last drop its references to the subscriber",
    "cancel of the last subscription may shut the publisher down; who comes later is told by onError or onComplete",
    "cancel returns normally",
    "request returns normally",
    "A subscription takes any number of requests and a demand up to 2^53-1 (in Java 2^63-1), which may count as unbounded",
  ]),
  ...section(4, [
    "A processor is a subscriber and a publisher and obeys the contracts of both",
    "A processor hands an error on at once, or recovers from it and considers its subscription cancelled",
  ]),
];

/** What the rule demands; of what is no rule of the specification, what it stands for. */
export function ruleText(rule: string): string {
  return rules.find((one) => one.rule === rule)?.text ?? "The subject is what it is declared to be";
}

function section(number: number, texts: readonly string[]): Rule[] {
  return texts.map((text, index) => ({ rule: `§${number}.${index + 1}`, text }));
}
