// What stands on the command line, checked before anything is built or downloaded.
import { parseArgs } from "node:util";

const OPTIONS = {
  reps: { type: "string" },
  "reps-others": { type: "string" },
  "reps-long": { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  svg: { type: "string" },
  docs: { type: "boolean", default: false },
  "no-peers": { type: "boolean", default: false },
  only: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

const DEFAULT_REPETITIONS = 5;

/** Wrong arguments: shown as one line, without a stack. */
export class ArgumentError extends Error {}

/**
 * @param {string[]} argv arguments after the table's name
 * @param {string} table "local", "net", "adapters" or "gates"
 * @param {{ id: string }[]} rows of this table
 */
export function readArguments(argv, table, rows) {
  const { values, positionals } = parse(argv, table);
  const ids = rows.map(({ id }) => id);
  for (const id of positionals) {
    if (!ids.includes(id)) throw new ArgumentError(unknownRow(id, table, ids));
  }
  if (values.docs) refuseParts(values, positionals);
  const chosen = positionals.length === 0 ? rows : rows.filter(({ id }) => positionals.includes(id));
  return {
    rows: chosen,
    ...readAllRepetitions(values),
    quick: values.quick,
    jsonFile: values.json,
    svgFile: values.svg,
    docs: values.docs,
    usePeers: !values["no-peers"],
    only: readContenders(values.only, chosen),
    help: values.help,
  };
}

export function usage(table, rows) {
  return [
    `npm run bench:${table} -- [ROW ...] [options]`,
    "",
    ...rows.map(({ id, title }) => `  ${id.padEnd(6)}${title}`),
    "",
    `  --reps N      repetitions of each contender, each in a fresh process (default ${DEFAULT_REPETITIONS})`,
    "  --reps-others N   of contenders that no bar names (default as --reps)",
    "  --reps-long N     of rows whose repetitions take ten seconds and more (default as --reps)",
    "  --quick       smoke run: one short repetition, figures mean nothing",
    "  --only A,B    only these contenders",
    "  --no-peers    only contenders that need no download",
    "  --json FILE   figures as JSON; a bare file name lands in bench/results/",
    "  --svg FILE    figures as a chart; a bare file name lands in bench/results/",
    "  --docs        figures of all rows into docs/: JSON, chart and tables",
  ].join("\n");
}

function parse(argv, table) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ArgumentError(
      `${error.message.split(". ")[0]}: npm run bench:${table} -- --help lists the options`,
    );
  }
}

function readAllRepetitions(values) {
  const repetitions = readRepetitions("--reps", values.reps) ?? (values.quick ? 1 : DEFAULT_REPETITIONS);
  return {
    repetitions,
    othersRepetitions: readRepetitions("--reps-others", values["reps-others"]) ?? repetitions,
    longRepetitions: readRepetitions("--reps-long", values["reps-long"]) ?? repetitions,
  };
}

function readRepetitions(option, text) {
  if (text === undefined) return undefined;
  const repetitions = Number(text);
  if (Number.isInteger(repetitions) && repetitions >= 1) return repetitions;
  throw new ArgumentError(`Cannot repeat "${text}" times: ${option} must be an integer >= 1`);
}

function readContenders(text, rows) {
  if (text === undefined) return undefined;
  const known = [...new Set(rows.flatMap(({ contenders }) => contenders.map(({ name }) => name)))];
  const names = text.split(",");
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new ArgumentError(
      `Cannot run the contender "${name}": here are ${known.join(" ")}${guess(name, known)}`,
    );
  }
  return names;
}

// The documentation has all rows of one run.
function refuseParts(values, positionals) {
  const parts = [
    ...positionals,
    ...["quick", "only", "no-peers"].filter((name) => values[name]).map((name) => `--${name}`),
  ];
  if (parts.length === 0) return;
  throw new ArgumentError(
    `Cannot write ${parts.join(" ")} into docs/: --docs takes a whole run; --json, --svg take a part of one`,
  );
}

function unknownRow(id, table, ids) {
  return `Cannot run the row "${id}": bench:${table} has ${ids.join(" ")}${guess(id, ids)}`;
}

// A name that shares little with what was typed would be no help.
function guess(name, names) {
  const nearest = names.reduce((best, other) =>
    distance(name, other) < distance(name, best) ? other : best,
  );
  return distance(name, nearest) * 2 <= name.length ? `; did you mean ${nearest}?` : "";
}

// Edit distance between two names, letters alike in any case.
function distance(from, to) {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let costs = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const swap = costs[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      next.push(Math.min(swap, costs[column] + 1, next[column - 1] + 1));
    }
    costs = next;
  }
  return costs[b.length];
}
