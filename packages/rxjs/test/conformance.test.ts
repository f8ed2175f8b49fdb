// Each adapter before the judge: what comes out of an Observable is a Publisher, a way through RxJS and back is a
// processor, and an Observable of a flow is the subscriber of that flow.

import { type Flow, fromPublisher, map, type Publisher } from "@sluice/core";
import {
  onBackpressureBuffer,
  onBackpressureDrop,
  onBackpressureError,
  onBackpressureLatest,
  policy,
  toFlow,
  toObservable,
  viaFlow,
} from "@sluice/rxjs";
import {
  type ConsumerSubject,
  operatorChecks,
  type OperatorSubject,
  publisherChecks,
  type PublisherSubject,
  subscriberChecks,
} from "@sluice/tck";
import {
  asapScheduler,
  asyncScheduler,
  from,
  type Observable,
  of,
  queueScheduler,
  range,
  take,
  throwError,
} from "rxjs";
import { describe, it } from "vitest";

const LARGEST = 20_000;
const roomy = <T>() => policy.buffer<T>({ capacity: LARGEST, overflow: "error" });
const item = (index: number): number => index;
const failure = new Error("failed on purpose");
const everything = { demand: of(Number.POSITIVE_INFINITY) };

/** By its shape alone, as the platform's are. */
const shape = <T>(source: Observable<T>) => ({
  [Symbol.toStringTag]: "Observable",
  subscribe: (observer: object) => void source.subscribe(observer),
});

const publishers: Readonly<Record<string, PublisherSubject>> = {
  toFlow: {
    create: (count) => toFlow(range(0, count), roomy()),
    createFailed: () =>
      toFlow<never>(
        throwError(() => failure),
        policy.error(),
      ),
    createOf: (items) => toFlow(from(items), roomy()),
  },
  "toFlow of another library's": {
    create: (count) => toFlow<number>(shape(range(0, count)), roomy()),
    createFailed: () => toFlow<never>(shape(throwError(() => failure)), policy.error()),
  },
  "toFlow, subscribed by a scheduler": {
    create: (count) => toFlow(range(0, count), roomy(), { scheduler: asapScheduler }),
    createFailed: () =>
      toFlow<never>(
        throwError(() => failure),
        policy.error(),
        { scheduler: asapScheduler },
      ),
  },
  "toFlow of one a turn": {
    create: (count) => toFlow(range(0, count, asapScheduler), roomy()),
    maxCount: 1000,
  },
};

type Way = (source: Observable<number>) => Observable<number>;

/** Through RxJS and back; what the last policy holds is how far ahead it asks. */
function through(way: Way, prefetch = 8): OperatorSubject<number, number> {
  return {
    apply: (upstream: Publisher<number>) =>
      toFlow(way(toObservable(fromPublisher(upstream), { prefetch })), roomy<number>()),
    item,
    yields: item,
    ahead: Number.POSITIVE_INFINITY,
    outstanding: prefetch,
    passesAny: true,
    timers: false,
  };
}

const processors: Readonly<Record<string, OperatorSubject<number, number>>> = {
  "toObservable and toFlow": through((source) => source),
  "toObservable and toFlow, one ahead": through((source) => source, 1),
  "viaFlow without operators": through(viaFlow(roomy())),
  "viaFlow with an operator": through(
    viaFlow(
      roomy<number>(),
      map((n) => n),
    ),
  ),
  onBackpressureBuffer: through(onBackpressureBuffer({ capacity: 1, overflow: "error", ...everything })),
  onBackpressureDrop: through(onBackpressureDrop(everything)),
  onBackpressureLatest: through(onBackpressureLatest(everything)),
  onBackpressureError: through(onBackpressureError(everything)),
  "onBackpressureBuffer by turns": through(
    onBackpressureBuffer({ capacity: LARGEST, overflow: "error", demand: asapScheduler }),
  ),
  ...Object.fromEntries(
    Object.entries({ asapScheduler, asyncScheduler, queueScheduler }).map(([name, scheduler]) => [
      `toObservable by ${name}`,
      {
        ...through((source) => source),
        timers: scheduler === asyncScheduler,
        apply: (upstream: Publisher<number>) =>
          toFlow(toObservable(fromPublisher(upstream), { prefetch: 8, scheduler }), roomy<number>()),
      },
    ]),
  ),
};

function consumer(way: (flow: Flow<number>) => Observable<number>): ConsumerSubject<number> {
  return {
    item,
    stoppable: true,
    timers: false,
    consume: (publisher) => {
      const received: number[] = [];
      let cancel = (): void => {};
      const ended = new Promise<void>((resolve, reject) => {
        const subscription = way(fromPublisher(publisher)).subscribe({
          next: (n) => void received.push(n),
          error: reject,
          complete: resolve,
        });
        cancel = () => {
          subscription.unsubscribe();
          reject(new Error("unsubscribed"));
        };
      });
      return { ended, cancel, received: () => received };
    },
  };
}

const subscribers: Readonly<Record<string, ConsumerSubject<number>>> = {
  toObservable: consumer((flow) => toObservable(flow, { prefetch: 8 })),
  "toObservable by asapScheduler": consumer((flow) =>
    toObservable(flow, { prefetch: 8, scheduler: asapScheduler }),
  ),
  "toObservable by queueScheduler": consumer((flow) =>
    toObservable(flow, { prefetch: 8, scheduler: queueScheduler }),
  ),
  "toObservable left after three": {
    ...consumer((flow) => toObservable(flow, { prefetch: 8 }).pipe(take(3))),
    stopsAfter: 3,
  },
};

for (const [name, subject] of Object.entries(publishers)) {
  judge(name, publisherChecks({ maxCount: LARGEST, item, timers: false, ...subject }));
}
for (const [name, subject] of Object.entries(processors)) {
  judge(name, operatorChecks<number, number>(subject));
}
for (const [name, subject] of Object.entries(subscribers)) judge(name, subscriberChecks(subject));

function judge(name: string, checks: ReturnType<typeof publisherChecks>): void {
  describe(name, () => {
    for (const check of checks) {
      if (check.skipped !== undefined) continue; // what the subject rules out
      it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
