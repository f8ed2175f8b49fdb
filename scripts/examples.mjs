// The examples of documents and docstrings: how they are found, and what counts as "printed what it says".

/** A block of code in a document. `line` is the line of its first row, counted from 1. */
/** @typedef {{ file: string, line: number, text: string }} Example */

/** Every ```ts block of a Markdown text. */
export function blocksOfMarkdown(file, text) {
  return blocks(file, text.split("\n"));
}

/** Every ```ts block in a doc comment of a TypeScript text. */
export function blocksOfSource(file, text) {
  // Lines outside of doc comments are emptied rather than removed, so that line numbers stay true.
  let inside = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true;
    const inner = inside ? line.replace(/^\s*(?:\/\*\*|\*(?!\/)) ?/, "").replace(/\s*\*\/\s*$/, "") : "";
    if (line.includes("*/")) inside = false;
    return inner;
  });
  return blocks(file, lines);
}

/** Fences that look like runnable code but would be passed over: one line for each. */
export function misnamedFences(file, text) {
  return text.split("\n").flatMap((line, index) => {
    const name = /^[\s*]*```(typescript|tsx|js|javascript|mjs)\b/.exec(line)?.[1];
    if (name === undefined) return [];
    return [`${file}:${index + 1}: block is marked ${name}: write ts, which is compiled and run, or text`];
  });
}

/** What the example says it prints, one entry for each line. */
export function promisedLines(text) {
  return text.split("\n").flatMap((line) => {
    const promise = /\/\/ prints (.*)$/.exec(line);
    return promise === null ? [] : [promise[1].trimEnd()];
  });
}

/** Why the output is not what the example says; undefined when it is. An example may promise nothing. */
export function brokenPromise(example, stdout) {
  const promised = promisedLines(example.text);
  if (promised.length === 0) return undefined;
  const printed = stdout
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.trimEnd());
  const index = Math.max(promised.length, printed.length);
  for (let i = 0; i < index; i++) {
    if (promised[i] === printed[i]) continue;
    if (promised[i] === undefined)
      return `prints "${printed[i]}" as line ${i + 1}, which no "// prints" says`;
    if (printed[i] === undefined) return `ends without printing "${promised[i]}" as line ${i + 1}`;
    return `prints "${printed[i]}" as line ${i + 1} where it says "${promised[i]}"`;
  }
  return undefined;
}

function blocks(file, lines) {
  const found = [];
  let open;
  lines.forEach((line, index) => {
    if (open === undefined) {
      const fence = /^(\s*)```ts\s*$/.exec(line);
      if (fence !== null) open = { indent: fence[1].length, line: index + 2, rows: [] };
      return;
    }
    if (/^\s*```\s*$/.test(line)) {
      found.push({ file, line: open.line, text: `${open.rows.join("\n")}\n` });
      open = undefined;
      return;
    }
    open.rows.push(line.slice(open.indent));
  });
  if (open !== undefined)
    throw new Error(`${file}:${open.line - 1}: block is never closed: add a line with \`\`\``);
  return found;
}
