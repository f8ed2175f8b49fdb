// Where a client connects to: one address, several in turn, or whatever a function says each time.

/** One address, several of which the first is tried first, or a function that is asked for each attempt. */
export type Address = string | readonly string[] | (() => string | PromiseLike<string>);

/** Goes round the addresses. */
export class Addresses {
  private readonly given: string | readonly string[] | (() => string | PromiseLike<string>);
  private at = 0;

  /** Throws a `TypeError` for a list without an address. */
  constructor(address: Address) {
    if (Array.isArray(address) && address.length === 0) {
      throw new TypeError("Cannot connect to one of no addresses: give at least one");
    }
    this.given = address;
  }

  /** How many there are to try before one comes again. */
  get count(): number {
    return Array.isArray(this.given) ? this.given.length : 1;
  }

  /** The address that is tried now. */
  current(): string | PromiseLike<string> {
    const { given } = this;
    if (typeof given === "function") return given();
    return typeof given === "string" ? given : (given[this.at % given.length] as string);
  }

  /** The one after it is tried from here on. */
  advance(): void {
    this.at += 1;
  }
}
