// §3.9, §3.16: what a request that is none does. JavaScript lets everything through, so more than 0 and -1
// is tried.

import { type CheckOf, claim } from "../check.js";
import { canCount, lacksItems, nearestCount, type PublisherSubject } from "../publisher-subject.js";
import { quiet, until } from "../resting.js";
import { observe, seen } from "./observe.js";

const wrongNumbers = [0, -0, -1, Number.MIN_SAFE_INTEGER, Number.NEGATIVE_INFINITY, Number.NaN, 1.5, 0.5];
const wrongTypes: readonly unknown[] = ["3", "", true, null, undefined, 3n, {}, [1], { valueOf: () => 3 }];

const closed = (subject: PublisherSubject): string | undefined =>
  subject.ends === "never" || subject.endsWithoutDemand === false || canCount(subject, 1, 1000)
    ? undefined
    : "the stream has ended before anything can be requested";

/** Checks of wrong requests. */
export const requestChecks: readonly CheckOf<PublisherSubject>[] = [
  {
    rule: "§3.9",
    title: "answers a request of 0, a negative number, NaN or a fraction with onError of a RangeError",
    skip: closed,
    run: (subject) => refuses(subject, wrongNumbers, (error) => error instanceof RangeError, "RangeError"),
  },
  {
    rule: "§3.9",
    title: "answers a request of something that is no number with onError of a TypeError",
    skip: closed,
    run: (subject) => refuses(subject, wrongTypes, (error) => error instanceof TypeError, "TypeError"),
  },
  {
    rule: "§3.9",
    title: "answers a wrong request within onSubscribe and onNext as well",
    skip: (subject) => lacksItems(subject, 2),
    run: async (subject) => {
      const first = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onSubscribe: (self) => self.request(0),
      });
      await until(() => first.ended, "onError for request(0) within onSubscribe", subject);
      claim(first.error instanceof RangeError, seen(first));
      const second = await observe(subject, subject.create(nearestCount(subject, 6)), {
        onSubscribe: (self) => self.request(1),
        onNext: (_, self) => self.request(-1),
      });
      await until(() => second.ended, "onError for request(-1) within onNext", subject);
      claim(second.error instanceof RangeError, seen(second));
    },
  },
  {
    rule: "§3.16",
    title: "returns normally from request, whatever it is given and whenever",
    run: async (subject) => {
      const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)));
      for (const n of [1, ...wrongNumbers, ...wrongTypes, Symbol("n"), () => 1]) {
        const other = await observe(subject, subject.create(nearestCount(subject, 6)));
        claim(
          returns(() => other.request(n)),
          `request(${describe(n)}) threw`,
        );
        claim(
          returns(() => subscriber.request(n)),
          `request(${describe(n)}) threw after others`,
        );
        other.cancel();
        claim(
          returns(() => other.request(n)),
          `request(${describe(n)}) threw after cancel`,
        );
      }
    },
  },
];

async function refuses(
  subject: PublisherSubject,
  wrong: readonly unknown[],
  fits: (error: unknown) => boolean,
  wanted: string,
): Promise<void> {
  for (const n of wrong) {
    const subscriber = await observe(subject, subject.create(nearestCount(subject, 6)), {
      // A lossy stream may be at its end before the next line.
      onSubscribe: (self) => {
        if (subject.lossy === true) self.request(n);
      },
    });
    if (subject.lossy !== true) subscriber.request(n);
    await until(() => subscriber.ended, `onError for request(${describe(n)})`, subject);
    claim(subscriber.failed, `request(${describe(n)}) ended with onComplete; wanted onError`);
    claim(
      fits(subscriber.error),
      `request(${describe(n)}) was answered with ${String(subscriber.error)}; wanted a ${wanted}`,
    );
    claim(subscriber.items.length === 0, `request(${describe(n)}) brought ${subscriber.items.length} items`);
    await quiet(subject);
    claim(subscriber.items.length === 0, `items came after the error for request(${describe(n)})`);
  }
}

function returns(call: () => void): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

function describe(n: unknown): string {
  if (typeof n === "object" && n !== null) return Array.isArray(n) ? `[${n}]` : "an object";
  return typeof n === "string" ? JSON.stringify(n) : typeof n === "bigint" ? `${n}n` : String(n);
}
