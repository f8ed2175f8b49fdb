// Bars: what a row must reach, judged on the medians of one run. `judge` answers undefined when a contender it
// needs did not run or failed. A ratio of wall clocks comes with the ratio of CPU times an item, which a busy
// machine disturbs less.

/** Ratio of medians against another contender: at most `factor`. */
export function atMost(metric, contender, factor, against) {
  return ratioBar(metric, contender, against, `<= ${factor} x ${against}`, (ratio) => ratio <= factor);
}

/** Ratio of medians against whichever of these contenders is the best: at most `factor`. */
export function atMostBest(metric, contender, factor, peers) {
  return {
    metric,
    text: `${contender} <= ${factor} x the best of ${peers.join(", ")}`,
    judge(figures) {
      const [best] = peers
        .filter((name) => figures[name] !== undefined)
        .sort((a, b) => figures[a][metric].median - figures[b][metric].median);
      return best === undefined ? undefined : atMost(metric, contender, factor, best).judge(figures);
    },
  };
}

/** The medians of these contenders differ by at most `factor`, the largest divided by the smallest. */
export function within(metric, factor, contenders) {
  return {
    metric,
    text: `${contenders[0]} to ${contenders.at(-1)} within ${factor} x`,
    judge(figures) {
      const medians = contenders.map((name) => figures[name]?.[metric].median);
      if (medians.includes(undefined)) return undefined;
      const got = Math.max(...medians) / Math.min(...medians);
      return { got, isRatio: true, pass: got <= factor };
    },
  };
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
