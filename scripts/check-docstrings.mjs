// Every name that a door of a package exports has a docstring, and every value (function, class, constant) an
// example in it, which check-examples compiles and runs. Types need no example: they show in those of values.
// The functions that make or change a stream also say what they do with demand, buffers, errors and cancel.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { root } from "./bootstrap.mjs";
import { conclude } from "./findings.mjs";
import { LIBRARIES } from "./packages.mjs";

const STREAM_FILES = /\/(?:core\/src\/(?:source|operator|overflow|hub)|(?:rxjs|web|websocket|node)\/src)\//;
const STREAM_SECTIONS = ["*Demand:*", "*Buffers:*", "*Errors:*", "*Cancel:*"];

/** One line for each undocumented or unexampled name; `doors` are paths of source files. */
export function findUndocumented(doors, folder) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(doors, { ...options, customConditions: ["@sluice/source"], noEmit: true });
  const checker = program.getTypeChecker();
  const seen = new Set();
  const findings = [];
  for (const door of doors) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(door));
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = original(checker, exported);
      if (seen.has(symbol)) continue;
      seen.add(symbol);
      const place = `${position(symbol, folder)}: ${exported.name}`;
      const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
      if (text === "") findings.push(`${place} has no docstring: say in one sentence what it does`);
      const silent = makesStream(symbol) ? STREAM_SECTIONS.filter((section) => !text.includes(section)) : [];
      if (silent.length > 0) findings.push(`${place} does not say ${silent.join(" ")}: add these sections`);
      if (isValue(exported, symbol) && !hasExample(symbol, checker)) {
        findings.push(`${place} has no example: add @example with a \`\`\`ts block that runs by itself`);
      }
    }
  }
  return { findings: findings.sort(), names: seen.size };
}

function original(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isValue(exported, symbol) {
  const typeOnly = exported.declarations?.some((declaration) =>
    ts.isTypeOnlyImportOrExportDeclaration(declaration),
  );
  return !typeOnly && (symbol.flags & ts.SymbolFlags.Value) !== 0;
}

function hasExample(symbol, checker) {
  return symbol
    .getJsDocTags(checker)
    .some((tag) => tag.name === "example" && ts.displayPartsToString(tag.text).includes("```ts"));
}

function makesStream(symbol) {
  if ((symbol.flags & ts.SymbolFlags.Function) === 0) return false;
  return STREAM_FILES.test(symbol.declarations?.[0]?.getSourceFile().fileName ?? "");
}

function position(symbol, folder) {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined) return "unknown";
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
  return `${relative(folder, file.fileName)}:${line + 1}`;
}

if (import.meta.filename === process.argv[1]) {
  const doors = [];
  const findings = [];
  for (const name of LIBRARIES) {
    const { exports: exported } = JSON.parse(
      readFileSync(join(root, "packages", name, "package.json"), "utf8"),
    );
    for (const [door, { "@sluice/source": source }] of Object.entries(exported)) {
      const file = source === undefined ? undefined : join(root, "packages", name, source);
      if (file !== undefined && existsSync(file)) doors.push(file);
      else
        findings.push(
          `packages/${name}/package.json: "${door}" has no source: name it under "@sluice/source"`,
        );
    }
  }
  const undocumented = findUndocumented(doors, root);
  findings.push(...undocumented.findings);
  conclude(
    "docstrings",
    findings,
    `${undocumented.names} public names have a docstring, every value an example`,
  );
}
