// N10 with `publish` of core alone: the source is subscribed to once, and each item is encoded for each client.
import { serveWith } from "./sluice-broadcast.mjs";

export { connect } from "./sluice-broadcast.mjs";

export const serve = () => serveWith((source) => source);
