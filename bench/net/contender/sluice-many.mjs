// Sluice for N5: as many streams on one connection as the row opens. Each is then sure of 4,194 bytes, a quarter of the
// 16 MiB for all being shared out among them.
import { connectWith, serveWith } from "./sluice.mjs";

const STREAMS = 1_000;

export const serve = () => serveWith({ peerStreams: STREAMS });

export const connect = (port) => connectWith(port, { ownStreams: STREAMS });
