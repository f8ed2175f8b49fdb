// Every ```ts block of the documents and docstrings, and every file in examples/: compiled under the strict
// settings of the workspace against the built packages, run in a Node process of its own, and its output
// compared with its `// prints` comments. `node scripts/check-examples.mjs PART` takes only files with PART in
// their path. An example that is a folder takes longer than a check may, and has processes of its own: it is compiled, and
// run by `npm run example`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { build, capture, root } from "./bootstrap.mjs";
import { blocksOfMarkdown, blocksOfSource, brokenPromise, misnamedFences } from "./examples.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";
import { SOURCES } from "./packages.mjs";

// Two cores are what CI has, and an example that takes longer than this hangs.
const AT_ONCE = 2;
const TIME_LIMIT_MS = 20_000;

await build(...SOURCES);
const { examples, findings } = collect(process.argv[2] ?? "");
const compiled = compile(examples);
findings.push(...compiled.findings);
findings.push(...(await runAll(compiled.sound)));
const folders = examples.filter(({ isPart }) => isPart).length;
conclude(
  "examples",
  findings,
  `${examples.length - folders} compiled, run, and print what they say; ${folders} files of folders compiled`,
);

function collect(part) {
  const read = (file) => readFileSync(join(root, file), "utf8");
  const documents = filesBelow(root, ["README.md", "CONTRIBUTING.md", "docs", "packages"], [".md"]);
  const sources = filesBelow(root, ["packages"], [".ts"]).filter(
    (file) => /\/src\//.test(file) && !/\.test\.ts$/.test(file),
  );
  const files = filesBelow(root, ["examples"], [".ts"]);
  const wanted = (file) => file.includes(part);
  return {
    examples: [
      ...documents.filter(wanted).flatMap((file) => blocksOfMarkdown(file, read(file))),
      ...sources.filter(wanted).flatMap((file) => blocksOfSource(file, read(file))),
      ...files.filter(wanted).map((file) => {
        const isPart = file.split("/").length > 2;
        return { file, line: 1, text: read(file), isPart };
      }),
    ],
    findings: [...documents, ...sources].filter(wanted).flatMap((file) => misnamedFences(file, read(file))),
  };
}

// The files stand below examples/, so that the names of packages resolve as they do for a user.
function compile(examples) {
  const folder = join(root, "examples", ".generated");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "src"), { recursive: true });
  const byPath = new Map(
    examples.map((example) => {
      const flat = `${example.file.replaceAll("/", "-").replace(/\.(ts|md)$/, "")}-${example.line}`;
      // The files of a folder import each other.
      const name = example.isPart ? example.file.slice("examples/".length, -".ts".length) : flat;
      const path = join(folder, "src", `${name}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, example.text);
      return [path, { ...example, script: join(folder, "out", `${name}.js`) }];
    }),
  );

  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([...byPath.keys()], {
    ...options,
    types: ["node"],
    moduleDetection: ts.ModuleDetectionKind.Force,
    rootDir: join(folder, "src"),
    outDir: join(folder, "out"),
    sourceMap: false,
  });
  program.emit();

  const unsound = new Set();
  const findings = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
    const example = byPath.get(diagnostic.file?.fileName ?? "");
    if (example === undefined) return `${diagnostic.file?.fileName ?? "examples"}: ${message}`;
    unsound.add(example);
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    return `${example.file}:${example.line + line}: does not compile: ${message}`;
  });
  return { sound: [...byPath.values()].filter((example) => !unsound.has(example)), findings };
}

async function runAll(examples) {
  const findings = [];
  const waiting = examples.filter(({ isPart }) => !isPart);
  const worker = async () => {
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
      const finding = await run(example);
      if (finding !== undefined) findings.push(`${example.file}:${example.line}: ${finding}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return findings.sort();
}

async function run(example) {
  const options = { timeout: TIME_LIMIT_MS, killSignal: "SIGKILL" };
  const { code, output, stdout, signal } = await capture(process.execPath, [example.script], options);
  if (signal === "SIGKILL") return `still runs after ${TIME_LIMIT_MS / 1000} s: let it end by itself`;
  if (code === 13) return "waits for something that never comes: let its last await end";
  if (code !== 0) return `ends with exit code ${code}: ${output.trim().split("\n").slice(0, 6).join(" | ")}`;
  return brokenPromise(example, stdout);
}
