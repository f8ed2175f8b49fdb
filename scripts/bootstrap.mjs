// What `npm start`, `npm test` and the checks share: the floor for Node, pnpm without installing it, an
// install that is skipped when nothing changed, and phases that each print one line with their duration.
// Plain Node and npm only: this runs before any dependency is there.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

refuseOldNode();

/** Runs one phase: its name at once, its duration when it ends; what it printed only when it fails. */
export async function phase(name, nextStep, run) {
  process.stdout.write(`${name} ... `);
  const start = performance.now();
  const { code, output } = await run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code === 0) {
    process.stdout.write(`${seconds} s\n`);
    return;
  }
  process.stdout.write(`failed after ${seconds} s\n${output.trimEnd()}\n`);
  fail(`${name} failed (exit code ${code}): ${nextStep}`, code);
}

/** Installs the dependencies that pnpm-lock.yaml names, or does nothing when they are already there. */
export async function install() {
  const stamp = join(root, "node_modules", ".sluice-installed");
  const wanted = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await phase(
    "Install dependencies (downloads what is missing)",
    "check the network, delete node_modules and run the same command again",
    () => pnpm(["install", "--frozen-lockfile", "--config.confirm-modules-purge=false"]),
  );
  writeFileSync(stamp, wanted);
}

/** Compiles the given projects and what they refer to; tsc skips what is up to date. */
export async function build(...projects) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await phase("Build", "correct the lines named above and run the same command again", () =>
    capture(process.execPath, [tsc, "-b", ...projects]),
  );
}

/** pnpm in the version that package.json names, brought by npx: nothing has to be installed beforehand. */
export function pnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return capture("npx", ["--yes", packageManager, ...args]);
}

/** Runs a command whose output is shown as it comes; answers its exit code. */
export function show(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    // Ctrl-C reaches the child too, being of the same group: it ends first and decides the exit code.
    const wait = () => {};
    const stop = () => child.kill("SIGTERM");
    process.on("SIGINT", wait).on("SIGTERM", stop);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait).off("SIGTERM", stop);
      resolve(signal === null ? code : 1);
    });
  });
}

/** Runs a command and keeps what it prints. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    // npm and npx are .cmd files on Windows, and those start only through a shell.
    const shell = (command === "npx" || command === "npm") && process.platform === "win32";
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell, ...options });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => resolve({ code: 1, output: error.message, stdout: "", signal: null }));
    child.on("close", (code, signal) => resolve({ code: code ?? 1, output, stdout, signal }));
  });
}

/** Ends the process with one line that says what went wrong and what to do. */
export function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function refuseOldNode() {
  const floor = [20, 19];
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > floor[0] || (major === floor[0] && minor >= floor[1])) return;
  fail(
    `Cannot run on Node ${process.versions.node}: Sluice needs Node ${floor.join(".")} or newer; ` +
      "install one from https://nodejs.org and run the same command again",
  );
}

// The lockfile alone does not notice a package that was added to the workspace, so the manifests count too.
function lockHash() {
  const hash = createHash("sha256").update(process.versions.modules);
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name, "package.json"));
  for (const file of [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    "examples/package.json",
    ...packages,
  ]) {
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}
