// A gateway before a database that answers 100 queries a second, at 75 requests a second, at 750, and at 75 again:
// once as gateways are often written, once with a load shedder, a bounded line and a retry budget. Each of the four
// (gateway, database, load, and this) is a process of its own. Prints what came of it, and with `--figures FILE` writes
// it down; `--quick` takes a few seconds, and its figures say little.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { claimsOf, figuresOf, rowsOf, type Run } from "./figures.js";
import { type GatewaySample, HEAP_MB, type LoadReport, type Phases } from "./scenario.js";

const { values } = parseArgs({ options: { figures: { type: "string" }, quick: { type: "boolean" } } });
const phases: Phases = values.quick
  ? { before: 1.5, overload: 2, after: 2.5 }
  : { before: 6, overload: 12, after: 8 };

function start(file: string, args: readonly string[], execArgv: string[] = []): ChildProcess {
  const path = fileURLToPath(new URL(`./${file}.js`, import.meta.url));
  const complaints = file === "gateway" ? "pipe" : "inherit"; // it may well end by itself, and is asked why
  return fork(path, args, { execArgv, stdio: ["ignore", "inherit", complaints, "ipc"] });
}

/** The next thing it says; an error if it ends without. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnargs[1]} ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  return message;
}

async function portOf(child: ChildProcess): Promise<string> {
  return String(((await messageOf(child)) as { port: number }).port);
}

async function run(form: "plain" | "sluice"): Promise<Run> {
  const database = start("database", []);
  const gateway = start("gateway", [form, await portOf(database)], [`--max-old-space-size=${HEAP_MB}`]);
  const load = start("load", [form, await portOf(gateway), JSON.stringify(phases)]);
  try {
    await messageOf(load);
    const began = performance.now();
    const elapsed = (): number => performance.now() - began;
    const samples: GatewaySample[] = [];
    let complaint = "";
    let ended: Run["ended"];
    gateway.on("message", (sample: GatewaySample) => samples.push({ ...sample, at: elapsed() }));
    gateway.stderr?.on("data", (chunk) => {
      complaint += chunk;
    });
    gateway.once("exit", () => {
      const why = /heap out of memory/.exec(complaint)?.[0] ?? complaint.slice(0, 200);
      ended = { at: elapsed() / 1000, why };
    });
    return { load: (await messageOf(load)) as LoadReport, gateway: samples, ended };
  } finally {
    for (const child of [load, gateway, database]) child.kill();
  }
}

const plain = figuresOf(await run("plain"), phases);
const sluice = figuresOf(await run("sluice"), phases);
const rows = rowsOf(plain, sluice);
const claims = claimsOf(sluice);
for (const [name, ...cells] of [["", "plain", "with Sluice"], ...rows]) {
  console.log(`${name?.padEnd(40)}${cells.map((cell) => cell.padStart(28)).join("")}`);
}
console.log("");
if (values.quick) console.log("Too short to be judged: without --quick it takes a minute");
for (const { claim, seen, holds } of values.quick ? [] : claims) {
  console.log(`${holds ? "hold" : "MISS"}  ${claim.padEnd(62)}${seen.padStart(30)}`);
}
if (values.figures !== undefined) {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const run = { at: new Date().toISOString(), machine, phases, claims, rows, plain, sluice };
  const short = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toFixed(3)) : value);
  writeFileSync(values.figures, `${JSON.stringify(run, short, 1)}\n`);
}
