// §3.3 through many: what is no recursion in one operator may be one in twenty, each within a signal of the next.

import type { Publisher } from "@sluice/core";
import type { CheckOf } from "../check.js";
import type { OperatorSubject } from "../operator-subject.js";
import { recursionChecks } from "../publisher/recursion.js";
import type { PublisherSubject } from "../publisher-subject.js";
import { referencePublisher } from "../reference-publisher.js";

/** Checks of an operator on itself, many times: those of recursion, over a stack of it. */
export function stackedChecks<A, B>(): CheckOf<OperatorSubject<A, B>>[] {
  return recursionChecks.map((check) => ({
    rule: check.rule,
    title: `${check.title}, through many of it, one on another`,
    skip: (subject) =>
      subject.stacked === undefined
        ? "it is not asked for (stacked)"
        : check.skip?.(tower(subject, subject.stacked)),
    run: (subject) => check.run(tower(subject, subject.stacked ?? 1)),
  }));
}

/** The operator as a publisher, over a naive source and `storeys` times itself. */
function tower<A, B>(subject: OperatorSubject<A, B>, storeys: number): PublisherSubject {
  const { needs = (count: number) => count } = subject;
  return {
    ...subject.publisher,
    ...(subject.rest && { rest: () => subject.rest?.() }),
    ...(subject.timers !== undefined && { timers: subject.timers }),
    create: (count) => {
      let wanted = count;
      for (let storey = 0; storey < storeys; storey++) wanted = needs(wanted);
      let top: Publisher<unknown> = referencePublisher<A>({
        count: wanted,
        item: (index) => subject.item(index),
      });
      // `stacked` declares that what comes out of one may go into the next.
      for (let storey = 0; storey < storeys; storey++) top = subject.apply(top as Publisher<A>);
      return top;
    },
  };
}
