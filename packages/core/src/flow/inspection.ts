// Looking at pipelines while they run. Off, it costs nothing: the one place where flows are connected
// (kit/assembly.ts) is left as it is. On, an edge that counts is put below each flow that is subscribed from then on,
// and per-item stages are kept apart, so that one sees what passes between any two.

import { checkCapacity, Ring } from "../buffer/ring.js";
import { Registry } from "../inspect/registry.js";
import { type Assembled, setAssembly } from "../kit/assembly.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { aboutOf } from "./about-of.js";
import { Edge, type EdgeCounts, type EdgeWatcher } from "./edge.js";
import { connectSeparately } from "./unfused.js";

/** The bounds of an inspection. */
export interface InspectionOptions {
  /**
   * The most edges, and whatever else registers, listed at once, an integer >= 1; default 10,000. What comes beyond is
   * only counted.
   */
  readonly capacity?: number | undefined;
  /** How many of the edges that ended last are kept to be read, an integer >= 1; default 256. */
  readonly keepEnded?: number | undefined;
}

let current: Inspection | undefined;

/**
 * Counts what passes each edge of the pipelines that are subscribed while it is on.
 *
 * *Buffers:* counters only: `capacity` edges, and the last `keepEnded` that have ended.
 *
 * @example
 * ```ts
 * import { filter, range } from "@sluice/core";
 * import { Inspection } from "@sluice/core/contracts";
 * const inspection = Inspection.start();
 * await range(1, 9).pipe(filter((n) => n % 3 === 0)).toArray();
 * for (const { from, to, delivered, unused } of inspection.edges()) console.log(from, to, delivered, unused);
 * inspection.stop();
 * // prints range filter 9 6
 * // prints filter undefined 3 0
 * ```
 */
export class Inspection implements EdgeWatcher {
  /** Everything that can be looked at now; gates, connections and queues register here as well. */
  readonly registry: Registry;
  below: Edge | undefined = undefined;
  private readonly ended: Ring<Edge>;
  private readonly removals = new Map<Edge, () => void>();

  private constructor(options: InspectionOptions | undefined) {
    this.registry = new Registry(checkCapacity("capacity", options?.capacity ?? 10_000, 1));
    this.ended = new Ring(checkCapacity("keepEnded", options?.keepEnded ?? 256, 1));
  }

  /** Turns inspection on. Throws an `Error` if it is on already: two would count each other's edges. */
  static start(options?: InspectionOptions): Inspection {
    if (current !== undefined)
      throw new Error("Cannot inspect twice: stop() the Inspection that is on first");
    const inspection = new Inspection(options);
    current = inspection;
    setAssembly((flow, downstream) => inspection.connect(flow, downstream));
    return inspection;
  }

  /** The inspection that is on, if one is. */
  static get current(): Inspection | undefined {
    return current;
  }

  /** What has passed each edge: those that ended last, oldest first, then those that are open. */
  edges(): EdgeCounts[] {
    const counts = [...this.endedEdges()];
    for (const edge of this.removals.keys()) counts.push(edge.snapshot());
    return counts;
  }

  /** Turns inspection off for what is subscribed from now on; edges there are count on until they end. */
  stop(): void {
    if (current !== this) return;
    current = undefined;
    setAssembly(undefined);
  }

  /** Turns inspection off at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.stop();
  }

  closed(edge: Edge): void {
    this.removals.get(edge)?.();
    this.removals.delete(edge);
    if (this.ended.isFull) this.ended.shift();
    this.ended.push(edge);
  }

  private connect(flow: Assembled, downstream: StageSubscriber<unknown>): void {
    const edge = new Edge(downstream, aboutOf(flow)?.name ?? flow.constructor.name, this);
    const remove = this.registry.add(edge);
    if (remove !== undefined) this.removals.set(edge, remove);
    const former = this.below;
    this.below = edge;
    try {
      connectSeparately(flow, edge);
    } finally {
      this.below = former; // also when a source throws, as none should: what is connected later stands elsewhere
    }
  }

  private *endedEdges(): Generator<EdgeCounts> {
    // A ring is read by taking from it: once round leaves it as it was.
    for (let left = this.ended.size; left > 0; left--) {
      const edge = this.ended.shift();
      this.ended.push(edge);
      yield edge.snapshot(); // only now: it may have ended while an item was on its way
    }
  }
}
