// Every relative link of the documents leads to a file, and every anchor to a heading; and every decision is
// linked from their index.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";

/** One line for each link of `text` that leads nowhere; `read` answers the text of a path, "" for a folder. */
export function findDeadLinks(file, text, read) {
  // What stands in code is not a link.
  const prose = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path, anchor] = target.split("#");
    const wanted = path === "" ? file : posix.join(posix.dirname(file), path);
    const found = wanted === file ? text : read(wanted);
    if (found === undefined)
      return [`${file}: link to ${target}: ${wanted} does not exist: correct or remove it`];
    if (anchor === undefined || anchorsOf(found).includes(anchor)) return [];
    return [`${file}: link to ${target}: no heading of ${wanted} has this anchor: correct or remove it`];
  });
}

// As forges make them: lower case, punctuation gone, hyphens for spaces.
function anchorsOf(markdown) {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

if (import.meta.filename === process.argv[1]) {
  const files = filesBelow(
    root,
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "packages", "bench"],
    [".md"],
  );
  const read = (path) => {
    if (!existsSync(join(root, path))) return undefined;
    return path.endsWith(".md") ? readFileSync(join(root, path), "utf8") : "";
  };
  const findings = files.flatMap((file) => findDeadLinks(file, read(file), read));
  const index = read("docs/decisions/README.md");
  for (const file of files.filter((name) => /^docs\/decisions\/\d/.test(name))) {
    if (index.includes(`(${posix.basename(file)})`)) continue;
    findings.push(`${file}: no link leads here: add a line to docs/decisions/README.md`);
  }
  conclude("links", findings, `every relative link of ${files.length} documents leads somewhere`);
}
