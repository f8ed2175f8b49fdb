// R5: kill -9 of the server and its restart on the same port. Restartable streams go on without a gap or a double; every
// other stream and call gets one error that says whether it may have run, and the server's log says whether that is
// true; a reader that never reads holds nobody up.
import { retryBudget } from "@sluice/gates";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "@sluice/net/node";
import { startChild } from "./commands.mjs";
import { service } from "./service.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `kills` kills while `streams` restartable streams of `items` items run. */
export async function r5({ kills, streams, items, say = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-r5-"));
  const log = join(folder, "marks");
  let server = startChild(here("server.mjs"), ["0", log]);
  const port = await server.ask("port");
  const client = await connect(`ws://127.0.0.1:${port}`, service, {
    reconnect: { baseMs: 5, capMs: 100 },
    retryBudget: retryBudget({ capacity: 10_000, minPerSecond: 1_000 }),
  });
  let isOver = false;
  const outcome = { answered: [], mayHaveRun: [], notBegun: [], others: [] };

  // What can go on: slowly enough to meet all kills.
  const goingOn = Array.from({ length: streams }, async (_, n) => {
    let next = 0;
    try {
      for await (const { id } of client.records({ count: items, size: 100 }, { window: 64 + n })) {
        if (id !== next) return `got ${id} instead of ${next}`;
        next += 1;
        if (next % 50 === 0) await sleep(1);
      }
    } catch (error) {
      return String(error);
    }
    return next;
  });
  // What cannot: calls, each with an id of its own, as fast as they come back.
  let lastId = 0;
  const calling = Array.from({ length: 16 }, async (_, n) => {
    while (!isOver) {
      lastId += 1;
      const id = lastId;
      try {
        const answer = await client.mark({ id, delayMs: n % 4 === 0 ? 20 : 0 });
        (answer === id ? outcome.answered : outcome.others).push(id);
      } catch (error) {
        if (error?.name !== "ConnectionLostError") outcome.others.push(`${id}: ${error}`);
        else (error.notStarted ? outcome.notBegun : outcome.mayHaveRun).push(id);
      }
    }
  });
  const once = { ends: 0, wrong: [] };
  const streaming = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      let got = 0;
      try {
        for await (const _ of client.once({ count: 1e9, size: 100 }, { window: 64 })) {
          got += 1;
          if (isOver) return;
        }
        once.wrong.push("ended well");
      } catch (error) {
        once.ends += 1;
        if (error?.name !== "ConnectionLostError" || error.notStarted || error.delivered !== got) {
          once.wrong.push(`${error?.name} ${error?.message}, delivered ${error?.delivered} of ${got}`);
        }
      }
    }
  });
  // Who never reads: subscribed, nothing taken, for the whole time. With a window the error would come behind the items
  // that wait here, and nobody takes those.
  const idle = { errors: 0 };
  const ended = [];
  const never = Array.from({ length: 4 }, () => {
    const entry = { cancel: () => {} };
    ended.push(entry);
    client.once({ count: 1e9, size: 1000 }, { window: "demand" }).subscribe({
      onSubscribe: (subscription) => {
        entry.cancel = () => subscription.cancel();
        subscription.request(1);
      },
      onNext: () => {},
      onError: () => {
        idle.errors += 1;
      },
      onComplete: () => {},
    });
    return entry;
  });

  for (let kill = 1; kill <= kills; kill += 1) {
    // In the middle of work, however slow the machine is: not before the client is back.
    while (client.state !== "open") await sleep(5);
    await sleep(100 + (kill % 3) * 100);
    await server.kill();
    await sleep((kill % 4) * 60);
    server = startChild(here("server.mjs"), [String(port), log]);
    await server.ask("port");
    say(`killed ${kill} of ${kills} times, ${outcome.answered.length} calls answered`);
  }
  const totals = await Promise.all(goingOn);
  isOver = true;
  await Promise.all([...calling, ...streaming]);
  for (const { cancel } of never) cancel();
  const { uncaught } = await server.ask("errors");
  await client.close();
  const end = await server.close();
  const marks = readFileSync(log, "utf8").trim().split("\n").map(Number);
  rmSync(folder, { recursive: true });
  const ran = new Set(marks);
  return {
    kills,
    streams: totals.filter((total) => total === items).length,
    streamsWrong: totals.filter((total) => total !== items).slice(0, 5),
    answered: outcome.answered.length,
    mayHaveRun: outcome.mayHaveRun.length,
    ofTheseRan: outcome.mayHaveRun.filter((id) => ran.has(id)).length,
    notBegun: outcome.notBegun.length,
    ofTheseRanAnyway: outcome.notBegun.filter((id) => ran.has(id)).length,
    ranTwice: marks.length - ran.size,
    answeredButNotRun: outcome.answered.filter((id) => !ran.has(id)).length,
    otherErrors: outcome.others.slice(0, 5),
    withoutEnd:
      lastId -
      outcome.answered.length -
      outcome.mayHaveRun.length -
      outcome.notBegun.length -
      outcome.others.length,
    streamsEnded: once.ends,
    streamsEndedWrong: once.wrong.slice(0, 5),
    neverReadEnded: idle.errors,
    uncaught,
    serverExit: end.code,
  };
}

export function r5Broken(result, { streams }) {
  return [
    result.streams === streams ? "" : "restartable streams: no gap, no double",
    result.ofTheseRanAnyway === 0 ? "" : "notStarted is a promise",
    result.ranTwice === 0 && result.answeredButNotRun === 0 ? "" : "each call runs once",
    result.otherErrors.length === 0 ? "" : "each call: an answer or one ConnectionLostError",
    result.withoutEnd === 0 ? "" : "no call without an end",
    result.streamsEnded > 0 && result.streamsEndedWrong.length === 0
      ? ""
      : "other streams: one error with their position",
    result.neverReadEnded === 4 ? "" : "who never reads gets one error too",
    result.uncaught === 0 ? "" : "nothing uncaught in the server",
    result.serverExit === 0 ? "" : "no handle left open in the server",
  ].filter((text) => text !== "");
}
