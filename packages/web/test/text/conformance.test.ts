// The operators on text before the judge.

import { fromPublisher, type Operator } from "@sluice/core";
import { operatorChecks, type OperatorSubject } from "@sluice/tck";
import { decodeText, encodeText, formatNdjson, limitBytes, lines, parseNdjson, parseWith } from "@sluice/web";
import { describe, it } from "vitest";

const encoder = new TextEncoder();
const line = (index: number): string => `${index}\n`;

/** Each chunk gives one item downstream; the first chunk is asked for when a subscriber comes. */
const rows: Record<
  string,
  Omit<OperatorSubject<never, unknown>, "apply"> & { apply: Operator<never, unknown> }
> = {
  parseWith: {
    apply: parseWith(() => ({ push: (n: number) => [n], end: () => [] })),
    item: (index) => index as never,
    yields: (index) => index,
    ahead: 1,
  },
  "decodeText, of bytes": {
    apply: decodeText(),
    item: (index) => encoder.encode(`${index}`) as never,
    yields: (index) => `${index}`,
    ahead: 1,
  },
  encodeText: { apply: encodeText(), item: (index) => `${index}` as never, ahead: 1 },
  "lines, of text": {
    apply: lines(),
    item: (index) => line(index) as never,
    yields: (index) => `${index}`,
    ahead: 1,
  },
  "lines, of bytes": {
    apply: lines(),
    item: (index) => encoder.encode(line(index)) as never,
    yields: (index) => `${index}`,
    ahead: 1,
  },
  "lines, two chunks each": {
    apply: lines(),
    item: (index) => (index % 2 === 0 ? `${index / 2}` : "\n") as never,
    yields: (index) => `${index}`,
    needs: (count) => count * 2,
    ahead: 2,
  },
  parseNdjson: {
    apply: parseNdjson(),
    item: (index) => line(index) as never,
    yields: (index) => index,
    ahead: 1,
  },
  limitBytes: {
    apply: limitBytes(2 ** 30),
    item: (index) => encoder.encode(line(index)) as never,
    yields: (index) => encoder.encode(line(index)),
  },
  formatNdjson: { apply: formatNdjson(), item: (index) => index as never, yields: line },
};

for (const [name, row] of Object.entries(rows)) {
  describe(name, () => {
    const subject = {
      ...row,
      apply: (upstream: unknown) => row.apply(fromPublisher(upstream as never)),
    } as OperatorSubject;
    for (const check of operatorChecks(subject)) {
      if (check.skipped === undefined) it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
