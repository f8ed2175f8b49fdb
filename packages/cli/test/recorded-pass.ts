// Passes as the demo records them, made by hand for tests of what is shown and judged.

import type { PassName } from "../src/demo/link/messages.js";
import { PassRecord } from "../src/demo/watch/pass-record.js";
import type { PassState } from "../src/demo/watch/pass-record.js";

/** What a test wants to have been seen. */
export interface Recording {
  readonly pass: PassName;
  /** Memory after a forced collection, one a second from second 0 on, in megabytes. */
  readonly serverMb?: readonly number[];
  readonly clientMb?: readonly number[];
  readonly overdraft?: number;
  readonly produced?: number;
  readonly consumed?: number;
  /** Default "complete". */
  readonly state?: PassState;
  readonly serverIsOurs?: boolean;
}

/** A pass in which all that was told has been seen. */
export function recordedPass(recording: Recording): PassRecord {
  const { pass, serverMb = [7, 8, 8], clientMb = [7, 8, 8], produced = 1000, consumed = 800 } = recording;
  const record = new PassRecord(pass, 1000);
  clientMb.forEach((megabytes, second) => {
    const share = clientMb.length === 1 ? 1 : second / (clientMb.length - 1);
    const soFar = { produced: Math.round(produced * share), consumed: Math.round(consumed * share) };
    const server = {
      granted: pass === "credit" ? 1056 : null,
      produced: soFar.produced,
      overdraft: pass === "credit" ? (recording.overdraft ?? 0) : null,
      bytesRead: 65_536,
    };
    const client = {
      granted: pass === "credit" ? 1072 : null,
      largestCredit: pass === "credit" ? 272 : null,
      received: soFar.produced,
      largestLead: 200,
      consumed: soFar.consumed,
    };
    const ours = recording.serverIsOurs ?? true;
    record.look(second * 1000, ours ? { counters: server, memory: null } : null, {
      counters: client,
      memory: null,
    });
    record.sample(ours ? (serverMb[second] ?? 0) * 1e6 : null, megabytes * 1e6);
  });
  const { state = "complete" } = recording;
  if (state === "complete") record.end([{ hour: 0, flights: consumed, meanDelay: 12 }]);
  if (state === "stopped") record.end(undefined);
  return record;
}
