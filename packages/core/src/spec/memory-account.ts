// Memory as credit: whoever holds bytes that others sent charges them to an account first, and gives them back
// when they are gone. One account may stand behind many buffers and connections, so that a process has one bound.

/**
 * A budget of bytes that several places share. It is asked for what is held because of others: the weight of items
 * that wait in a weighed buffer, what a connection has granted its peer to send. Never asked for each item of a
 * stream that merely passes through.
 *
 * Who charges gives back exactly what it was granted, once. An account answers at once and calls nobody back; what it
 * throws ends the stream that asked.
 */
export interface MemoryAccount {
  /** Takes `bytes`, a finite number >= 0, of the budget: all (`true`) or nothing (`false`: there is no room). */
  tryCharge(bytes: number): boolean;
  /** Gives back `bytes` that were charged. */
  release(bytes: number): void;
}
