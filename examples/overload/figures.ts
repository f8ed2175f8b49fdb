// What a run has shown, as numbers, and whether that is what we claim.
import { type GatewaySample, KINDS, type LoadReport, type Outcome, type Phases } from "./scenario.js";

/** A run in one form. */
export interface Run {
  readonly load: LoadReport;
  readonly gateway: readonly GatewaySample[];
  /** Seconds since it began at which the gateway ended by itself, and what it said of it. */
  readonly ended: { readonly at: number; readonly why: string } | undefined;
}

export interface Figures {
  /** Requests served a second, at one time the load and at ten times: when they were, not when they came. */
  readonly goodputBefore: number;
  readonly goodputUnder: number;
  /** Milliseconds, of those served at ten times the load. */
  readonly acceptedP50: number;
  readonly acceptedP99: number;
  /** Milliseconds, of attempts that were refused at ten times the load; NaN if none was. */
  readonly refusedP50: number;
  readonly refusedP99: number;
  /** Shares of each kind that were served at ten times the load. */
  readonly servedOf: Readonly<Record<string, number>>;
  /** Attempts for each request, over the whole run. */
  readonly attempts: number;
  /** Seconds after it from which on 99 % were served again for a second; undefined: not before the end. */
  readonly recovery: number | undefined;
  readonly peakHeapMB: number;
  /** How old the oldest request was that was answered. */
  readonly oldestAnswerMs: number;
  readonly ended: Run["ended"];
  readonly lateMs: number;
  readonly points: readonly Point[];
  readonly gateway: readonly GatewaySample[];
}

/** Half a second: requests that were to be sent in it, and that were served in it, both as a rate. */
export interface Point {
  readonly second: number;
  readonly offered: number;
  readonly served: number;
}

export function figuresOf({ load, gateway, ended }: Run, { before, overload, after }: Phases): Figures {
  const within = (from: number, to: number): readonly Outcome[] =>
    load.outcomes.filter(({ at }) => at >= from * 1000 && at < to * 1000);
  const servedWithin = (from: number, to: number): readonly Outcome[] =>
    served(load.outcomes).filter(({ overAt }) => overAt >= from * 1000 && overAt < to * 1000);
  const served = (outcomes: readonly Outcome[]): readonly Outcome[] =>
    outcomes.filter(({ end }) => end === "served");
  const [start, stop] = [before, before + overload];
  // The first third is for the compilers of all processes.
  const calm = servedWithin(before / 3, before);
  const under = within(start, stop);
  const times = servedWithin(start, stop).map(({ ms }) => ms);
  const refusals = load.refusals
    .filter(({ at }) => at >= start * 1000 && at < stop * 1000)
    .map(({ ms }) => ms);
  const recovery = range(0, after - 1, 0.1).find((second) => {
    const came = within(stop + second, stop + second + 1);
    return served(came).length >= 0.99 * came.length;
  });
  return {
    goodputBefore: calm.length / (before - before / 3),
    goodputUnder: times.length / overload,
    acceptedP50: quantile(times, 0.5),
    acceptedP99: quantile(times, 0.99),
    refusedP50: quantile(refusals, 0.5),
    refusedP99: quantile(refusals, 0.99),
    servedOf: Object.fromEntries(
      KINDS.map(({ criticality }, kind) => {
        const of = under.filter((outcome) => outcome.kind === kind);
        return [criticality, served(of).length / of.length];
      }),
    ),
    attempts: load.outcomes.reduce((sum, { attempts }) => sum + attempts, 0) / load.outcomes.length,
    recovery,
    peakHeapMB: Math.max(...gateway.map(({ heapMB }) => heapMB)),
    oldestAnswerMs: Math.max(...gateway.map(({ answerMs }) => answerMs)),
    ended,
    lateMs: load.lateMs,
    points: range(0, before + overload + after, 0.5).map((second) => ({
      second,
      offered: within(second, second + 0.5).length * 2,
      served: servedWithin(second, second + 0.5).length * 2,
    })),
    gateway,
  };
}

/** What was seen, for people: a line for each, of both forms. */
export function rowsOf(plain: Figures, sluice: Figures): readonly (readonly [string, string, string])[] {
  const row = (name: string, show: (figures: Figures) => string) =>
    [name, show(plain), show(sluice)] as const;
  const ofKind = ({ criticality }: (typeof KINDS)[number]) =>
    row(`served of ${criticality}`, ({ servedOf }) => percent(servedOf[criticality] ?? 0));
  return [
    row("served a second, before", ({ goodputBefore }) => goodputBefore.toFixed(0)),
    row("served a second, at 10 times the load", ({ goodputUnder }) => goodputUnder.toFixed(0)),
    ...KINDS.map(ofKind),
    row("accepted, median", ({ acceptedP50 }) => milliseconds(acceptedP50)),
    row("accepted, p99", ({ acceptedP99 }) => milliseconds(acceptedP99)),
    row("refused, median", ({ refusedP50 }) => milliseconds(refusedP50)),
    row("refused, p99", ({ refusedP99 }) => milliseconds(refusedP99)),
    row("attempts a request", ({ attempts }) => attempts.toFixed(2)),
    row("all served again after", ({ recovery }) => seconds(recovery)),
    row("oldest request that was answered", ({ oldestAnswerMs }) => milliseconds(oldestAnswerMs)),
    row("heap of the gateway, at most", ({ peakHeapMB }) => `${peakHeapMB.toFixed(0)} MB`),
    row("the gateway", ({ ended }) =>
      ended === undefined ? "stands" : `${ended.why}, ${seconds(ended.at)}`,
    ),
    row("load sent late by at most", ({ lateMs }) => milliseconds(lateMs)),
  ];
}

/** What we say of a gateway with Sluice, and what was seen. */
export function claimsOf(figures: Figures): readonly { claim: string; seen: string; holds: boolean }[] {
  const { goodputBefore, goodputUnder, acceptedP99, refusedP99, servedOf, recovery, attempts } = figures;
  const share = goodputUnder / goodputBefore;
  const critical = servedOf["criticalPlus"] ?? 0;
  const row = (claim: string, seen: string, holds: boolean) => ({ claim, seen, holds });
  return [
    row("goodput at 10 times the load >= 90 % of that at 1", percent(share), share >= 0.9),
    row("p99 of what is accepted <= 600 ms", `${acceptedP99.toFixed(0)} ms`, acceptedP99 <= 600),
    row("of the most critical >= 99 % served", percent(critical), critical >= 0.99),
    row("p99 of a refusal < 5 ms", `${refusedP99.toFixed(1)} ms`, refusedP99 < 5),
    row("all served again <= 3 s after", seconds(recovery), recovery !== undefined && recovery <= 3),
    row("attempts <= 1.1 times the requests", attempts.toFixed(3), attempts <= 1.1),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const milliseconds = (ms: number): string => (Number.isNaN(ms) ? "none" : `${ms.toFixed(1)} ms`);
const seconds = (time: number | undefined): string => (time === undefined ? "never" : `${time.toFixed(1)} s`);

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
}
