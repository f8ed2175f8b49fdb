// Where a client connects to: one address, one of several, or whatever a function says each time.
//
// Of several, those that failed lately come last, the one that failed longest ago first among them: so every one is
// tried before one is tried again, and one that is up again is found again.

/** One address, several, or a function that is asked for each attempt. */
export type Address = string | readonly string[] | (() => string | PromiseLike<string>);

/**
 * Which of several addresses is tried first: the first in the list, any, or the one behind the last that was used. For
 * many clients of equal servers, `"random"`.
 */
export type AddressPick = "first" | "random" | "roundRobin";

/** What a client with several addresses can be told. */
export interface AddressOptions {
  /** Default `"first"`. Those that failed in the last 30 seconds come after the others, whatever is chosen. */
  readonly pick?: AddressPick;
}

/** Goes from address to address. *Buffers:* one time for each. */
export class Addresses {
  private readonly given: string | readonly string[] | (() => string | PromiseLike<string>);
  private readonly pick: AddressPick;
  /** Place of the one that is used. */
  private at: number | undefined = undefined;
  /** Place behind the last one used. */
  private next = 0;
  /** When each one failed last, in ms. */
  private readonly failedAt: number[];

  /** Throws a `TypeError` for a list without an address, and for a choice that is none. */
  constructor(address: Address, pick: AddressPick = "first") {
    if (Array.isArray(address) && address.length === 0) {
      throw new TypeError("Cannot connect to one of no addresses: give at least one");
    }
    if (!PICKS.has(pick)) {
      throw new TypeError(
        `Cannot pick an address by ${JSON.stringify(pick)}: choose "first", "random" or "roundRobin"`,
      );
    }
    this.given = Array.isArray(address) ? [...address] : address;
    this.pick = pick;
    this.failedAt = Array.from({ length: this.count }, () => Number.NEGATIVE_INFINITY);
  }

  /** How many there are to try before one comes again. */
  get count(): number {
    return Array.isArray(this.given) ? this.given.length : 1;
  }

  /** The address to try, the same until `leave`; `random` gives numbers from 0 to 1. */
  current(now: number, random: () => number): string | PromiseLike<string> {
    const { given } = this;
    if (typeof given === "function") return given();
    if (typeof given === "string") return given;
    this.at ??= this.choose(now, random);
    return given[this.at] as string;
  }

  /** Another one is tried from here on: this one failed, or its server goes away. */
  leave(now: number): void {
    if (this.at !== undefined) this.failedAt[this.at] = now;
    this.at = undefined;
  }

  /** It works: what it did before is forgotten, and the choice is open again once it is lost. */
  worked(): void {
    if (this.at !== undefined) this.failedAt[this.at] = Number.NEGATIVE_INFINITY;
  }

  /** Chooses anew with the next attempt, though nothing failed. */
  release(): void {
    this.at = undefined;
  }

  private choose(now: number, random: () => number): number {
    const { failedAt, pick } = this;
    const count = failedAt.length;
    const first = pick === "roundRobin" ? this.next : 0;
    const places = failedAt.map((_, i) => (first + i) % count);
    const fresh = places.filter((place) => now - (failedAt[place] as number) >= FAILED_LATELY_MS);
    const chosen =
      fresh.length === 0
        ? places.reduce((a, b) => ((failedAt[b] as number) < (failedAt[a] as number) ? b : a))
        : (fresh[
            pick === "random" ? Math.min(fresh.length - 1, Math.floor(random() * fresh.length)) : 0
          ] as number);
    this.next = (chosen + 1) % count;
    return chosen;
  }
}

const PICKS: ReadonlySet<unknown> = new Set<AddressPick>(["first", "random", "roundRobin"]);

/** As long as the longest wait between attempts by default, three times: a server that restarts takes that. Judgement. */
const FAILED_LATELY_MS = 30_000;
