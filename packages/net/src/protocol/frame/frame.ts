// The frames that this version knows. The header is in header.ts, what each one holds in its own file.

import type { AckFrame } from "./ack.js";
import type { BlockedFrame } from "./blocked.js";
import type { CancelFrame } from "./cancel.js";
import type { CompleteFrame } from "./complete.js";
import type { CreditFrame } from "./credit.js";
import type { DrainedFrame, DrainFrame } from "./drain.js";
import type { ErrorFrame } from "./error.js";
import type { GoawayFrame } from "./goaway.js";
import type { HelloFrame } from "./hello.js";
import type { ItemsFrame } from "./items.js";
import type { OpenFrame } from "./open.js";
import type { PartFrame } from "./part.js";
import type { PingFrame, PongFrame } from "./ping.js";
import type { RejectFrame } from "./reject.js";
import type { ResumeFrame } from "./resume.js";
import type { ResumeRejectFrame } from "./resume-reject.js";
import type { UrgencyFrame } from "./urgency.js";

/** Every frame of this version, told apart by `kind`. */
export type Frame =
  | HelloFrame
  | OpenFrame
  | ItemsFrame
  | PartFrame
  | CreditFrame
  | DrainFrame
  | DrainedFrame
  | CompleteFrame
  | ErrorFrame
  | CancelFrame
  | RejectFrame
  | BlockedFrame
  | PingFrame
  | PongFrame
  | AckFrame
  | ResumeFrame
  | ResumeRejectFrame
  | GoawayFrame
  | UrgencyFrame;
