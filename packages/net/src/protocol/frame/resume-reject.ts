// RESUME_REJECT: the session that a client asked for does not go on. The connection does, with a new session.
//
//   header  0x10, stream 0, length
//   body    reason   varint   1 unknown: no such session for this client, or its token was used
//                             2 gap: what was not received is not held any more
//                             3 stale: the epoch is an older one
//           message  length varint and at most 1,024 bytes of UTF-8
//
// None of the three goes away by itself: the client must not ask again (protocol.md §10.6).

import type { Reader } from "../byte/reader.js";
import { utf8Cut } from "../byte/utf8.js";
import type { Writer } from "../byte/writer.js";
import { REASON_BYTES } from "../limits.js";
import { malformed } from "../protocol-error.js";
import { beginFrame, endFrame, RESUME_REJECT } from "./header.js";

/** Why a session is not resumed. */
export type ResumeRefusal = "unknown" | "gap" | "stale";

/** One RESUME_REJECT frame. */
export interface ResumeRejectFrame {
  readonly kind: "resume-reject";
  readonly reason: ResumeRefusal;
  readonly message: string;
}

/** Appends a RESUME_REJECT frame; the message is cut to its limit. */
export function encodeResumeReject(writer: Writer, frame: ResumeRejectFrame): void {
  const body = beginFrame(writer, RESUME_REJECT, 0);
  writer.varint(REASONS.indexOf(frame.reason) + 1);
  writer.text(utf8Cut(frame.message, REASON_BYTES));
  endFrame(writer, body);
}

/** Reads the body of a RESUME_REJECT frame. */
export function decodeResumeReject(reader: Reader): ResumeRejectFrame {
  const number = reader.varint("RESUME_REJECT reason");
  const reason = REASONS[number - 1];
  if (reason === undefined) {
    throw malformed(`Cannot read RESUME_REJECT: reason ${number} does not exist`, "§5.16");
  }
  return { kind: "resume-reject", reason, message: reader.text(REASON_BYTES, "RESUME_REJECT message") };
}

const REASONS: readonly ResumeRefusal[] = ["unknown", "gap", "stale"];
