// Every limit of the protocol: name, default, unit, why, source. Nothing else defines one. All are settable;
// those that bind the peer travel in HELLO. Numbers: protocol.md §9.

/** The limits of one side of a connection. Bytes, milliseconds and counts; all integers. */
export interface Settings {
  /** Largest message this side takes, bytes. 1 MiB: the 100 MiB default of ws is no bound. In HELLO. */
  readonly messageBytes: number;
  /** Bytes charged for each item besides its encoded length, so that empty items are not free. 16: less than any object costs. In HELLO. */
  readonly itemOverhead: number;
  /** Memory for received, unconsumed items of the whole connection, bytes. 16 MiB: judgement. */
  readonly receiveBudget: number;
  /** Byte window of each stream, its own from OPEN on. 256 KiB = receiveBudget / 64 streams; eight full messages in flight. In HELLO. */
  readonly shareBytes: number;
  /** Largest encoded item taken, bytes. shareBytes / 2 - itemOverhead: see `settingsOf`. In HELLO. */
  readonly itemBytes: number;
  /** Streams the peer may have open at once. 64 for a server, 0 for a client. In HELLO. */
  readonly peerStreams: number;
  /** Streams this side opens at most at once. 64 for a client, 0 for a server. */
  readonly ownStreams: number;
  /** Largest metadata of an OPEN, bytes. 16 KiB: judgement. In HELLO. */
  readonly metadataBytes: number;
  /** A message is closed at this many bytes while one stream is alone. 32 KiB: knee of the measured curve. */
  readonly targetAlone: number;
  /** A message is closed at this many bytes while another stream or a reply waits. 16 KiB: a call's latency beside a flood. */
  readonly targetShared: number;
  /** Time for the peer's HELLO, ms. 5 s: judgement. */
  readonly handshakeMs: number;
  /** Time between two PINGs, ms. 15 s: between Effect's 5 s and yamux's 30 s. */
  readonly heartbeatMs: number;
  /** Heartbeats without any frame of the peer after which it is dead. 2. */
  readonly heartbeatsMissed: number;
  /** Time a stream stays without credit before BLOCKED is sent, ms. 100: shorter waits are ordinary flow control. */
  readonly blockedMs: number;
}
