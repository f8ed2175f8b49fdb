// Where the figures were taken: without this they say nothing.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";

export function describeMachine() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    commit: commit(),
  };
}

/** Processes that wanted to run, over the last minute: above the cores, the machine was not quiet. */
export function currentLoad() {
  return Number(loadavg()[0].toFixed(2));
}

function commit() {
  try {
    const git = (...args) =>
      execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const dirty =
      git("status", "--porcelain", "--untracked-files=no", "--", "packages", "bench").trim() !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (dirty ? " with changes" : "");
  } catch {
    return "unknown";
  }
}
