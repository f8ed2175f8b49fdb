// §2.3, §2.4, §2.9, §2.10, §3.11, §2.13: what a subscriber does at the end, and that every signal returns normally.

import { type CheckOf, claim } from "../check.js";
import { quiet, until } from "../resting.js";
import type { ConsumerSubject } from "../subscriber-subject.js";
import { atWork, feed, type Work } from "./work.js";

type Ending = "onComplete" | "onError";

/** Checks of the end. */
export function terminalChecks<T>(): CheckOf<ConsumerSubject<T>>[] {
  return (["onComplete", "onError"] as const).flatMap((ending) => endingChecks<T>(ending));
}

function endingChecks<T>(ending: Ending): CheckOf<ConsumerSubject<T>>[] {
  const rule = ending === "onComplete" ? "§2.9" : "§2.10";
  return [
    {
      rule: "§2.3",
      title: `calls nothing on its subscription from within ${ending}`,
      run: async (subject) => {
        const work = await afterItems(subject);
        finish(work, ending);
        await quiet(subject);
        const within = work.upstream.calls.find((call) => call.during.includes(ending));
        claim(within === undefined, `${within?.call} was called within ${ending}`);
      },
    },
    {
      rule: "§2.4",
      title: `considers its subscription cancelled after ${ending}`,
      run: async (subject) => {
        const work = await afterItems(subject);
        finish(work, ending);
        await quiet(subject);
        work.consumption.cancel?.();
        await quiet(subject);
        const late = work.upstream.calls.find((call) => call.afterEnd && !call.during.includes(ending));
        claim(late === undefined, `${late?.call} was called after ${ending}`);
      },
    },
    {
      rule,
      title: `takes ${ending} after items`,
      run: async (subject) => sees(subject, await afterItems(subject), ending),
    },
    {
      rule,
      title: `takes ${ending} right after onSubscribe`,
      run: async (subject) => {
        const work = await atWork(subject, { startsAtOnce: false });
        work.upstream.start();
        await sees(subject, work, ending);
      },
    },
    {
      rule: "§3.11",
      title: `takes ${ending} from within its own request`,
      run: async (subject) => {
        let done = false;
        const work = await atWork(subject, {
          onRequest: (_, upstream) => {
            if (done) return;
            done = true;
            if (ending === "onComplete") upstream.complete();
            else upstream.error(failure);
          },
        });
        if (subject.requests === false) work.consumption.request?.(1);
        await until(() => work.outcome !== "open", `the consumer to see ${ending}`, subject);
        claimOutcome(work, ending);
      },
    },
    {
      rule: "§2.13",
      title: `returns normally from onSubscribe, onNext and ${ending}`,
      run: async (subject) => {
        const work = await afterItems(subject);
        finish(work, ending);
        await quiet(subject);
      },
    },
    {
      rule: "§2.13",
      title: `leaves no promise rejected that nobody handles, at ${ending} before a request is used and after`,
      run: async (subject) => {
        for (const work of [await atWork(subject), await afterItems(subject)]) {
          finish(work, ending);
          await quiet(subject);
        }
      },
    },
  ];
}

const failure = new Error("the upstream failed");

async function afterItems<T>(subject: ConsumerSubject<T>): Promise<Work<T>> {
  const work = await atWork(subject);
  await feed(subject, work, Math.min(3, (subject.stopsAfter ?? 4) - 1));
  return work;
}

function finish<T>(work: Work<T>, ending: Ending): void {
  if (ending === "onComplete") work.upstream.complete();
  else work.upstream.error(failure);
}

async function sees<T>(subject: ConsumerSubject<T>, work: Work<T>, ending: Ending): Promise<void> {
  finish(work, ending);
  await until(() => work.outcome !== "open", `the consumer to see ${ending}`, subject);
  claimOutcome(work, ending);
}

function claimOutcome<T>(work: Work<T>, ending: Ending): void {
  const wanted = ending === "onComplete" ? "resolved" : "rejected";
  claim(work.outcome === wanted, `the consumer ${work.outcome} after ${ending}`);
  if (ending === "onError") claim(work.error === failure, `it rejected with ${String(work.error)}`);
}
