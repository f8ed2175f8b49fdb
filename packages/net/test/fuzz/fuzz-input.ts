// One input of the fuzz: everything that a run depends on, so that it can be printed, kept and replayed.

/** What stands on the other side of the session under test. */
export type Target = "client" | "server" | "service";

/** Messages for a session, and the seed of what its own side does between them. */
export interface FuzzInput {
  readonly target: Target;
  /** Which of the settings of probe-session.ts. */
  readonly settings: number;
  /** Seed of the local side. */
  readonly local: number;
  readonly messages: readonly Uint8Array[];
}

/** An input as a file of the corpus: `found` says what it is kept for. */
export interface CorpusEntry {
  readonly found: string;
  readonly target: Target;
  readonly settings: number;
  readonly local: number;
  readonly messages: readonly string[];
}

export function entryOf(input: FuzzInput, found: string): CorpusEntry {
  const { target, settings, local, messages } = input;
  return { found, target, settings, local, messages: messages.map(hexOf) };
}

export function inputOf(entry: CorpusEntry): FuzzInput {
  const { target, settings, local, messages } = entry;
  return { target, settings, local, messages: messages.map(bytesOf) };
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
