// The packages as a user gets them: packed, looked through by publint, unpacked into a folder of their own, and
// every door imported there by plain Node, which must then end by itself.
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build, capture, fail, pnpm, root } from "./bootstrap.mjs";
import { conclude } from "./findings.mjs";
import { PUBLISHED, SOURCES } from "./packages.mjs";

const IMPORT_LIMIT_MS = 10_000;

await build(...SOURCES);
const folder = join(root, ".cache", "packed");
const names = PUBLISHED;
await packAll();

const findings = [];
let doors = 0;
for (const name of names) {
  const home = join(folder, "node_modules", "@sluice", name);
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  linkDependencies(manifest, name);
  findings.push(...(await lint(name, manifest)), ...missingTargets(home, manifest));
}
for (const name of names) {
  const manifest = JSON.parse(
    readFileSync(join(folder, "node_modules", "@sluice", name, "package.json"), "utf8"),
  );
  for (const door of Object.keys(manifest.exports ?? {})) {
    doors += 1;
    findings.push(...(await importDoor(manifest.name + door.slice(1))));
  }
}
conclude("exports", findings, `${names.length} packages pass publint, ${doors} doors open in plain Node`);

async function packAll() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = await pnpm([
    "--recursive",
    "--filter",
    "./packages/*",
    "pack",
    "--pack-destination",
    folder,
  ]);
  if (packed.code !== 0) fail(`Cannot pack the packages: ${packed.output.trim()}`);
  for (const name of names) {
    const home = join(folder, "node_modules", "@sluice", name);
    mkdirSync(home, { recursive: true });
    const args = ["-xzf", tarball(name), "-C", home, "--strip-components=1"];
    const unpacked = await capture("tar", args);
    if (unpacked.code !== 0) fail(`Cannot unpack ${tarball(name)}: ${unpacked.output.trim()}`);
  }
}

function tarball(name) {
  const { version } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  return join(folder, `sluice-${name}-${version}.tgz`);
}

// What a package depends on, or wants its user to bring, is taken from the workspace; its own siblings are the packed ones.
function linkDependencies(manifest, name) {
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const link = join(folder, "node_modules", dependency);
    if (dependency.startsWith("@sluice/") || existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(root, "packages", name, "node_modules", dependency)), link, "junction");
  }
}

async function lint(name, manifest) {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball(name));
  const { messages } = await publint({
    pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
  });
  return messages.map(
    (message) => `${manifest.name}: publint: ${formatMessage(message, manifest, { color: false })}`,
  );
}

function missingTargets(home, manifest) {
  const targets = [
    ...Object.values(manifest.exports ?? {}).flatMap(Object.values),
    ...Object.values(manifest.bin ?? {}),
  ];
  return targets
    .filter((target) => !existsSync(join(home, target)))
    .map((target) => `${manifest.name}: ${target} is not in the package: correct "exports" or "files"`);
}

async function importDoor(specifier) {
  const args = ["--input-type=module", "--eval", `await import(${JSON.stringify(specifier)})`];
  const options = { cwd: folder, timeout: IMPORT_LIMIT_MS, killSignal: "SIGKILL" };
  const { code, output, signal } = await capture(process.execPath, args, options);
  if (signal === "SIGKILL")
    return [`${specifier}: keeps Node alive after an import: start nothing at import`];
  if (code !== 0)
    return [
      `${specifier}: does not load: ${
        output
          .trim()
          .split("\n")
          .find((line) => /Error/.test(line)) ?? output.trim()
      }`,
    ];
  if (output !== "") return [`${specifier}: prints when it is imported: ${output.trim()}`];
  return [];
}
