// Runs the contenders of one row interleaved: in each round everyone has one repetition in a fresh process, and
// the order moves on by one each round, so that a disturbance of the machine meets all alike.
import { summarise } from "./statistics.mjs";

/**
 * @param {object} row see local/row.mjs and net/row.mjs
 * @param {{ repetitions: number, othersRepetitions?: number, longRepetitions?: number, quick: boolean, usePeers: boolean, only?: string[] }} settings
 *   `othersRepetitions` for contenders that no bar names, `longRepetitions` for rows that take long
 * @param {(step: { row: string, contender: string, round: number, rounds: number }) => void} onStep
 */
export async function runRow(row, settings, onStep) {
  const contenders = row.contenders.filter(
    ({ name, peer }) => (settings.usePeers || !peer) && (settings.only?.includes(name) ?? true),
  );
  const rounds = roundsOf(row, settings);
  const runs = new Map(contenders.map(({ name }) => [name, { name, repetitions: [], failure: undefined }]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(round + turn) % contenders.length];
      const run = runs.get(contender.name);
      if (run.failure !== undefined || (contender.isOther && round >= settings.othersRepetitions)) continue;
      onStep({ row: row.id, contender: contender.name, round: round + 1, rounds });
      try {
        run.repetitions.push(await row.repeat(contender, settings));
      } catch (error) {
        run.failure = error.message;
      }
    }
  }
  return judge(row, [...runs.values()]);
}

function roundsOf({ repetitions, isLong }, settings) {
  if (repetitions !== undefined) return repetitions;
  return isLong ? (settings.longRepetitions ?? settings.repetitions) : settings.repetitions;
}

function judge(row, runs) {
  const figures = {};
  for (const { name, repetitions, failure } of runs) {
    if (failure === undefined) figures[name] = summariseAll(repetitions);
  }
  return {
    id: row.id,
    title: row.title,
    short: row.short,
    metrics: row.metrics,
    charts: row.charts,
    contenders: runs.map((run) => ({ ...run, figures: figures[run.name] })),
    bars: row.bars.map(({ text, later = false, metric, judge: judgeBar }) => {
      return { text, later, metric, verdict: judgeBar(figures) };
    }),
  };
}

function summariseAll(repetitions) {
  const names = Object.keys(repetitions[0]);
  return Object.fromEntries(
    names.map((name) => [name, summarise(repetitions.map((figures) => figures[name]))]),
  );
}
