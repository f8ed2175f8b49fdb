// The house as docs/architecture.md draws it is the house as it stands: each drawing names every source file of
// its package, and no other.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";
import { PACKAGES } from "./packages.mjs";

const DOCUMENT = "docs/architecture.md";

/** The drawings: blocks of text whose first line is the folder they draw. */
export function drawings(markdown) {
  return [...markdown.matchAll(/^```text\n(packages\/[\w-]+\/src)\/?\n(.*?)^```$/gms)].map(
    ([, folder, text]) => ({
      folder,
      names: [...text.matchAll(/[\w-]+(?:\.[\w-]+)*\.ts\b/g)].map(([name]) => name),
    }),
  );
}

/** One line for each file that is not drawn, and for each that is drawn and not there. */
export function findMisdrawn({ folder, names }, files) {
  const standing = files.map((file) => basename(file));
  return [
    ...files
      .filter((file) => !names.includes(basename(file)))
      .map((file) => `${DOCUMENT}: ${file} is not in the drawing of ${folder}: draw it`),
    ...names
      .filter((name) => !standing.includes(name))
      .map((name) => `${DOCUMENT}: ${name} is drawn in ${folder} and does not exist: take it out`),
  ];
}

if (import.meta.filename === process.argv[1]) {
  const drawn = drawings(readFileSync(join(root, DOCUMENT), "utf8"));
  const findings = PACKAGES.map((name) => `packages/${name}/src`)
    .filter((folder) => !drawn.some((drawing) => drawing.folder === folder))
    .map((folder) => `${DOCUMENT}: ${folder} has no drawing: add a text block that begins with this path`);
  let count = 0;
  for (const drawing of drawn) {
    // A contract stands beside what it speaks of, and is not drawn.
    const files = filesBelow(root, [drawing.folder], [".ts"]).filter(
      (file) => !/\.(?:test|contract)\.ts$/.test(file),
    );
    count += files.length;
    findings.push(...findMisdrawn(drawing, files));
  }
  conclude("drawing", findings, `${count} files stand where ${DOCUMENT} draws them`);
}
