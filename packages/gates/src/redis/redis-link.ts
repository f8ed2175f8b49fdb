// The way to Redis that all shared gates of a process go, and what is done when nobody answers at its other end.
//
//   near --(a command fails, or is not answered in time)--> away --(`probeMs` later somebody asks)--> probing
//     ^                                                      ^                                        |   |
//     |                                                      +---------(fails, or not in time)--------+   |
//     +------------------------------------(answered)----------------------------------------------------+
//
// While it is away nothing is sent but the probes, one at a time, which are decisions of those who ask: a client that
// keeps commands for later would otherwise collect them without bound. A reply that comes too late is not used: what
// it took in Redis stays taken, which errs to the safe side.

import { type Clock, systemClock } from "@sluice/core";
import type { Inspectable } from "@sluice/core/contracts";
import {
  asError,
  checkClock,
  checkMilliseconds,
  checkOptions,
  describe,
  reportUncaught,
} from "@sluice/core/kit";
import type { RedisScript } from "./redis-script.js";

/** What is needed of a client of Redis: scripts over one key. */
export interface RedisCommands {
  evalSha(sha: string, key: string, args: readonly string[]): Promise<unknown>;
  eval(script: string, key: string, args: readonly string[]): Promise<unknown>;
}

/** Whether Redis answers. */
export type RedisPresence = "near" | "away";

/** How a link behaves. */
export interface RedisLinkOptions {
  /** A reply that takes longer, in ms, counts as none. Default 50. */
  readonly timeoutMs?: number;
  /** How often somebody tries while Redis is away, in ms. Default 1,000. */
  readonly probeMs?: number;
  /** Commands without a reply, at most; whoever asks beyond that decides by the fallback. Default 1,000. */
  readonly maxInFlight?: number;
  /** Redis went away, and why, or came back. What it throws is reported as uncaught. */
  readonly onSwitch?: (presence: RedisPresence, error: unknown) => void;
  /** Default: `systemClock`. */
  readonly clock?: Clock;
}

/** What a link tells who looks at it. */
export interface RedisLinkSnapshot {
  readonly presence: RedisPresence;
  /** How often Redis went away, or came back. */
  readonly switches: number;
  /** Commands without a reply; late ones too. */
  readonly inFlight: number;
  /** Replies in time; commands that failed; replies that did not come in time; what was not sent for want of room. */
  readonly answered: number;
  readonly failed: number;
  readonly late: number;
  readonly crowded: number;
  /** What the last failure said. */
  readonly lastError: string | undefined;
}

/**
 * Makes a link over any client; `nodeRedis` and `ioRedis` call it for theirs.
 *
 * @example
 * ```ts
 * import { redisLink } from "@sluice/gates/redis";
 * const redis = redisLink({
 *   // As your client runs scripts: EVALSHA <sha> 1 <key> <args>, and EVAL.
 *   evalSha: async (_sha, key) => console.log(`asked for ${key}`),
 *   eval: async (_script, key) => console.log(`asked for ${key}`),
 * });
 * console.log(redis.presence); // prints near
 * ```
 */
export function redisLink(commands: RedisCommands, options: RedisLinkOptions = {}): RedisLink {
  checkOptions(PLACE, options);
  const { timeoutMs = 50, probeMs = 1000, maxInFlight = 1000, onSwitch = ignore } = options;
  if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 1) {
    throw new RangeError(
      `Cannot make a ${PLACE} with maxInFlight ${describe(maxInFlight)}: it must be an integer >= 1`,
    );
  }
  if (typeof onSwitch !== "function") {
    throw new TypeError(`Cannot make a ${PLACE} with onSwitch ${describe(onSwitch)}: it takes a function`);
  }
  return new RedisLink(commands, {
    timeoutMs: checkMilliseconds(`a ${PLACE} a timeoutMs of`, timeoutMs, 1),
    probeMs: checkMilliseconds(`a ${PLACE} a probeMs of`, probeMs, 1),
    maxInFlight,
    onSwitch,
    clock: checkClock(PLACE, options.clock ?? systemClock),
  });
}

/** *Buffers:* at most `maxInFlight` commands, and a timer for each that may still be in time. */
export class RedisLink implements Inspectable {
  readonly kind = "redis-link";
  readonly name = "redis";
  private readonly commands: RedisCommands;
  private readonly options: Required<RedisLinkOptions>;
  /** When Redis was last found away; `undefined`: it is near. */
  private awayAt: number | undefined = undefined;
  private probing = false;
  private inFlight = 0;
  private switches = 0;
  private answered = 0;
  private failed = 0;
  private late = 0;
  private crowded = 0;
  private lastError: unknown = undefined;

  constructor(commands: RedisCommands, options: Required<RedisLinkOptions>) {
    this.commands = commands;
    this.options = options;
  }

  get presence(): RedisPresence {
    return this.awayAt === undefined ? "near" : "away";
  }

  snapshot(): RedisLinkSnapshot {
    const { presence, switches, inFlight, answered, failed, late, crowded } = this;
    const lastError = this.lastError === undefined ? undefined : String(this.lastError);
    return { presence, switches, inFlight, answered, failed, late, crowded, lastError };
  }

  /** It is away, and nobody may try just now whether it is back: nothing would be sent. */
  get isSilent(): boolean {
    return this.probing || this.probeInMs > 0;
  }

  /** Milliseconds until somebody may try whether Redis is back; 0: now, or it is near. */
  get probeInMs(): number {
    if (this.awayAt === undefined) return 0;
    const { clock, probeMs } = this.options;
    const since = clock.now() - this.awayAt;
    // Before it went: the clock was set back, and says nothing of how long it has been away.
    return since < 0 ? 0 : Math.max(0, probeMs - since);
  }

  /**
   * Lets Redis run a script over a key. `undefined`, at once or later: Redis has not answered, and whoever asks has to
   * decide by himself. Never rejects.
   */
  run<T>(script: RedisScript<T>, key: string, args: readonly string[]): Promise<T | undefined> | undefined {
    if (this.isSilent) return undefined;
    if (this.inFlight >= this.options.maxInFlight) {
      this.crowded += 1;
      return undefined;
    }
    return this.send(script, key, args);
  }

  private send<T>(script: RedisScript<T>, key: string, args: readonly string[]): Promise<T | undefined> {
    const { clock, timeoutMs } = this.options;
    let inTime = true;
    let onLate = ignore;
    let cancel = clock.schedule(timeoutMs, () => {
      // A turn more: when the process was held up, replies that have come meanwhile are read before it runs.
      if (inTime) cancel = clock.schedule(0, () => onLate());
    });
    // From here on it has been sent; a clock that threw is heard by who asks, and nothing was begun.
    const isProbe = this.awayAt !== undefined;
    this.probing = isProbe;
    this.inFlight += 1;
    return new Promise((resolve) => {
      const settle = (result: T | undefined): void => {
        inTime = false;
        if (isProbe) this.probing = false;
        resolve(result);
      };
      onLate = () => {
        if (!inTime) return;
        this.late += 1;
        this.lost(new Error(`Redis has not answered within ${timeoutMs} ms`));
        settle(undefined);
      };
      this.execute(script, key, args).then(
        (reply) => {
          this.inFlight -= 1;
          if (!inTime) return;
          cancel();
          const result = script.read(reply);
          if (result === undefined) this.lost(new Error(`Redis has answered ${describe(reply)} to a script`));
          else this.found(isProbe);
          settle(result);
        },
        (error: unknown) => {
          this.inFlight -= 1;
          if (!inTime) return;
          cancel();
          this.failed += 1;
          this.lost(asError(error, "the client of Redis"));
          settle(undefined);
        },
      );
    });
  }

  private async execute(
    script: RedisScript<unknown>,
    key: string,
    args: readonly string[],
  ): Promise<unknown> {
    try {
      return await this.commands.evalSha(script.sha, key, args);
    } catch (error) {
      // Restarted, failed over or flushed: the text goes along once, and is remembered again.
      if (!String((error as Error | undefined)?.message).startsWith("NOSCRIPT")) throw error;
      return await this.commands.eval(script.text, key, args);
    }
  }

  private found(isProbe: boolean): void {
    this.answered += 1;
    // Only a probe says that it is back: other replies may have been sent before it went.
    if (isProbe && this.awayAt !== undefined) {
      this.awayAt = undefined;
      this.switched(undefined);
    }
  }

  private lost(error: unknown): void {
    const wasNear = this.awayAt === undefined;
    this.lastError = error;
    this.awayAt = this.timeOfLoss();
    if (wasNear) this.switched(error);
  }

  private timeOfLoss(): number {
    try {
      return this.options.clock.now();
    } catch (thrown) {
      reportUncaught(thrown); // nobody is asking just now
      return Number.NEGATIVE_INFINITY;
    }
  }

  private switched(error: unknown): void {
    this.switches += 1;
    try {
      this.options.onSwitch(this.presence, error);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }
}

function ignore(): void {}

const PLACE = "link to Redis";
