// What this process holds open, for tests that everything is given back.

import { readdirSync, readlinkSync } from "node:fs";

/** The targets of this process's open descriptors that contain `part`; none where the system does not tell. */
export function openFiles(part: string): readonly string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd")
    .map(targetOf)
    .filter((target) => target.includes(part));
}

/** What is being listed may be gone by now. */
function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}
