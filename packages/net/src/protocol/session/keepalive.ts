// Is the peer alive, and how far away is it. Pure: takes the time, answers what to do.
//
// Every heartbeat a PING goes out, unless one is unanswered. Any frame counts as life. The peer is dead when
// nothing came for `missed` heartbeats after a PING: counted from the PING and not from the last frame alone,
// so that a process that was suspended asks once more before it gives up.

/** Heartbeat of one side. */
export class Keepalive {
  /** Last measured round trip in milliseconds. */
  roundTripMs: number | undefined = undefined;
  /** Least measured on this transport: what is above it was time in a line. */
  leastMs: number | undefined = undefined;
  /** The answer to the peer's own PING is not in a message handed out. */
  pongWaits = false;
  private readonly heartbeatMs: number;
  private readonly missed: number;
  private heardAt: number;
  private nextPingAt: number;
  /** Before that a round trip is not measured again. */
  private measureAt = Number.NEGATIVE_INFINITY;
  private pingSentAt: number | undefined = undefined;
  private pings = 0;

  constructor(heartbeatMs: number, missed: number, now: number) {
    this.heartbeatMs = heartbeatMs;
    this.missed = missed;
    this.heardAt = now;
    this.nextPingAt = now + heartbeatMs;
  }

  /** On another transport: nothing is unanswered there. */
  restart(now: number): void {
    this.heardAt = now;
    this.pingSentAt = undefined;
    this.leastMs = undefined;
    this.nextPingAt = now + this.heartbeatMs;
  }

  /** A message came. */
  heard(now: number): void {
    this.heardAt = now;
  }

  /** What is due: a PING with the number of `pingNumber`, the end, or nothing. */
  tick(now: number): "ping" | "dead" | "wait" {
    if (this.pingSentAt !== undefined) return now >= this.deadAt(this.pingSentAt) ? "dead" : "wait";
    return now < this.nextPingAt ? "wait" : this.ping(now);
  }

  /** Somebody wants the round trip: as `tick`, but before a heartbeat is over. It puts off the next heartbeat. */
  measure(now: number): "ping" | "wait" {
    if (this.pingSentAt !== undefined || now < this.measureAt) return "wait";
    return this.ping(now);
  }

  /** When `tick` wants to be called. */
  nextTick(): number {
    return this.pingSentAt === undefined ? this.nextPingAt : this.deadAt(this.pingSentAt);
  }

  /** Which PING was sent last, from 1: its opaque bytes. */
  get pingNumber(): number {
    return this.pings;
  }

  /** A PONG with this number came. One that answers nothing is refused. */
  pong(number: number, now: number): "answered" | "unasked" {
    if (this.pingSentAt === undefined || number !== this.pings) return "unasked";
    this.roundTripMs = now - this.pingSentAt;
    this.leastMs = Math.min(this.roundTripMs, this.leastMs ?? this.roundTripMs);
    this.pingSentAt = undefined;
    return "answered";
  }

  private ping(now: number): "ping" {
    this.pingSentAt = now;
    this.nextPingAt = now + this.heartbeatMs;
    this.measureAt = now + BETWEEN_MEASUREMENTS_MS;
    this.pings++;
    return "ping";
  }

  private deadAt(pingSentAt: number): number {
    return Math.max(pingSentAt, this.heardAt) + this.missed * this.heartbeatMs;
  }
}

/** At most 20 measurements a second, a tenth of what a peer takes as a flood (`controlPerSecond`, docs/protocol.md §9). */
const BETWEEN_MEASUREMENTS_MS = 50;
