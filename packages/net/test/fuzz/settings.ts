// Settings under which the sessions of the fuzz live: the defaults, and ones so small that every limit is met.

import type { Settings } from "../../src/protocol/limits.js";
import type { Role } from "../../src/protocol/session/session-api.js";

const tight: Partial<Settings> = {
  messageBytes: 0x4000,
  metadataBytes: 64,
  receiveBudget: 24_576,
  shareBytes: 1024,
  itemBytes: 8192,
  blockedMs: 20,
  idleMs: 200,
  itemMs: 300,
  replayBytes: 4096,
  churnBurst: 10,
  churnPerSecond: 5,
  controlBurst: 20,
  controlPerSecond: 10,
  peerErrors: 5,
  unfinishedHandlers: 2,
};

export const SETTINGS: readonly Readonly<Partial<Record<Role, Partial<Settings>>>>[] = [
  {},
  {
    client: { ...tight, ownStreams: 6, peerStreams: 2 },
    server: { ...tight, peerStreams: 6, ownStreams: 2 },
  },
  { client: { peerStreams: 8, ownStreams: 8 }, server: { peerStreams: 8, ownStreams: 8 } },
];
