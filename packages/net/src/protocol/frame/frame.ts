// The frames that this version knows. The header is in header.ts, what each one holds in its own file.

import type { BlockedFrame } from "./blocked.js";
import type { CancelFrame } from "./cancel.js";
import type { CompleteFrame } from "./complete.js";
import type { CreditFrame } from "./credit.js";
import type { ErrorFrame } from "./error.js";
import type { GoawayFrame } from "./goaway.js";
import type { HelloFrame } from "./hello.js";
import type { ItemsFrame } from "./items.js";
import type { OpenFrame } from "./open.js";
import type { PingFrame, PongFrame } from "./ping.js";
import type { RejectFrame } from "./reject.js";

/** Every frame of this version, told apart by `kind`. */
export type Frame =
  | HelloFrame
  | OpenFrame
  | ItemsFrame
  | CreditFrame
  | CompleteFrame
  | ErrorFrame
  | CancelFrame
  | RejectFrame
  | BlockedFrame
  | PingFrame
  | PongFrame
  | GoawayFrame;
