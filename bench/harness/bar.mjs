// Bars: what a row must reach, judged on the medians of one run. `judge` answers undefined when a contender it
// needs did not run or failed.

/** Ratio of medians against another contender: at most `factor`. */
export function atMost(metric, contender, factor, against) {
  return ratioBar(metric, contender, against, `<= ${factor} x ${against}`, (ratio) => ratio <= factor);
}

/** Ratio of medians against another contender: at least `factor`. */
export function atLeast(metric, contender, factor, against) {
  return ratioBar(metric, contender, against, `>= ${factor} x ${against}`, (ratio) => ratio >= factor);
}

/** A fixed limit: the largest value of all repetitions is at most `limit`. */
export function noMoreThan(metric, contender, limit, limitName) {
  return {
    metric,
    text: `${contender} <= ${limit} (${limitName})`,
    judge(figures) {
      const largest = figures[contender]?.[metric]?.max;
      return largest === undefined ? undefined : { got: largest, pass: largest <= limit };
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
      const ours = figures[contender]?.[metric]?.median;
      const theirs = figures[against]?.[metric]?.median;
      if (ours === undefined || theirs === undefined) return undefined;
      return { got: ours / theirs, pass: isReached(ours / theirs) };
    },
  };
}
