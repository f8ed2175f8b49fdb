// Bars: what a row must reach, judged on the medians of one run. `judge` answers undefined when a contender it
// needs did not run or failed. A ratio of wall clocks comes with the ratio of CPU times an item, which a busy
// machine disturbs less.

/** Ratio of medians against another contender: at most `factor`. */
export function atMost(metric, contender, factor, against) {
  return ratioBar(metric, contender, against, `<= ${factor} x ${against}`, (ratio) => ratio <= factor);
}

/** Ratio of medians against another contender: at least `factor`. */
export function atLeast(metric, contender, factor, against) {
  return ratioBar(metric, contender, against, `>= ${factor} x ${against}`, (ratio) => ratio >= factor);
}

/** A fixed limit: the largest value of all repetitions is at most `limit`, which people read as `limitName`. */
export function noMoreThan(metric, contender, limit, limitName) {
  return {
    metric,
    text: `${contender} <= ${limitName}`,
    judge(figures) {
      const largest = figures[contender]?.[metric]?.max;
      return largest === undefined ? undefined : { got: largest, isRatio: false, pass: largest <= limit };
    },
  };
}

/** Names a bar that a later issue must reach: shown, not yet counted. */
export function later(bar) {
  return { ...bar, later: true };
}

function ratioBar(metric, contender, against, wanted, isReached) {
  return {
    metric,
    text: `${contender} ${wanted}`,
    judge(figures) {
      const got = ratioOf(figures, metric, contender, against);
      if (got === undefined) return undefined;
      const cpu = ratioOf(figures, "cpuPerItem", contender, against);
      return { got, isRatio: true, pass: isReached(got), cpu };
    },
  };
}

function ratioOf(figures, metric, contender, against) {
  const ours = figures[contender]?.[metric]?.median;
  const theirs = figures[against]?.[metric]?.median;
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}
