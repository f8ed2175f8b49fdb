// §4.1, §4.2: what passes through an operator. Demand goes up, bounded by what the operator declares; cancel
// and its kin go up; errors and the end come down.

import { captureReported } from "../../capture-reported.js";
import { ManualSubscriber } from "../../manual-subscriber.js";
import { TestPublisher } from "../../test-publisher.js";
import { type CheckOf, claim } from "../check.js";
import type { OperatorSubject } from "../operator-subject.js";
import { seen } from "../publisher/observe.js";
import { quiet, until } from "../resting.js";
import { between, flood } from "./between.js";

/** Checks of what passes through. */
export function passageChecks<A, B>(): CheckOf<OperatorSubject<A, B>>[] {
  return [
    {
      rule: "§4.1",
      title: "asks upstream for no more than its subscriber asked for and it declares to hold",
      run: async (subject) => {
        const { upstream, downstream } = await between(subject);
        claimBound(subject, upstream, downstream);
        for (const n of [1, 2, 5, 1]) {
          if (downstream.ended) break;
          downstream.request(n);
          await quiet(subject);
          claimBound(subject, upstream, downstream);
          for (let sent = 0; sent < 40 && upstream.demand >= 1 && !upstream.cancelled; sent++) {
            upstream.next(subject.item(upstream.emitted));
            claimBound(subject, upstream, downstream);
          }
          await quiet(subject);
          claimBound(subject, upstream, downstream);
        }
        if (!downstream.ended) downstream.cancel();
      },
    },
    {
      rule: "§4.1",
      title: "asks upstream for items while its subscriber waits for one",
      skip: afterTheEnd,
      run: async (subject) => {
        const { upstream, downstream } = await between(subject);
        for (let received = 0; received < 40 && !downstream.ended; received++) {
          downstream.request(1);
          const before = downstream.items.length;
          for (
            let tries = 0;
            tries < 10 && downstream.items.length === before && !downstream.ended;
            tries++
          ) {
            await until(
              () => upstream.demand >= 1,
              `demand upstream; downstream ${seen(downstream)}`,
              subject,
            );
            upstream.next(subject.item(upstream.emitted));
            await quiet(subject);
          }
          claim(
            downstream.items.length > before || downstream.ended,
            `after 10 items upstream ${seen(downstream)}`,
          );
        }
      },
    },
    {
      rule: "§1.1",
      title: "hands on no more than requested when upstream sends all that it may",
      run: async (subject) => {
        const { upstream, downstream } = await between(subject);
        for (let n = 1; n <= 4 && !downstream.ended; n++) {
          downstream.request(n);
          await flood(subject, upstream);
        }
        claim(downstream.surplus <= 0, seen(downstream));
      },
    },
    {
      rule: "§3.12",
      title: "hands cancel on to upstream, before and after items",
      run: async (subject) => {
        const early = await between(subject);
        early.downstream.cancel();
        claim(early.upstream.cancelled, "upstream was not cancelled");
        const late = await between(subject);
        late.downstream.request(1);
        await flood(subject, late.upstream, 1);
        if (late.downstream.ended) return;
        late.downstream.cancel();
        claim(late.upstream.cancelled, "upstream was not cancelled after items");
      },
    },
    {
      rule: "§3.5",
      title:
        "hands cancel on to upstream once, however often it is called, also from within upstream's cancel",
      run: async (subject) => {
        const upstream = new TestPublisher<A>({ onCancel: () => downstream.cancel() });
        const downstream = new ManualSubscriber<B>();
        subject.apply(upstream).subscribe(downstream);
        await until(() => downstream.subscription !== undefined, "onSubscribe", subject);
        for (let times = 0; times < 3; times++) {
          downstream.cancel();
          await quiet(subject);
        }
        // That it is handed on at all is the matter of §3.12.
        claim(upstream.cancels <= 1, `upstream was cancelled ${upstream.cancels} times`);
      },
    },
    {
      rule: "§3.12",
      title: "hands cancel on when it is called within onNext",
      skip: afterTheEnd,
      run: async (subject) => {
        const { upstream, downstream } = await between(subject, { onNext: (_, self) => self.cancel() });
        downstream.request(5);
        await flood(subject, upstream);
        claim(upstream.cancelled, "upstream was not cancelled");
        claim(downstream.signals.length === 2, `${downstream.signals.length - 2} signals came after cancel`);
      },
    },
    {
      rule: "§3.9",
      title: "cancels upstream when it answers a wrong request with onError",
      run: async (subject) => {
        const { upstream, downstream } = await between(subject);
        downstream.request(-1);
        await until(() => downstream.ended, "onError for request(-1)", subject);
        claim(downstream.failed && downstream.error instanceof RangeError, seen(downstream));
        claim(upstream.cancels === 1, `upstream was cancelled ${upstream.cancels} times`);
      },
    },
    {
      rule: "§2.13",
      title: "cancels upstream when its subscriber throws from onNext, and throws nothing at upstream",
      skip: (subject) =>
        subject.publisher?.reports === false
          ? "errors of subscribers are made known in another way (reports)"
          : afterTheEnd(subject),
      run: async (subject) => {
        const thrown = new Error("thrown from onNext");
        const reported = await captureReported(async () => {
          const { upstream, downstream } = await between(subject, {
            onNext: () => {
              throw thrown;
            },
          });
          downstream.request(5);
          await flood(subject, upstream);
          claim(upstream.cancels === 1, `upstream was cancelled ${upstream.cancels} times`);
          claim(
            downstream.signals.length === 2,
            `${downstream.signals.length - 2} signals came after it had thrown`,
          );
        });
        claim(
          reported.length === 1 && reported[0] === thrown,
          `reported were ${reported.map(String).join(", ")}`,
        );
      },
    },
    {
      rule: "§4.2",
      title: "hands an error on at once, the same one, without a request",
      run: async (subject) => {
        for (const requested of [0, 3]) {
          const { upstream, downstream } = await between(subject);
          if (requested > 0) downstream.request(requested);
          const error = new Error("the upstream failed");
          upstream.error(error);
          await until(() => downstream.ended, "onError downstream", subject);
          claim(downstream.error === error, `${seen(downstream)}; wanted the error of upstream`);
          claim(upstream.cancels === 0, "upstream was cancelled although it had ended");
        }
      },
    },
    {
      rule: "§1.5",
      title: "hands the good end on, without a request when nothing is held",
      run: async (subject) => {
        const { upstream, downstream } = await between(subject);
        upstream.complete();
        const own = subject.publisher?.minCount ?? 0; // what it sends also where upstream sends nothing
        if (own > 0) downstream.request(own);
        await until(() => downstream.ended, "onComplete downstream", subject);
        claim(downstream.completed, seen(downstream));
        downstream.request(1);
        downstream.cancel();
        await quiet(subject);
        claim(upstream.cancels === 0, "upstream was cancelled although it had ended");
        const late = downstream.signals.length - 2 - downstream.items.length;
        claim(
          downstream.items.length <= own && late === 0,
          `${seen(downstream)}, and ${late} signals after the end`,
        );
      },
    },
    {
      rule: "§1.9",
      title: "works over an upstream whose onSubscribe comes late",
      run: async (subject) => {
        const upstream = new TestPublisher<A>({ startsAtOnce: false });
        const downstream = new ManualSubscriber<B>();
        subject.apply(upstream).subscribe(downstream);
        if (downstream.subscription !== undefined) downstream.request(1);
        // One that waits for something else first subscribes later.
        await until(() => upstream.subscribers > 0, "a subscriber upstream", subject);
        upstream.start();
        await until(() => downstream.subscription !== undefined, "onSubscribe", subject);
        if (downstream.requested === 0) downstream.request(1);
        await until(() => upstream.demand >= 1, "demand upstream", subject);
        downstream.cancel();
      },
    },
  ];
}

/** Why nothing is asked about a running `onNext`: upstream has completed by then. */
function afterTheEnd(subject: { readonly sends?: string }): string | undefined {
  return subject.sends === "atTheEnd" ? "it sends only once upstream has completed (sends)" : undefined;
}

function claimBound<A, B>(
  subject: OperatorSubject<A, B>,
  upstream: TestPublisher<A>,
  downstream: ManualSubscriber<B>,
): void {
  const delivered = downstream.items.length;
  const used = subject.needs?.(delivered) ?? delivered;
  const bound =
    subject.ahead === undefined
      ? Math.max(
          downstream.requested + upstream.emitted - delivered,
          subject.needs?.(downstream.requested) ?? 0,
        )
      : used + subject.ahead;
  claim(
    upstream.requested <= bound,
    `asked upstream for ${upstream.requested} items, where ${bound} may be; downstream ${seen(downstream)}`,
  );
  const most = subject.outstanding ?? Number.POSITIVE_INFINITY;
  claim(upstream.demand <= most, `has ${upstream.demand} items outstanding upstream, where ${most} may be`);
}
