// npm run bench:local, bench:net, bench:adapters and bench:gates: prepares, runs the rows asked for, shows each as a table, and ends
// with exit code 1 when a contender failed or gave a wrong answer. A missed bar is shown and does not fail the
// run: figures of a shared machine decide nothing by themselves.
import { adapterRows } from "./adapters/rows.mjs";
import { gateRows } from "./gates/rows.mjs";
import { ArgumentError, readArguments, usage } from "./harness/arguments.mjs";
import { currentLoad, describeMachine } from "./harness/machine.mjs";
import { preparePeers, prepareSluice } from "./harness/prepare.mjs";
import { createProgress, formatRow } from "./harness/report.mjs";
import { runRow } from "./harness/run-row.mjs";
import { prepareDocs, prepareFile, saveDocs, saveJson, saveSvg } from "./harness/save.mjs";
import { localRows } from "./local/rows.mjs";
import { netRows } from "./net/rows.mjs";

const TABLES = { local: localRows, net: netRows, adapters: adapterRows, gates: gateRows };

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function main([table = "", ...argv]) {
  if (!Object.hasOwn(TABLES, table)) {
    throw new ArgumentError(`Cannot run the table "${table}": there are ${Object.keys(TABLES).join(", ")}`);
  }
  const rows = TABLES[table];
  const settings = readArguments(argv, table, rows);
  if (settings.help) {
    console.log(usage(table, rows));
    return 0;
  }
  const paths = {
    json: pathOf(settings.jsonFile, "--json"),
    svg: pathOf(settings.svgFile, "--svg"),
    docs: settings.docs ? prepareDocs(table) : undefined,
  };
  await prepareSluice(table);
  if (settings.usePeers && rows.some(({ contenders }) => contenders.some(({ peer }) => peer)))
    await preparePeers();
  return measure(table, settings, paths);
}

function pathOf(file, option) {
  return file === undefined ? undefined : prepareFile(file, option);
}

async function measure(table, settings, paths) {
  const machine = describeMachine();
  const loadBefore = currentLoad();
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ` +
      `commit ${machine.commit}, load ${loadBefore}; median [min - max] of ${repetitionsOf(settings)}\n`,
  );
  const { repetitions, othersRepetitions, longRepetitions, quick } = settings;
  const run = {
    ...{ table, machine, loadBefore, loadAfter: loadBefore },
    ...{ repetitions, othersRepetitions, longRepetitions, quick },
    rows: [],
  };
  const progress = createProgress();
  for (const row of settings.rows) {
    const result = await runRow(row, settings, (step) => progress.step(step));
    progress.clear();
    console.log(`${formatRow(result, settings.quick)}\n`);
    run.rows.push(result);
    run.loadAfter = currentLoad();
    // After each row: who ends a run of a quarter of an hour keeps what it has measured.
    for (const file of [paths.json, paths.docs?.json]) if (file !== undefined) saveJson(file, run);
  }
  console.log(`Load ${loadBefore} before, ${run.loadAfter} after, on ${machine.cores} cores`);
  if (paths.json !== undefined) console.log(`Figures written to ${paths.json}`);
  if (paths.svg !== undefined) {
    saveSvg(paths.svg, run);
    console.log(`Chart written to ${paths.svg}`);
  }
  if (paths.docs !== undefined) console.log(`Written: ${saveDocs(paths.docs, run).join(", ")}`);
  return reportFailures(run.rows);
}

function repetitionsOf({ repetitions, othersRepetitions, longRepetitions }) {
  return [
    `${repetitions} repetitions`,
    othersRepetitions === repetitions ? "" : `, ${othersRepetitions} of contenders that no bar names`,
    longRepetitions === repetitions ? "" : `, ${longRepetitions} of rows that take long`,
  ].join("");
}

function reportFailures(results) {
  const failed = results.flatMap(({ id, contenders }) =>
    contenders.filter(({ failure }) => failure !== undefined).map(({ name }) => `${id} ${name}`),
  );
  if (failed.length === 0) return 0;
  console.error(`Failed: ${failed.join(", ")}`);
  return 1;
}
