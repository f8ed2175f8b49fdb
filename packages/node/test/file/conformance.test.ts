// Files, CSV, processes and HTTP bodies before the judge. What is missing here is one of those of ../conformance.test.ts:
// formatCsv is throughDuplex; toStdout, toHttpRequest and toHttpResponse are toWritable; throughProcess is spawnFlow.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Flow, fromPublisher, type Operator, tap } from "@sluice/core";
import { fromHttpBody, fromStdin, parseCsv, readBytes, readLines, spawnFlow, writeBytes } from "@sluice/node";
import {
  type Check,
  operatorChecks,
  type OperatorSubject,
  publisherChecks,
  type PublisherSubject,
  subscriberChecks,
  type SubscriberSubject,
} from "@sluice/tck";
import { afterAll, describe, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sluice-judged-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of `count` bytes, or of as many lines. */
function fileOf(count: number, kind: "bytes" | "lines"): string {
  const path = join(folder, `${count}.${kind}`);
  const one = (index: number): string =>
    kind === "bytes" ? String.fromCharCode(97 + (index % 26)) : `${index}\n`;
  writeFileSync(path, Array.from({ length: count }, (_, index) => one(index)).join(""));
  return path;
}
const missing = join(folder, "missing");
const letter = (index: number): Uint8Array => new Uint8Array([97 + (index % 26)]);

/** A body of `count` chunks, as Node gives it. */
function messageOf(count: number, error?: Error): IncomingMessage {
  let sent = 0;
  const stream = new Readable({
    objectMode: true,
    read(): void {
      if (error !== undefined) this.destroy(error);
      else this.push(sent < count ? letter(sent++) : null);
    },
  });
  return Object.assign(stream, { headers: {}, statusCode: 200 }) as unknown as IncomingMessage;
}

/** The standard input is another for each subject. */
function stdinOf(stream: Readable): Flow<Uint8Array> {
  Object.defineProperty(process, "stdin", { value: stream, configurable: true });
  return fromStdin();
}

const publishers: Readonly<Record<string, PublisherSubject>> = {
  readBytes: {
    create: (count) => readBytes(fileOf(count, "bytes"), { chunkBytes: 1 }),
    createFailed: () => readBytes(missing),
    item: letter,
    maxCount: 500,
    endsWithoutDemand: false,
  },
  readLines: {
    create: (count) => readLines(fileOf(count, "lines"), { chunkBytes: 5 }),
    createFailed: () => readLines(missing),
    item: String,
    maxCount: 500,
  },
  fromHttpBody: {
    create: (count) => fromHttpBody(messageOf(count), { maxBytes: 10_000 }),
    createFailed: () => fromHttpBody(messageOf(0, new Error("torn"))),
    item: letter,
    subscribers: "one",
    maxCount: 500,
    endsWithoutDemand: false,
  },
  fromStdin: {
    create: (count) => stdinOf(messageOf(count)),
    createFailed: () => stdinOf(messageOf(0, new Error("torn"))),
    item: letter,
    subscribers: "one",
    maxCount: 500,
    endsWithoutDemand: false,
  },
  // Its output comes in the chunks of its pipe: one of them, or none.
  spawnFlow: {
    create: (count) => spawnFlow(count === 0 ? "true" : "pwd", [], { cwd: "/" }),
    createFailed: () => spawnFlow("no-such-program-here"),
    maxCount: 1,
    endsWithoutDemand: false,
    stops: "eventually",
  },
};

/** Empty lines are passed over: csv-parse looks a few bytes ahead before it takes a record for whole. */
const row = (index: number): string => `${index},x\n\n\n\n\n`;
const operators: Readonly<
  Record<
    string,
    Omit<OperatorSubject<never, unknown>, "apply"> & { readonly apply: Operator<never, unknown> }
  >
> = {
  parseCsv: {
    apply: parseCsv() as Operator<never, unknown>,
    item: (index) => Buffer.from(row(index)) as never,
    ahead: 2, // one of them is being encoded
  },
};

const subscribers: Readonly<Record<string, SubscriberSubject<Uint8Array>>> = {
  writeBytes: {
    item: letter,
    stoppable: true,
    consume: (publisher) => {
      const stop = new AbortController();
      const received: Uint8Array[] = [];
      const ended = writeBytes(
        fromPublisher(publisher).pipe(tap((chunk) => void received.push(chunk))),
        join(folder, "written"),
        { signal: stop.signal },
      );
      return { ended, cancel: () => stop.abort(), received: () => received };
    },
  },
};

function judge(title: string, checks: readonly Check[]): void {
  describe(title, () => {
    for (const check of checks) {
      if (check.skipped === undefined) it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
for (const [name, subject] of Object.entries(publishers)) judge(name, publisherChecks(subject));
for (const [name, { apply, ...subject }] of Object.entries(operators)) {
  const judged = {
    ...subject,
    apply: (upstream: never) => (apply as Operator<unknown, unknown>)(fromPublisher(upstream)),
  };
  judge(name, operatorChecks(judged as unknown as OperatorSubject));
}
for (const [name, subject] of Object.entries(subscribers)) judge(name, subscriberChecks(subject));
