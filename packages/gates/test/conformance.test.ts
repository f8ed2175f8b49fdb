// Every operator of this package before the judge.

import { fromPublisher, type Gate, type Operator, type Permit } from "@sluice/core";
import { guard, throttle, tokenBucket } from "@sluice/gates";
import { operatorChecks, type OperatorSubject } from "@sluice/tck";
import { describe, it } from "vitest";

const permit: Permit = { granted: true, release: () => {} };
const granting: Gate = { tryAcquire: () => permit, acquire: async () => permit };
/** Lets every second one wait for its permit. */
function waiting(): Gate {
  let asked = 0;
  return {
    tryAcquire: () =>
      asked++ % 2 === 0
        ? permit
        : { granted: false, reason: "every second one waits", retryAfterMs: undefined },
    acquire: async () => permit,
  };
}

const operators: Readonly<Record<string, OperatorSubject<number, number>>> = {
  throttle: row(throttle(granting), { outstanding: 16, stacked: 20 }),
  "throttle, one ahead": row(throttle(granting, { ahead: 1 }), { outstanding: 1, stacked: 20 }),
  "throttle by a bucket": row(throttle(tokenBucket({ capacity: 1e9, ratePerSecond: 1e9 })), {
    outstanding: 16,
  }),
  "throttle by a gate that lets wait": row((upstream) => upstream.pipe(throttle(waiting(), { ahead: 2 })), {
    outstanding: 2,
  }),
  guard: row(guard(granting), { outstanding: Number.POSITIVE_INFINITY }),
  "guard that waits": row(guard(granting, { wait: true }), {}),
  "guard with a limit": row(guard(granting, { firstItemMs: 60_000, enoughItems: 3 }), {}),
};

function row(
  operator: Operator<number, number>,
  subject: Partial<OperatorSubject<number, number>>,
): OperatorSubject<number, number> {
  const apply: OperatorSubject<number, number>["apply"] = (upstream) =>
    fromPublisher(upstream).pipe(operator);
  return { apply, item: (index) => index, yields: (index) => index, ...subject };
}

for (const [name, subject] of Object.entries(operators)) {
  describe(name, () => {
    for (const check of operatorChecks(subject)) {
      if (check.skipped === undefined) it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
