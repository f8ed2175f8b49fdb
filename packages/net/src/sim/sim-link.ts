// A link joins two nodes: its conditions hold for all connections over it, the old ones and the new.

import { SluiceError } from "@sluice/core";
import type { Transport } from "../transport/transport.js";
import { changedConditions, CONDITIONS, type LinkConditions } from "./link-conditions.js";
import type { LinkDirection } from "./pipe.js";
import type { SimClock } from "./sim-clock.js";
import { type ConnectionPlace, type CutOptions, type FromNode, SimConnection } from "./sim-connection.js";
import type { SimRandom } from "./sim-random.js";
import type { SimTrace } from "./sim-trace.js";
import { Transmitter } from "./transmitter.js";

/** Connections that may exist at once on a link: those that are over do not count. */
const MOST_CONNECTIONS = 10_000;

/** What a link needs of its simulation. */
export interface LinkPlace {
  readonly clock: SimClock;
  readonly random: SimRandom;
  readonly trace: SimTrace | undefined;
}

/**
 * What lies between two nodes; made by `Simulation.link`. Connections come from `pair`, both ends at once, or from
 * `listen` and `connect`, which takes a round trip.
 *
 * *Errors:* a condition that no link can have is a `RangeError`. *Buffers:* see `SimConnection`.
 *
 * @example
 * ```ts
 * import { Simulation } from "@sluice/net/sim";
 * const sim = new Simulation({ seed: 1 });
 * const link = sim.link({ delayMs: 10, bytesPerMs: 100 });
 * const { near, far } = link.pair();
 * far.onMessage((message) => console.log(message.length, "bytes at", sim.now()));
 * near.send(new Uint8Array(500));
 * sim.advance(100); // prints 500 bytes at 15
 * ```
 */
export class SimLink {
  /** Names of the two nodes; `near` of a connection is at the first. */
  readonly nodes: readonly [string, string];
  private readonly place: LinkPlace;
  private readonly directions: readonly [LinkDirection, LinkDirection];
  private readonly transmitters: readonly [Transmitter, Transmitter];
  private readonly live = new Set<SimConnection>();
  private made = 0;
  private accept: ((transport: Transport, connection: SimConnection) => void) | undefined;
  /** `connect` calls that wait for a partition to heal, in order; bounded by the callers. */
  private readonly waiting: (() => void)[] = [];

  constructor(nodes: readonly [string, string], conditions: Partial<LinkConditions>, place: LinkPlace) {
    this.nodes = nodes;
    this.place = place;
    const start = changedConditions(CONDITIONS, conditions);
    const { clock } = place;
    const direction = (): LinkDirection => ({
      clock,
      random: place.random.fork(),
      conditions: start,
      isHeld: false,
    });
    this.directions = [direction(), direction()];
    this.transmitters = [new Transmitter(this.directions[0]), new Transmitter(this.directions[1])];
  }

  /** The connections that are not over, oldest first. */
  get connections(): readonly SimConnection[] {
    return [...this.live];
  }

  /** Changes what the link is like from now on, both ways or what `from` sends. */
  set(change: Partial<LinkConditions>, { from }: FromNode = {}): void {
    for (const index of this.chosen(from)) {
      const direction = this.directions[index] as LinkDirection;
      const conditions = changedConditions(direction.conditions, change);
      this.transmitters[index]?.beforeChange();
      direction.conditions = conditions;
      this.transmitters[index]?.afterChange();
    }
    this.log(`is now ${JSON.stringify(change)} ${from ?? "both ways"}`);
  }

  /** A connection that is there at once. */
  pair(): SimConnection {
    if (this.live.size >= MOST_CONNECTIONS) {
      throw new RangeError(
        `Cannot make connection ${MOST_CONNECTIONS + 1}: close or cut old ones, ${MOST_CONNECTIONS} are allowed`,
      );
    }
    this.made += 1;
    const { clock, trace } = this.place;
    const { nodes, directions, transmitters } = this;
    const place: ConnectionPlace = {
      clock,
      trace,
      nodes,
      directions,
      transmitters,
      over: (connection) => this.live.delete(connection),
    };
    const connection = new SimConnection(this.made, place);
    this.live.add(connection);
    this.log(`has connection #${this.made}`);
    return connection;
  }

  /** Takes the connections to come, at the second node; undefined: it refuses them, as a server that is down. */
  listen(accept: ((transport: Transport, connection: SimConnection) => void) | undefined): void {
    this.accept = accept;
  }

  /**
   * Connects from the first node: resolves after a round trip, rejects with a `SluiceError` `CONNECT_FAILED` when
   * nobody listens; while the nodes are parted it waits.
   */
  connect(): Promise<Transport> {
    const { clock } = this.place;
    const there = (): number => this.directions[0].conditions.delayMs;
    const back = (): number => this.directions[1].conditions.delayMs;
    return new Promise((resolve, reject) => {
      const knock = (): void => {
        if (this.directions[0].isHeld || this.directions[1].isHeld) {
          this.waiting.push(knock);
          return;
        }
        clock.schedule(there(), () => {
          if (this.accept === undefined) {
            this.log("refuses a connection");
            clock.schedule(back(), () => reject(refused(this.nodes)));
            return;
          }
          const connection = this.pair();
          this.accept(connection.far, connection);
          clock.schedule(back(), () => resolve(connection.near));
        });
      };
      knock();
    });
  }

  /** Cuts all connections. */
  cut(options?: CutOptions): void {
    for (const connection of this.connections) connection.cut(options);
  }

  /** Parts the nodes, both ways or what `from` sends: nothing is lost, nothing goes on, nobody is told. */
  part({ from }: FromNode = {}): void {
    for (const index of this.chosen(from)) (this.directions[index] as LinkDirection).isHeld = true;
    this.log(`is parted ${from ?? "both ways"}`);
  }

  /** Joins the nodes again: what waited goes on. */
  heal(): void {
    for (const direction of this.directions) direction.isHeld = false;
    this.log("is healed");
    for (const connection of this.live) connection.retry();
    for (const knock of this.waiting.splice(0)) knock();
  }

  private chosen(from: string | undefined): readonly (0 | 1)[] {
    if (from === undefined) return [0, 1];
    const index = this.nodes.indexOf(from);
    if (index === 0 || index === 1) return [index];
    throw new RangeError(`Cannot find ${from} on this link: it joins ${this.nodes.join(" and ")}`);
  }

  private log(text: string): void {
    const { trace, clock } = this.place;
    trace?.add(`${clock.now().toFixed(3).padStart(12)} ${this.nodes[0]}-${this.nodes[1]} ${text}`);
  }
}

function refused(nodes: readonly [string, string]): SluiceError {
  return new SluiceError(
    "CONNECT_FAILED",
    `Cannot connect ${nodes[0]} to ${nodes[1]}: nobody listens there; call listen() of the link first`,
  );
}
