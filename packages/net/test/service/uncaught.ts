// What a process would have died of, for tests that say that it does not.

import { onTestFinished } from "vitest";

/** Gathers uncaught exceptions and unhandled rejections until the test ends. */
export function uncaught(): unknown[] {
  const seen: unknown[] = [];
  const note = (error: unknown): void => void seen.push(error);
  const before = process.listeners("uncaughtException");
  const rejections = process.listeners("unhandledRejection");
  process.removeAllListeners("uncaughtException").on("uncaughtException", note);
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException").removeAllListeners("unhandledRejection");
    for (const listener of before) process.on("uncaughtException", listener);
    for (const listener of rejections) process.on("unhandledRejection", listener);
  });
  return seen;
}
