// Programs that a test needs and the package does not bring, such as a browser or a proxy: where they are, or one line
// that says how to get them. In CI a missing one is a failure.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The path of the first of `commands` that is on the PATH, or undefined; the test then skips with what this prints.
 * `SLUICE_<NAME>` names a path of one's own, such as SLUICE_CHROMIUM.
 */
export function component(
  name: string,
  commands: readonly string[],
  debianPackage: string,
): string | undefined {
  const own = process.env[`SLUICE_${name.toUpperCase()}`];
  const found = own ?? commands.map(onPath).find((path) => path !== undefined);
  if (found !== undefined) return found;
  const how = `${name} is not installed: apt-get install ${debianPackage}, or set SLUICE_${name.toUpperCase()} to its path`;
  if (process.env["CI"] !== undefined) throw new Error(`In CI nothing is left out, and ${how}`);
  process.stderr.write(`Skipped, because ${how}\n`);
  return undefined;
}

function onPath(command: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
