// The rows of a run as Markdown: a table a row, with everything that was measured, then the bars. It goes into a
// document between two comments, so that what people wrote around them stays.
import { METRICS } from "./metrics.mjs";

/** @param {object} run what `saveJson` writes */
export function tables(run) {
  const bars = run.rows.flatMap(({ id, bars: ofRow }) => ofRow.map((bar) => barLine(id, bar)));
  return [
    about(run),
    ...run.rows.map(rowTable),
    ["| bar | reached | by CPU time | |", "|---|---|---|---|", ...bars].join("\n"),
  ].join("\n\n");
}

/** `document` with `text` between the comments of the table `name`; undefined where it has no such comments. */
export function placed(document, name, text) {
  const [from, to] = [`<!-- figures of bench:${name} -->`, `<!-- end of bench:${name} -->`];
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  if (start < 0 || end < start) return undefined;
  return `${document.slice(0, start + from.length)}\n\n${text}\n\n${document.slice(end)}`;
}

function about({ machine, loadBefore, loadAfter, repetitions, othersRepetitions, longRepetitions }) {
  const counts = [
    `${repetitions} repetitions`,
    othersRepetitions === repetitions ? [] : `${othersRepetitions} of contenders that no bar names`,
    longRepetitions === repetitions ? [] : `${longRepetitions} of rows that take long`,
  ].flat();
  return (
    `${machine.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node.slice(1)}, ` +
    `commit ${machine.commit}, load ${loadBefore} before and ${loadAfter} after. Median [min - max] of ${counts.join(", ")}.`
  );
}

function rowTable({ id, title, metrics, contenders }) {
  const lines = contenders.map(({ name, figures, failure }) => {
    const ours = name.startsWith("sluice") ? `**${name}**` : name;
    if (figures === undefined)
      return line([ours, `failed: ${escaped(failure)}`, ...metrics.slice(1).map(() => "")]);
    return line([ours, ...metrics.map((metric) => spread(metric, figures[metric]))]);
  });
  return [
    `**${id}**, ${title}`,
    "",
    line(["", ...metrics.map((metric) => METRICS[metric].title)]),
    line(["", ...metrics].map((_, index) => (index === 0 ? "---" : "---:"))),
    ...lines,
  ].join("\n");
}

function barLine(id, { text, metric, later, verdict }) {
  const name = `${id} ${later ? "later: " : ""}${text}, ${METRICS[metric].title}`;
  if (verdict === undefined) return line([name, "", "", "not judged"]);
  const got = verdict.isRatio ? verdict.got.toFixed(2) : METRICS[metric].write(verdict.got);
  const cpu = verdict.cpu === undefined ? "" : verdict.cpu.toFixed(2);
  return line([name, got, cpu, verdict.pass ? "pass" : "**missed**"]);
}

const line = (cells) => `| ${cells.join(" | ")} |`.replaceAll("  ", " ");

function spread(metric, { median, min, max }) {
  const { write } = METRICS[metric];
  return write(min) === write(max) ? write(median) : `${write(median)} [${write(min)} - ${write(max)}]`;
}

/** What an error says may hold what ends a cell or a line. */
const escaped = (text) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
