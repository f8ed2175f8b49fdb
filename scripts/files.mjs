// Which files a check reads: those under some folders that the project itself wrote.
import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";

const FOREIGN = new Set(["node_modules", "dist", ".generated", ".git", ".cache", "peers"]);

/** Files below `folders` (or the files themselves) whose path ends in one of `endings`; relative, with slashes. */
export function filesBelow(root, folders, endings) {
  const found = folders.flatMap((folder) => {
    const stat = statSync(join(root, folder), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isFile()) return [folder];
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (FOREIGN.has(entry.name) || entry.isSymbolicLink()) return [];
      return filesBelow(root, [join(folder, entry.name)], endings);
    });
  });
  return found
    .map((file) => file.split(sep).join("/"))
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .sort();
}
