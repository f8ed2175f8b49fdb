// A log of NDJSON, with lines that are broken, becomes a sorted CSV report: files, text, another program, one pipe.
// Nothing holds more than a few chunks, however long the log is: the log here is made on the fly.

import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, fromIterable, map, take } from "@sluice/core";
import { formatCsv, readBytes, throughProcess, writeBytes } from "@sluice/node";
import { lines, parseNdjson } from "@sluice/web";

interface Request {
  readonly path: string;
  readonly ms: number;
}

const log = join(tmpdir(), `sluice-${process.pid}.ndjson`);
const report = join(tmpdir(), `sluice-${process.pid}.csv`);

function* requests(count: number): Generator<string> {
  for (let n = 0; n < count; n++) {
    yield n % 1000 === 999 ? '{"path":"/cut\n' : `{"path":"/page/${n % 97}","ms":${(n * 7919) % 1000}}\n`;
  }
}
await writeBytes(fromIterable(requests(50_000)), log);

let broken = 0;
const slow = readBytes(log).pipe(
  parseNdjson<Request>({
    onInvalid: "skip",
    onSkip: (_, skipped) => {
      broken = skipped;
    },
  }),
  filter((request) => request.ms >= 990),
  map(({ path, ms }) => [ms, path]),
  formatCsv(),
  throughProcess("sort", ["-rn"], { env: { ...process.env, LC_ALL: "C" } }),
);
const bytes = await writeBytes(slow, report, { atomic: true });

console.log(`${bytes > 0 ? "written" : "empty"}, ${broken} lines were broken`); // prints written, 50 lines were broken
console.log(await readBytes(report).pipe(lines(), take(1)).toArray()); // prints [ '999,/page/96' ]
await rm(log);
await rm(report);
