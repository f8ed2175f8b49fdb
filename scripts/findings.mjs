// How every check ends: one line for each finding, a closing line, and an exit code that says the same.

/** Prints the findings and sets the exit code; `summary` is the closing line when there is none. */
export function conclude(check, findings, summary) {
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  if (findings.length === 0) {
    process.stdout.write(`${check}: ${summary}\n`);
    return;
  }
  process.stdout.write(`${check}: ${findings.length} ${findings.length === 1 ? "finding" : "findings"}\n`);
  process.exitCode = 1;
}
