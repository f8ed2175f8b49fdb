// `npm run example -- NAME`: builds the packages, then compiles and runs examples/NAME.ts, or examples/NAME/main.ts with
// the files beside it, as a user's program would be. What follows the name is passed on.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { build, fail, install, root, show } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { SOURCES } from "./packages.mjs";

const files = filesBelow(root, ["examples"], [".ts"]);
const names = files.flatMap((file) => /^examples\/([\w-]+)(?:\/main)?\.ts$/.exec(file)?.[1] ?? []);
const [, , name, ...args] = process.argv;
if (!names.includes(name)) fail(`Cannot run the example "${name ?? ""}": there are ${names.join(", ")}`);

await install();
await build(...SOURCES);
const isFolder = existsSync(join(root, "examples", name));
const entryPoints = files.filter((file) => file.startsWith(`examples/${name}${isFolder ? "/" : ".ts"}`));
const outdir = join(root, "examples", ".generated", isFolder ? name : "");
// Only the types are taken out; the packages are resolved by Node, as for a user.
buildSync({
  entryPoints: entryPoints.map((file) => join(root, file)),
  format: "esm",
  target: "node20",
  outdir,
});
process.exitCode = await show(process.execPath, [join(outdir, `${isFolder ? "main" : name}.js`), ...args]);
