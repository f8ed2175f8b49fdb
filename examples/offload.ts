// Work that keeps a processor busy, in other threads: pictures are drawn by one thread, then by two. The same file is
// both sides. Rows come in their order, no more of them are asked for than whoever takes them can use, and their bytes
// move from thread to thread instead of being copied.
import { isMainThread } from "node:worker_threads";
import { map, range } from "@sluice/core";
import { offload } from "@sluice/node/threads";
import { serveStep } from "@sluice/node/worker";

const [WIDTH, HEIGHT, DEPTH] = [1600, 1000, 2500];

if (isMainThread) await main();
else serveStep(drawRow);

async function main(): Promise<void> {
  const alone = await timed(() => range(0, HEIGHT).pipe(map((y) => drawRow(rowNumber(y)))));
  const one = await timed(() => drawnBy(1));
  const two = await timed(() => drawnBy(2));
  console.log(one.inside === alone.inside, two.inside === alone.inside); // prints true true
  // Figures, and not to be the same everywhere: to the side.
  console.error(`here ${alone.ms} ms, 1 thread ${one.ms} ms, 2 threads ${two.ms} ms`);
}

function drawnBy(threads: number) {
  const rows = range(0, HEIGHT).pipe(map(rowNumber));
  return offload<Uint8Array, Uint8Array>(rows, new URL(import.meta.url), { threads, codec: "raw" });
}

/** Takes the rows one by one, and counts the points that are inside. */
async function timed(draw: () => AsyncIterable<Uint8Array>) {
  const started = performance.now();
  let inside = 0;
  for await (const row of draw()) for (const shade of row) if (shade === 0) inside += 1;
  return { inside, ms: Math.round(performance.now() - started) };
}

/** With the codec "raw" items are bytes. */
function rowNumber(y: number): Uint8Array {
  return Uint8Array.of(y >> 8, y & 255);
}

/** One row of the Mandelbrot set: for each point how soon it leaves, 0 for one that stays. */
function drawRow([high = 0, low = 0]: Uint8Array): Uint8Array {
  const ci = (((high << 8) | low) / HEIGHT) * 2.4 - 1.2;
  return new Uint8Array(WIDTH).map((_, x) => shadeAt((x / WIDTH) * 3.5 - 2.5, ci));
}

function shadeAt(cr: number, ci: number): number {
  let r = 0;
  let i = 0;
  for (let n = 0; n < DEPTH; n += 1) {
    const next = r * r - i * i + cr;
    i = 2 * r * i + ci;
    r = next;
    if (r * r + i * i > 4) return (n % 255) + 1;
  }
  return 0;
}
