// The row as a table for people, and the line that says what is running.
import { METRICS } from "./metrics.mjs";

/** One line that is written over on a terminal; elsewhere a line for each round. */
export function createProgress(out = process.stderr) {
  let lastRound = "";
  return {
    step({ row, contender, round, rounds }) {
      const text = `${row}: repetition ${round} of ${rounds}, ${contender}`;
      if (out.isTTY) out.write(`\r\x1b[K${text}`);
      else if (lastRound !== `${row} ${round}`) out.write(`${row}: repetition ${round} of ${rounds}\n`);
      lastRound = `${row} ${round}`;
    },
    clear() {
      if (out.isTTY) out.write("\r\x1b[K");
    },
  };
}

/**
 * @param {object} result what `runRow` answers
 * @param {boolean} [quick] a smoke run: its figures are no ground to judge a bar on
 */
export function formatRow(result, quick = false) {
  const lines = [`${result.id}  ${result.title}`];
  const header = ["", ...result.metrics.map((name) => METRICS[name].title)];
  const body = result.contenders.map(({ name, figures, failure }) =>
    failure === undefined
      ? [name, ...result.metrics.map((metric) => spread(metric, figures[metric]))]
      : [name],
  );
  const widths = header.map((_, column) =>
    Math.max(...[header, ...body].map((cells) => cells[column]?.length ?? 0)),
  );
  const write = (cells) => cells.map((cell, column) => pad(cell, widths[column], column)).join("   ");
  lines.push(`  ${write(header)}`);
  result.contenders.forEach(({ failure }, index) => {
    const cells = body[index];
    lines.push(
      failure === undefined ? `  ${write(cells)}` : `  ${pad(cells[0], widths[0], 0)}   FAILED: ${failure}`,
    );
  });
  if (quick) lines.push("  smoke run: no bar is judged");
  else for (const bar of result.bars) lines.push(`  ${formatBar(bar)}`);
  return lines.join("\n");
}

function formatBar({ text, metric, later, verdict }) {
  const name = `${later ? "later" : "bar"}: ${text}, ${METRICS[metric].title}`;
  if (verdict === undefined) return `${name}: not judged, a contender is missing`;
  const got = verdict.isRatio ? `${verdict.got.toFixed(2)} x` : METRICS[metric].write(verdict.got);
  const cpu = verdict.cpu === undefined ? "" : ` (CPU an item ${verdict.cpu.toFixed(2)} x)`;
  return `${name}: ${got}${cpu}, ${verdict.pass ? "pass" : "MISS"}`;
}

function spread(metric, { median, min, max }) {
  const { write } = METRICS[metric];
  return min === max ? write(median) : `${write(median)} [${write(min)} - ${write(max)}]`;
}

function pad(text, width, column) {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
