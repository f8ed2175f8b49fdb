// How each measured quantity is called and written in a table; `more` of some is better, less of the others.

const grouped = (value) => Math.round(value).toLocaleString("en-US");
const short = (value) => (value < 100 ? value.toFixed(1) : grouped(value));
const mebibytes = (value) => (value / 2 ** 20).toFixed(1);

export const METRICS = {
  nsPerItem: { title: "ns/item", write: short },
  held: { title: "held at most", write: grouped },
  bytes: { title: "bytes", write: grouped },
  itemsPerSecond: { more: true, title: "items/s", write: grouped },
  cpuPerItem: { title: "CPU ns/item", write: short },
  deliveredPerSecond: { more: true, title: "delivered/s", write: grouped },
  serverCpuPerItem: { title: "server CPU ns each", write: short },
  mebibytesPerSecond: { more: true, title: "MiB/s", write: short },
  callUs: { title: "call p50, us", write: short },
  callUsP99: { title: "call p99, us", write: short },
  callsPerSecond: { more: true, title: "64 at once, calls/s", write: grouped },
  cpuPerCall: { title: "CPU ns/call", write: grouped },
  firstOfLast: { more: true, title: "first end / last", write: (value) => value.toFixed(3) },
  besidePerSecond: { more: true, title: "items/s beside", write: grouped },
  bytesEach: { title: "bytes each", write: grouped },
  heapGrowth: { title: "heap grew, KiB", write: (value) => (value / 1024).toFixed(1) },
  consumed: { more: true, title: "consumed", write: grouped },
  ahead: { title: "ahead at most", write: grouped },
  serverGrowth: { title: "server grew, MiB", write: mebibytes },
  clientGrowth: { title: "client grew, MiB", write: mebibytes },
  serverEach: { title: "server, bytes each", write: grouped },
  clientEach: { title: "client, bytes each", write: grouped },
  streamServerEach: { title: "stream at server", write: grouped },
  streamClientEach: { title: "stream at client", write: grouped },
  alonePerSecond: { more: true, title: "items/s alone", write: grouped },
  besideStalled: { more: true, title: "beside a stalled one, of alone", write: (value) => value.toFixed(2) },
  callP50: { title: "call p50, ms", write: (value) => value.toFixed(2) },
  callP99: { title: "call p99, ms", write: (value) => value.toFixed(1) },
  largePerSecond: { more: true, title: "large items, MiB/s", write: grouped },
  ofWindow: { more: true, title: "of window / round trip", write: (value) => value.toFixed(3) },
  roundTripMs: { title: "round trip, ms", write: (value) => value.toFixed(1) },
  queueTrips: { title: "waits, round trips", write: (value) => value.toFixed(2) },
  largerGrowth: { title: "larger growth, MiB", write: mebibytes },
};
