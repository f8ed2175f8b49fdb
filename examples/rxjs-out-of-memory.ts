// Sensors send 400 readings of 2 KB every 20 ms, 50,000 in all; 4 can be saved at once, each in 5 ms. The pipe of RxJS
// alone keeps all that wait in mergeMap, until the process dies; with viaFlow a thousand wait, and the oldest make room.
// Both run in a process of their own with 64 MB.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mapAsync, OverflowCounters } from "@sluice/core";
import { policy, viaFlow } from "@sluice/rxjs";
import { finalize, interval, map, mergeMap, range, take } from "rxjs";

interface Reading {
  readonly sensor: number;
  readonly values: readonly number[];
}

const readings = () =>
  interval(20).pipe(
    take(125),
    mergeMap(() => range(0, 400)),
    map((sensor): Reading => ({ sensor, values: new Array(250).fill(sensor / 7) })),
  );

const save = (reading: Reading): Promise<number> =>
  new Promise((resolve) => setTimeout(() => resolve(reading.sensor), 5));

const counters = new OverflowCounters();
const pipes = {
  mergeMap: () => readings().pipe(mergeMap(save, 4)),
  viaFlow: () =>
    readings().pipe(
      viaFlow(
        policy.buffer(1000, "dropOldest", { counters }),
        mapAsync(save, { concurrency: 4, ordered: false }),
      ),
    ),
};

/** One pipe, in this process; a line every 100 ms says how much is held after a collection. */
function run(pipe: keyof typeof pipes): void {
  const started = performance.now();
  let saved = 0;
  const sample = setInterval(() => {
    globalThis.gc?.();
    const seconds = (performance.now() - started) / 1000;
    const megabytes = process.memoryUsage().heapUsed / 1e6;
    console.log(JSON.stringify({ seconds, megabytes }));
  }, 100);
  pipes[pipe]()
    .pipe(finalize(() => clearInterval(sample)))
    .subscribe({
      next: () => saved++,
      complete: () => console.log(JSON.stringify({ saved, ...counters })),
    });
}

/** The same in a process that has 64 MB. */
function runApart(
  pipe: keyof typeof pipes,
): Promise<{ lines: string[]; complaint: string; code: number | null }> {
  const options = ["--max-old-space-size=64", "--expose-gc"];
  const child = spawn(process.execPath, [...options, fileURLToPath(import.meta.url), pipe]);
  let output = "";
  let complaint = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ lines: output.split("\n").filter(Boolean), complaint, code }));
  });
}

const [, , pipe] = process.argv;
if (pipe === "mergeMap" || pipe === "viaFlow") run(pipe);
else {
  const plain = await runApart("mergeMap");
  console.log("mergeMap:", /heap out of memory/.exec(plain.complaint)?.[0] ?? `ended with ${plain.code}`);
  // prints mergeMap: heap out of memory

  const flow = await runApart("viaFlow");
  const { saved, delivered, dropped, offered, held } = JSON.parse(flow.lines.pop() ?? "{}");
  console.log("viaFlow:", flow.code === 0 && saved === delivered && saved > 1000 ? "finished" : flow);
  console.log(dropped > 0 && held === 0 && offered === saved + dropped); // each reading was saved or counted
  // prints viaFlow: finished
  // prints true

  const megabytes = flow.lines.map((line) => JSON.parse(line).megabytes as number).slice(2);
  console.log(Math.max(...megabytes) - Math.min(...megabytes) < 10 ? "flat" : megabytes); // prints flat

  // With --figures the samples of both, from which docs/images/rxjs-memory.svg is drawn.
  if (pipe === "--figures") console.log(JSON.stringify({ mergeMap: plain.lines, viaFlow: flow.lines }));
}
