// How a client tries again, in both forms. An attempt is given up after a second.
import { retry, retryBudget } from "@sluice/gates";
import { ATTEMPTS, type End } from "./scenario.js";

/** One attempt: what came of it, and when the gateway wants to be asked again. */
export type Attempt = () => Promise<{ readonly end: End; readonly retryAfterMs?: number }>;

/** What came of the last attempt, and how many there were. */
export type Client = (attempt: Attempt) => Promise<{ readonly end: End; readonly attempts: number }>;

/** As it is often written: try three times, a little later each time. */
export const plain: Client = async (attempt) => {
  for (let attempts = 1; ; attempts += 1) {
    const { end } = await attempt();
    if (end === "served" || attempts === ATTEMPTS) return { end, attempts };
    await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempts));
  }
};

/** Retries are paid for by first attempts, one for ten, and nobody comes back before it was told to. */
const budget = retryBudget({ ratio: 0.1, minPerSecond: 0, capacity: 10, initial: 0 });

export const withSluice: Client = async (attempt) => {
  let attempts = 0;
  let end: End = "gaveUp";
  const call = retry(
    async () => {
      attempts += 1;
      const answer = await attempt();
      end = answer.end;
      if (end !== "served") throw Object.assign(new Error(end), { retryAfterMs: answer.retryAfterMs });
    },
    { attempts: ATTEMPTS, budget, backoff: { baseMs: 100 } },
  );
  await call().catch(() => {});
  return { end, attempts };
};
