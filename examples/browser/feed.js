// The contract, which the page and the server import.
import { call, defineService, stream, unchecked } from "@sluice/net";

export const feed = defineService("feed", {
  /** Readings without an end. */
  readings: stream({ output: unchecked(), restartable: true }),
  /** How many readings were made, for the page that is ahead of the others. */
  made: call({ output: unchecked() }),
});
