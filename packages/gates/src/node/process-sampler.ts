// What Node tells of its load, looked at by one timer for all signals of a thread: to ask for it at each request would
// cost more than many a request.
//
//   idle --first user--> sampling --last user gone--> idle        its timer keeps no process alive
//
// The event loop's delay is how late that timer is, and not Node's histogram (`monitorEventLoopDelay`): that one counts
// nothing at its first tick after a reset, which is the one that a blocked loop is late with.

import { performance, type EventLoopUtilization } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** What was seen in the last tenth of a second. */
export interface ProcessSample {
  /** The longest that the timer was late, in milliseconds. */
  readonly delayMs: number;
  /** Share of the time in which the event loop had something to do, 0 to 1. */
  readonly utilization: number;
  /** Cores that the process used: 0.5 is half of one. */
  readonly cores: number;
  /** Bytes of the heap, as few as they were within the last second: what comes and goes with each collection is no load. */
  readonly heapBytes: number;
}

/** *Buffers:* the last sample, and one timer while somebody uses it. */
class ProcessSampler {
  private users = 0;
  private running: Running | undefined = undefined;

  /** Samples until what it returns is called; calling that twice does nothing. */
  use(): () => void {
    this.users += 1;
    this.running ??= new Running();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.users -= 1;
      if (this.users > 0) return;
      this.running?.stop();
      this.running = undefined;
    };
  }

  /** Nothing while nobody uses it. */
  get sample(): ProcessSample {
    return this.running?.sample ?? NOTHING;
  }

  /** Milliseconds by which the event loop was late since the last sample, or is now. */
  get delayMs(): number {
    return this.running?.delayMs() ?? 0;
  }
}

class Running {
  sample: ProcessSample;
  private readonly timer: NodeJS.Timeout;
  private latestMs = 0;
  private tickedAt = performance.now();
  private sampledAt = performance.now();
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private cpu = process.cpuUsage();
  /** The least of this half second and of the one before: two numbers rather than all of a second. */
  private leastHeap: number;
  private leastBefore: number;
  private count = 0;

  constructor() {
    this.leastHeap = this.leastBefore = heapBytes();
    this.sample = { ...NOTHING, heapBytes: this.leastHeap };
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  delayMs(): number {
    return Math.max(this.latestMs, performance.now() - this.tickedAt - TICK_MS);
  }

  private tick(): void {
    this.latestMs = this.delayMs();
    this.tickedAt = performance.now();
    if (this.tickedAt - this.sampledAt >= SAMPLE_MS) this.look();
  }

  private look(): void {
    const elapsedMs = this.tickedAt - this.sampledAt;
    const utilization = performance.eventLoopUtilization();
    const cpu = process.cpuUsage();
    const bytes = heapBytes();
    if (this.count % PER_HALF_SECOND === 0) [this.leastBefore, this.leastHeap] = [this.leastHeap, bytes];
    else this.leastHeap = Math.min(this.leastHeap, bytes);
    this.sample = {
      delayMs: Math.max(0, this.latestMs),
      utilization: performance.eventLoopUtilization(utilization, this.utilization).utilization,
      cores: (cpu.user + cpu.system - this.cpu.user - this.cpu.system) / 1000 / elapsedMs,
      heapBytes: Math.min(this.leastHeap, this.leastBefore),
    };
    this.count += 1;
    this.sampledAt = this.tickedAt;
    this.utilization = utilization;
    this.cpu = cpu;
    this.latestMs = 0;
  }
}

function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

const NOTHING: ProcessSample = { delayMs: 0, utilization: 0, cores: 0, heapBytes: 0 };
/** Whoever is blocked for less is not seen to be late by all of it. */
const TICK_MS = 20;
/** Soon enough to shed before a queue of a second has grown, and no load of its own. */
const SAMPLE_MS = 100;
const PER_HALF_SECOND = 5;

/** The one of this thread. */
export const processSampler: ProcessSampler = new ProcessSampler();
