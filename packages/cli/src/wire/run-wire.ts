// Plays all cases against a server, some at a time, and says what came of each.

import pLimit from "p-limit";
import { helloOf, pingOf } from "./frames.js";
import { hostileCases } from "./hostile-cases.js";
import { vectorCases } from "./vector-cases.js";
import type { WireCase, WireResult } from "./wire-case.js";
import { WirePeer } from "./wire-peer.js";

/** What to play, and how. */
export interface WireOptions {
  readonly url: string;
  /** How long each answer may take, ms. */
  readonly timeoutMs: number;
  /** Plays the cases only whose name or group has this text. */
  readonly only: string;
}

/** Plays them; `tell` is called with each result, in the order of the cases. */
export async function runWire(
  { url, timeoutMs, only }: WireOptions,
  tell: (result: WireResult) => void,
  signal: AbortSignal,
): Promise<readonly WireResult[]> {
  const cases = [...vectorCases(), ...hostileCases()].filter(({ group, name }) =>
    `${group}: ${name}`.toLowerCase().includes(only.toLowerCase()),
  );
  const limit = pLimit(AT_ONCE);
  const pending = cases.map((wireCase) => limit(() => runCase(wireCase, url, timeoutMs, signal)));
  const results: WireResult[] = [];
  for (const result of pending) {
    results.push(await result);
    tell(results.at(-1) as WireResult); // just pushed
  }
  return results;
}

async function runCase(
  wireCase: WireCase,
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<WireResult> {
  signal.throwIfAborted();
  let came: string;
  try {
    came = await outcome(wireCase, await WirePeer.connect(url, timeoutMs), timeoutMs);
  } catch (error) {
    came = (error as Error).message;
  }
  return { wireCase, came, passed: wireCase.wanted.some((wanted) => wanted === came) };
}

async function outcome(
  { greets, wanted, play, patienceMs }: WireCase,
  peer: WirePeer,
  timeoutMs: number,
): Promise<string> {
  try {
    if (greets) peer.send(helloOf());
    try {
      await play(peer);
    } catch (error) {
      // The server may have ended it before all was played: what counts is how.
      return (await peer.ended()) ?? (error as Error).message;
    }
    if (wanted.includes("goaway") && peer.count("goaway") > 0) return "goaway";
    if (!wanted.includes("lives")) {
      return (await peer.ended(patienceMs?.(peer) ?? 0)) ?? `nothing within ${timeoutMs} ms`;
    }
    peer.send(pingOf(LIVES));
    await peer.frame("pong");
    return "lives";
  } finally {
    peer.close();
  }
}

/** Connections at a time: a server under load answers later, not otherwise. */
const AT_ONCE = 4;

/** Last byte of the PING that asks whether the connection lives. */
const LIVES = 0xff;
