// Which globals of a runtime core, the protocol and what runs in browsers may use: a list of the allowed ones, so that a new global is a
// decision. The language itself (Math, Map, Promise) is free, except for the clock inside it, Date.
import { basename, join } from "node:path";
import ts from "typescript";
import { root } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";

// Present in every runtime that Sluice names: Node, browsers, workers, Deno, Bun, workerd.
const EVERYWHERE = ["AbortController", "AbortSignal", "ReadableStream", "queueMicrotask", "reportError"];

// In all of them too, and of no use to core.
const OF_THE_WEB = ["TextDecoder", "TextEncoder", "URL", "crypto", "globalThis"];

// The first row whose folder or file matches decides.
const ALLOWED = [
  {
    path: "packages/core/src/clock/system-clock.ts",
    // setImmediate and MessageChannel only where the runtime has them.
    globals: [
      ...EVERYWHERE,
      "setTimeout",
      "clearTimeout",
      "performance",
      "setImmediate",
      "clearImmediate",
      "MessageChannel",
    ],
    next: "",
  },
  {
    path: "packages/core/src/",
    globals: EVERYWHERE,
    next: "take a Clock for time, or move the file to the package of its runtime",
  },
  {
    path: "packages/net/src/protocol/",
    globals: [],
    next: "the protocol takes bytes and time as arguments (protocol.md, sans-IO)",
  },
  {
    path: "packages/net/src/transport/browser-",
    globals: [...EVERYWHERE, ...OF_THE_WEB, "WebSocket"],
    next: "a page has no more than this: put what needs Node beside ws-transport.ts",
  },
  {
    // For the yields of a simulation, which is for tests.
    path: "packages/net/src/sim/",
    globals: [...EVERYWHERE, ...OF_THE_WEB, "MessageChannel"],
    next: "a simulation has its own time",
  },
  {
    path: "packages/gates/src/http/retry-after.ts",
    // A date of the calendar, which no Clock knows.
    globals: [...EVERYWHERE, "Headers", "Date"],
    next: "take a Clock for time; this runs in every runtime that has fetch",
  },
  {
    path: "packages/gates/src/http/",
    globals: [...EVERYWHERE, ...OF_THE_WEB, "Headers", "Request", "Response", "fetch"],
    next: "take a Clock for time; this runs in every runtime that has fetch",
  },
  {
    path: "packages/gates/src/",
    globals: [...EVERYWHERE, ...OF_THE_WEB],
    exceptOnNode: true,
    next: "take a Clock for time, or a signal of load as an argument",
  },
  {
    path: "packages/rxjs/src/",
    globals: EVERYWHERE,
    next: "time comes from a scheduler of RxJS or from a Clock",
  },
  {
    path: "packages/web/src/",
    globals: [...EVERYWHERE, ...OF_THE_WEB, "WritableStream", "TransformStream"],
    next: "take a Clock for time; this runs in every runtime that has Web streams",
  },
  {
    path: "packages/websocket/src/",
    globals: [...EVERYWHERE, ...OF_THE_WEB],
    next: "take a Clock for time, and the socket as an argument; this runs in pages and in Node",
  },
  {
    path: "packages/net/src/",
    globals: [...EVERYWHERE, ...OF_THE_WEB],
    // What imports a module of Node runs nowhere else, and check:size finds it when a door of browsers leads there.
    exceptOnNode: true,
    next: "this runs in browsers too: look for it on globalThis, and do without",
  },
];

/** One line for each use of a global that is not allowed where it stands; `folder` is the root of the tree. */
export function findForbiddenGlobals(files, folder) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    files.map((file) => join(folder, file)),
    // Node's own globals are looked at too, or a file could use Buffer unseen where its types are missing.
    {
      ...options,
      customConditions: ["@sluice/source"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
    },
  );
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const row = ALLOWED.find(({ path }) => file.startsWith(path));
    const source = program.getSourceFile(join(folder, file));
    if (row === undefined || source === undefined) return [];
    if (row.exceptOnNode && importsNode(source)) return [];
    const findings = [];
    const visit = (node) => {
      if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
      if (ts.isIdentifier(node) && !row.globals.includes(node.text) && isGlobal(checker, node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        findings.push(`${file}:${line + 1}: uses the global ${node.text}: ${row.next}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return findings;
  });
}

function importsNode(source) {
  return source.statements.some(
    (statement) => ts.isImportDeclaration(statement) && /^(?:node:|ws$)/.test(statement.moduleSpecifier.text),
  );
}

// Declared outside of our files as a variable, function or namespace: by the types of the DOM or of Node.
function isGlobal(checker, node) {
  if (node.text === "globalThis" || node.text === "Date")
    return !ts.isPropertyAccessExpression(node.parent) || node.parent.expression === node;
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.some((declaration) => {
    const file = declaration.getSourceFile().fileName;
    if (!isTopLevel(declaration)) return false;
    return /^lib\.dom/.test(basename(file)) || file.includes("node_modules/@types/node");
  });
}

function isTopLevel(declaration) {
  if (!ts.isVariableDeclaration(declaration) && !ts.isFunctionDeclaration(declaration)) return false;
  const holder = ts.isVariableDeclaration(declaration)
    ? declaration.parent.parent.parent
    : declaration.parent;
  return ts.isSourceFile(holder) || ts.isModuleBlock(holder);
}

if (import.meta.filename === process.argv[1]) {
  const files = filesBelow(
    root,
    ["core", "gates", "net", "rxjs", "web", "websocket"].map((name) => `packages/${name}/src`),
    [".ts"],
  ).filter((file) => !file.endsWith(".test.ts"));
  conclude(
    "globals",
    findForbiddenGlobals(files, root),
    `${files.length} files use only globals that every runtime has`,
  );
}
