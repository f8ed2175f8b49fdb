// N10 with `encodeOnce`: each item is encoded once, whatever the number of clients.
import { encodeOnce } from "@sluice/net";
import { serveWith } from "./sluice-broadcast.mjs";

export { connect } from "./sluice-broadcast.mjs";

// A thousand clients in one process may be slow together; none of them is to be given up.
const PATIENCE_MS = 60_000;

export const serve = () =>
  serveWith((source) => encodeOnce(source, { capacity: 1_024, patienceMs: PATIENCE_MS }));
