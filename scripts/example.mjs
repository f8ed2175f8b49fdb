// `npm run example -- NAME`: builds the packages, then compiles and runs examples/NAME.ts as a user's program would be.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { build, fail, install, root, show } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { SOURCES } from "./packages.mjs";

const names = filesBelow(root, ["examples"], [".ts"]).map((file) =>
  file.slice("examples/".length, -".ts".length),
);
const name = process.argv[2];
if (!names.includes(name)) fail(`Cannot run the example "${name ?? ""}": there are ${names.join(", ")}`);

await install();
await build(...SOURCES);
const outfile = join(root, "examples", ".generated", `${name}.js`);
// Only the types are taken out; the packages are resolved by Node, as for a user.
buildSync({ entryPoints: [join(root, "examples", `${name}.ts`)], format: "esm", target: "node20", outfile });
process.exitCode = await show(process.execPath, [outfile]);
