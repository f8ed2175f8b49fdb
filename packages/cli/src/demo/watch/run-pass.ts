// Runs one pass: starts its two processes, looks at both ten times a second, measures their memory once a
// second, and ends when the client has everything or the time is up.

import { setTimeout as sleep } from "node:timers/promises";
import { flightsFileBytes } from "../flights/flights-file.js";
import { startClient, startServer } from "../link/child.js";
import type { Child } from "../link/child.js";
import type { HourOfFlights } from "../flights/delay-by-hour.js";
import type { ClientCounters, ClientSetup, PassName, ServerCounters, ServerSetup } from "../link/messages.js";
import { PassRecord } from "./pass-record.js";

/** What a pass is about; the same for both passes. */
export interface PassPlan {
  /** Path of the flights file. */
  readonly file: string;
  /** Flights to serve at most, and the number to expect; null takes what the file has. */
  readonly total: number | null;
  /** Flights granted ahead of consumption, with credit. */
  readonly window: number;
  /** Port of the server; 0 takes any free one. */
  readonly port: number;
  /** A server that runs already, instead of one of our own; null starts one. */
  readonly serverUrl: string | null;
  /** Longest time that a pass takes, from its first process to the end of its last, in milliseconds. */
  readonly limitMs: number;
  /** Time between two measurements of memory, in milliseconds. */
  readonly sampleMs: number;
  readonly debug: boolean;
}

/**
 * Runs one pass to its end and leaves no process behind, whichever way it ends.
 *
 * *Errors:* the failure of a process, as one line; a server's goes before a client's, which it causes.
 * *Cancel:* `signal` stops both processes, then fails with its reason.
 *
 * @param onLook called after each look with the record, which is the same object each time.
 */
export async function runPass(
  pass: PassName,
  plan: PassPlan,
  signal: AbortSignal,
  onLook: (record: PassRecord) => void,
): Promise<PassRecord> {
  const begunAt = performance.now();
  const stopAt = begunAt + plan.limitMs - STOPPING_MS;
  const record = new PassRecord(pass, plan.total);
  if (plan.serverUrl === null) record.fileBytes = await flightsFileBytes(plan.file);
  const limit = plan.total ?? Number.MAX_SAFE_INTEGER;
  // Both at once: starting takes a good part of a second where the machine is busy.
  const server = plan.serverUrl === null ? startServer(plan.debug) : null;
  const client = startClient(plan.debug);
  try {
    const listening = server?.prepare({ pass, file: plan.file, port: plan.port, limit });
    const url = plan.serverUrl ?? (await unlessAborted(listening, signal)) ?? "";
    await unlessAborted(client.prepare({ pass, url, window: plan.window, limit }), signal);
    await watch(record, server, client, { sampleMs: plan.sampleMs, stopAt, signal, onLook });
    return record;
  } catch (error) {
    throw (await failureOf(server)) ?? error;
  } finally {
    await Promise.all([server?.stop(), client.stop()]);
    record.wholeMs = performance.now() - begunAt;
  }
}

type Server = Child<ServerSetup, ServerCounters>;
type Client = Child<ClientSetup, ClientCounters>;

interface Watching {
  readonly sampleMs: number;
  readonly stopAt: number;
  readonly signal: AbortSignal;
  readonly onLook: (record: PassRecord) => void;
}

async function watch(
  record: PassRecord,
  server: Server | null,
  client: Client,
  { sampleMs, stopAt, signal, onLook }: Watching,
): Promise<void> {
  let startedAt: number | undefined;
  const look = async (collect: boolean): Promise<void> => {
    // The server first: see PassRecord.look.
    const ofServer = (await server?.look(collect)) ?? null;
    const ofClient = await client.look(collect);
    record.look(startedAt === undefined ? 0 : performance.now() - startedAt, ofServer, ofClient);
    if (ofClient.memory !== null) record.sample(ofServer?.memory ?? null, ofClient.memory);
    onLook(record);
  };
  await look(true);
  startedAt = performance.now();
  client.begin();
  let nextSample = startedAt + sampleMs;
  let hours: readonly HourOfFlights[] | undefined;
  while (hours === undefined && performance.now() < stopAt) {
    const wait = Math.min(LOOK_MS, nextSample - performance.now(), stopAt - performance.now());
    hours =
      (await Promise.race([client.ended, sleep(Math.max(0, wait), undefined, { signal })])) ?? undefined;
    const collect = performance.now() >= nextSample || hours !== undefined;
    if (collect) nextSample = Math.max(nextSample + sampleMs, performance.now());
    await look(collect);
  }
  record.end(hours);
  onLook(record);
}

/** What a server says went wrong with it, if anything; a client only sees the stream or the socket end. */
async function failureOf(server: Server | null): Promise<unknown> {
  const asked = server?.look(false).then(() => undefined);
  const told = asked?.catch((error: unknown) => error);
  return Promise.race([told, sleep(ANSWER_MS, undefined, { ref: false })]);
}

async function unlessAborted<Value>(
  wanted: Promise<Value> | undefined,
  signal: AbortSignal,
): Promise<Value | undefined> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([wanted, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener("abort", abort);
  }
}

/** Time between two looks, in milliseconds: ten pictures a second are smooth, and cost the processes little. */
const LOOK_MS = 100;
/** Kept of the limit for a last look, with a collection where much waits, and for ending both processes. */
const STOPPING_MS = 800;
/** Longest wait for a server's own words after a client failed, in milliseconds. */
const ANSWER_MS = 500;
