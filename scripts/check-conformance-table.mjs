// Every source, operator, overflow choice and hub of core is exported, has its row in the conformance table, its
// contract, and a test beside it for what the judge cannot know: nothing public escapes. Ends of a pipeline (sink/)
// may have rows too; a row without a file is a finding. Of the adapters and gates each function that a door exports is named by
// a row of the conformance tests of its package, but for those that are none.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";

const ROOMS = ["source", "operator", "overflow", "hub"];
const SRC = "packages/core/src";
const DOOR = `${SRC}/index.ts`;
const CONTRACTS = `${SRC}/contract/contracts.ts`;
const TABLE = "packages/core/test/subjects";

const TESTS = "conformance.test.ts";

/** The adapters with their doors, and what of them is no publisher, operator or subscriber, or is judged by another name. */
const ADAPTERS = {
  rxjs: { doors: ["index"], others: ["clockOf"] },
  web: { doors: ["index"], others: ["skippingBy"] },
  websocket: { doors: ["index"], others: [] },
  // Gates under the gate kit, its operators as any.
  gates: {
    doors: ["index", "redis"],
    tests: ["gates.test.ts", "conformance.test.ts"],
    others: [
      ...["aimd", "gradient2", "vegas", "codel"], // how a gate decides, and serves its line
      ...["lag", "queueDelay", "queueDepth", "smoothed", "weighted"], // what a shedder reads
      ...["deadline", "fallback", "hedge", "quantile", "retry", "timeout", "withPermit"], // around a call
      ...["isSharedGate", "ioRedis", "nodeRedis", "redisLink"],
    ],
  },
  node: {
    doors: ["index", "threads", "worker"],
    others: [
      ...["serveStep", "serveThread", "workerStarter"], // judged as `offload`, or no stream
      ...["formatCsv", "throughProcess"], // a `throughDuplex`, a `spawnFlow`
      ...["toStdout", "toHttpRequest", "toHttpResponse"], // a `toWritable` each
    ],
  },
};

/** One line for each function of a door that no row of its package's conformance tests names. */
export function findUnjudgedAdapters(name, { others, tests: names = [TESTS] }, doors, tests) {
  const rows = tests.replaceAll(/^import [\s\S]*?;$|\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
  // Exported from files of its own: what comes from core has its row there. Classes and types are no streams.
  const functions = [...doors.matchAll(/^export \{([^}]+)\} from "\.\//gm)].flatMap(([, names]) =>
    names
      .split(",")
      .map((each) => each.trim())
      .filter((each) => /^[a-z]\w*$/.test(each)),
  );
  return functions
    .filter((each) => !others.includes(each) && !new RegExp(`\\b${each}\\b`).test(rows))
    .map(
      (each) =>
        `packages/${name}: ${each}() is not judged: add a row to packages/${name}/test/**/${names[0]}`,
    );
}

/** One line for each file that the door or the table lacks, and for each row whose file is in neither list. */
export function findUnjudged(files, ends, door, table) {
  const rows = new Set([...table.matchAll(/\bfile: "([^"]+)"/g)].map((match) => match[1]));
  const findings = files.flatMap((file) => [
    ...(exports(door, file) ? [] : [`${SRC}/${file}.ts: not exported: add a line to ${DOOR}`]),
    ...(rows.has(file) ? [] : [`${SRC}/${file}.ts: not judged: add a row with file: "${file}" to ${TABLE}`]),
  ]);
  for (const row of rows) {
    if (files.includes(row) || ends.includes(row)) continue;
    findings.push(`${TABLE}: row "${row}" has no file in ${SRC}: correct or remove it`);
  }
  return findings;
}

// A type-only export line does not count: what is judged must be there to be called.
function exports(door, file) {
  return new RegExp(`^export \\{[^}]+\\} from "\\./${file}\\.js";$`, "m").test(door);
}

/** One line for each file that no test of its room imports; `testsOf` answers the text of a room's tests. */
export function findUntested(files, testsOf) {
  return files.flatMap((file) => {
    const [room, name] = file.split("/");
    if (testsOf(room).includes(`from "./${name}.js"`)) return [];
    return [`${SRC}/${file}.ts: not tested beside the judge: add ${SRC}/${file}.test.ts`];
  });
}

function testsOf(room) {
  const tests = filesBelow(root, [`${SRC}/${room}`], [".test.ts"]);
  return tests.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
}

/** One line for each file without `<name>.contract.ts`, and for each contract that the door for contracts lacks. */
export function findWithoutContract(files, contracts, door) {
  return files.flatMap((file) => {
    if (!contracts.includes(file)) return [`${SRC}/${file}.ts: no contract: add ${SRC}/${file}.contract.ts`];
    if (door.includes(`from "../${file}.contract.js";`)) return [];
    return [`${SRC}/${file}.contract.ts: not listed: add it to ${CONTRACTS}`];
  });
}

function filesOf(rooms) {
  const folders = rooms.map((room) => `${SRC}/${room}`);
  const files = filesBelow(root, folders, [".ts"]).filter((file) => !/\.(?:test|contract)\.ts$/.test(file));
  return files.map((file) => file.slice(SRC.length + 1, -".ts".length));
}

function contractsOf(rooms) {
  const folders = rooms.map((room) => `${SRC}/${room}`);
  const files = filesBelow(root, folders, [".contract.ts"]);
  return files.map((file) => file.slice(SRC.length + 1, -".contract.ts".length));
}

if (import.meta.filename === process.argv[1]) {
  const files = filesOf(ROOMS);
  const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");
  const table = filesBelow(root, [TABLE], [".ts"]).map(read).join("\n");
  const findings = findUnjudged(files, filesOf(["sink"]), read(DOOR), table);
  findings.push(...findUntested(files, testsOf));
  findings.push(...findWithoutContract(files, contractsOf(ROOMS), read(CONTRACTS)));
  for (const [name, adapter] of Object.entries(ADAPTERS)) {
    const doors = adapter.doors.map((door) => read(`packages/${name}/src/${door}.ts`)).join("\n");
    const { tests: names = [TESTS] } = adapter;
    const tests = filesBelow(root, [`packages/${name}/test`], names)
      .map(read)
      .join("\n");
    findings.push(...findUnjudgedAdapters(name, adapter, doors, tests));
  }
  conclude(
    "conformance table",
    findings,
    `${files.length} files exported, judged, tested and under contract`,
  );
}
