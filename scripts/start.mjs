// `npm start`: from a fresh clone to the running demo, with Node and npm only. Arguments behind `--` go to the
// demo: `npm start -- --fast`.
import { build, install, show } from "./bootstrap.mjs";

await install();
await build("packages/cli/src");
process.exitCode = await show(process.execPath, [
  "packages/cli/dist/main.js",
  "demo",
  ...process.argv.slice(2),
]);
