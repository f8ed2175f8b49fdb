// `sluice tck`: checks another implementation of the protocol from outside.

import { Command, InvalidArgumentError } from "commander";
import { CliError } from "../error-line.js";
import { runWire } from "../wire/run-wire.js";
import type { WireResult } from "../wire/wire-case.js";
import { WirePeer } from "../wire/wire-peer.js";

/** The command, ready to be added to the program. */
export function tckCommand(signal: AbortSignal): Command {
  return new Command("tck")
    .description("Play broken frames and a hostile client against any server that speaks sluice.v1")
    .requiredOption("--wire <url>", "WebSocket URL of the server, such as ws://127.0.0.1:8080", webSocketUrl)
    .option("--timeout <ms>", "how long each answer may take", milliseconds, 2_000)
    .option("--only <text>", "the cases only whose name has this text", "")
    .option("--debug", "show stacks")
    .addHelpText("after", HELP)
    .allowExcessArguments(false)
    .action(async ({ wire: url, timeout: timeoutMs, only }: Given) => {
      await lookAt(url, timeoutMs);
      const results = await runWire({ url, timeoutMs, only }, (result) => line(lineOf(result)), signal);
      if (results.length === 0) {
        throw new CliError(`Cannot find a case with ${JSON.stringify(only)} in its name; leave --only away`);
      }
      const failed = results.filter(({ passed }) => !passed).length;
      line(`${results.length} cases: ${results.length - failed} passed, ${failed} failed`);
      // The server must still be there for others.
      await lookAt(url, timeoutMs);
      if (failed > 0) {
        throw new CliError(
          `${failed} of ${results.length} cases failed; docs/protocol.md has the rules by section, --only plays one again`,
        );
      }
    });
}

interface Given {
  readonly wire: string;
  readonly timeout: number;
  readonly only: string;
}

// A server that is not there, or speaks something else, is told once and not for each case.
async function lookAt(url: string, timeoutMs: number): Promise<void> {
  let peer: WirePeer;
  try {
    peer = await WirePeer.connect(url, timeoutMs);
  } catch (error) {
    throw new CliError(
      `Cannot connect to ${url} with the subprotocol sluice.v1: ${(error as Error).message}; start the server, or correct the URL`,
      { cause: error },
    );
  }
  try {
    await peer.hello();
  } catch (error) {
    throw new CliError(
      `Cannot check ${url}: it says no HELLO (${(error as Error).message}); a server says it as soon as it is connected`,
      { cause: error },
    );
  } finally {
    peer.close();
  }
}

function lineOf({ wireCase: { group, name, wanted }, came, passed }: WireResult): string {
  const verdict = passed ? "ok  " : "FAIL";
  const outcome = passed ? came : `wanted ${wanted.join(" or ")}, came ${came}`;
  return `${verdict} ${group}: ${name} - ${outcome}`;
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

function webSocketUrl(text: string): string {
  if (/^wss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("A WebSocket URL begins with ws:// or wss://");
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 600_000) return value;
  throw new InvalidArgumentError("A time is an integer from 1 to 600000 milliseconds");
}

const HELP = `
Each case is a connection of its own. It must end with the error code that docs/protocol.md names for it, or live
where nothing is wrong. The exit code is 0 if all cases pass. The server needs no methods, and must allow a
connection for each of a few cases at a time, without authentication.`;
