// `npm run fuzz`: the long run. Prints what it does every few seconds; a failing input is printed with its seed and as
// hex, and kept in the corpus, from where `--replay FILE` takes it.
//
//   --inputs N     how many (default 1,000,000)      --seed N    which ones (default: the time)
//   --replay FILE  one of the corpus                 --from N    begin at this number of the seed
//   --beside S     for S seconds, what it costs a client on another connection (beside.ts)

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { beside, sendBeside } from "./beside.js";
import { type CorpusEntry, entryOf, type FuzzInput, inputOf } from "./fuzz-input.js";
import { InputMaker } from "./make-input.js";
import { ServiceProbe } from "./probe-service.js";
import { probeSession } from "./probe-session.js";
import { shrink } from "./shrink.js";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    from: { type: "string", default: "0" },
    replay: { type: "string" },
    beside: { type: "string" },
    // Said by the script and by beside.ts.
    server: { type: "string", default: "" },
    peer: { type: "string" },
    url: { type: "string", default: "" },
    root: { type: "string", default: process.cwd() },
  },
});

let services: ServiceProbe;
let stray: unknown;
const root = new URL(`file://${values.root}/packages/net/`);
const vectors = new URL("vectors/", root);
if (values.peer === "honest" || values.peer === "fuzz") {
  await sendBeside(values.peer, values.url, vectors, Number(values.seed));
} else if (values.beside === undefined) {
  await inThisProcess();
} else {
  const bundles = { server: values.server, self: process.argv[1] as string, vectors };
  await beside(bundles, Number(values.beside), Number(values.seed));
}

async function inThisProcess(): Promise<void> {
  services = await ServiceProbe.open();
  for (const name of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(name, (error: unknown) => {
      stray = error ?? new Error(`${name} of nothing`);
    });
  }
  if (values.replay === undefined) await run();
  else await replay(values.replay);
  await services.close();
}

async function run(): Promise<void> {
  const [inputs, seed, from] = [values.inputs, values.seed, values.from].map(Number) as [
    number,
    number,
    number,
  ];
  const maker = new InputMaker(seed, vectors);
  const ends = new Map<string, number>();
  const heaps: number[] = [];
  const began = Date.now();
  let said = began;
  for (let i = from; i < from + inputs; i += 1) {
    const input = maker.make(i);
    try {
      const end = await put(input);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    } catch (error) {
      failed(input, seed, i, error);
      return;
    }
    if (i % 50_000 === 0) heaps.push(heapMiB());
    if (Date.now() - said < 5000) continue;
    said = Date.now();
    const perSecond = Math.round(((i - from) * 1000) / (said - began));
    process.stdout.write(
      `seed ${seed}: ${i - from} of ${inputs} inputs, ${perSecond} a second, heap ${heaps.at(-1)} MiB\n`,
    );
  }
  heaps.push(heapMiB());
  process.stdout.write(
    `${inputs} inputs of seed ${seed} in ${Math.round((Date.now() - began) / 1000)} s, nothing found\n`,
  );
  for (const [end, count] of [...ends].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`  ${end}: ${count}\n`);
  process.stdout.write(
    `heap after gc, MiB: ${heaps[0]} first, ${Math.max(...heaps)} most, ${heaps.at(-1)} last\n`,
  );
  // The first is before anything was compiled or cached; what leaks grows with the inputs and not with time.
  const settled = heaps[Math.floor(heaps.length / 4)] as number;
  if ((heaps.at(-1) as number) > settled + 16) {
    process.stdout.write(`FAILED the heap grew from ${settled} to ${heaps.at(-1)} MiB\n`);
    process.exitCode = 1;
  }
}

async function put(input: FuzzInput): Promise<string> {
  const { end } = input.target === "service" ? await services.probe(input) : probeSession(input);
  if (stray !== undefined) {
    const error = stray;
    stray = undefined;
    throw error;
  }
  return end;
}

function failed(input: FuzzInput, seed: number, index: number, error: unknown): void {
  process.exitCode = 1;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const small = input.target === "service" ? input : shrink(input, failsWith(firstLine(error)));
  const entry = entryOf(small, `seed ${seed}, input ${index}: ${firstLine(error)}`);
  const file = new URL(`test/fuzz/corpus/found-${seed}-${index}.json`, root);
  writeFileSync(file, `${JSON.stringify(entry, undefined, 2)}\n`);
  process.stdout.write(`FAILED input ${index} of seed ${seed} (${input.target}): ${text}\n`);
  const hex = entry.messages.map((message) => `  ${message}\n`).join("");
  process.stdout.write(hex.length <= 4000 ? hex : `${hex.slice(0, 4000)}... the rest is in the file\n`);
  process.stdout.write(`kept in ${file.pathname}; again: npm run fuzz -- --replay ${file.pathname}\n`);
}

// Another failure may hide behind the same input; what is kept is the one that was found.
function failsWith(line: string): (input: FuzzInput) => boolean {
  return (input) => {
    try {
      probeSession(input);
      return false;
    } catch (error) {
      return firstLine(error) === line;
    }
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return (text.split("\n")[0] as string).replace(/\d+/g, "N");
}

async function replay(path: string): Promise<void> {
  const entry = JSON.parse(readFileSync(path, "utf8")) as CorpusEntry;
  process.stdout.write(`${entry.found}\n`);
  try {
    process.stdout.write(`nothing found; it ended: ${await put(inputOf(entry))}\n`);
  } catch (error) {
    process.stdout.write(`FAILED ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}

function heapMiB(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}
