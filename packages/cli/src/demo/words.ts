// Numbers as the demo writes them.

/** A count with its thousands apart: 200,000. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Bytes in megabytes of 1,000,000: 8.1 MB. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
