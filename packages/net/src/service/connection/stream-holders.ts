// The streams of one connection as holders of memory, for an account that does something about those who hold most
// (core's MemoryAccount). Where the account has no `register` there are none of these.
//
//   attached --register--> holder --shrink--> DRAIN            --end--> the stream fails with OVERLOADED
//
// *Buffers:* an entry for each stream that is attached.

import type { Criticality, MemoryAccount, MemoryHolder } from "@sluice/core";
import { reportUncaught } from "@sluice/core/kit";
import { streamFailure } from "../../protocol/protocol-error.js";
import type { SessionApi } from "../../protocol/session/session-api.js";

/** An account that wants to know who holds what. */
export type MemoryRegister = Required<Pick<MemoryAccount, "register">>;

/** What of a connection this needs. */
export interface HolderConnection {
  readonly session: Pick<SessionApi, "abort" | "shrink" | "memoryOf">;
  wake(): void;
}

/** The holders of one connection. */
export class StreamHolders {
  private readonly account: MemoryRegister;
  private readonly connection: HolderConnection;
  private readonly leaves = new Map<number, () => void>();

  constructor(account: MemoryRegister, connection: HolderConnection) {
    this.account = account;
    this.connection = connection;
  }

  attached(streamId: number, method: string): void {
    try {
      this.leaves.set(streamId, this.account.register(new StreamHolder(this.connection, streamId, method)));
    } catch (error) {
      reportUncaught(error); // the account is the user's; the stream goes on, and nobody shrinks it
    }
  }

  detached(streamId: number): void {
    const leave = this.leaves.get(streamId);
    if (leave === undefined) return;
    this.leaves.delete(streamId);
    leave();
  }

  clear(): void {
    for (const streamId of [...this.leaves.keys()]) this.detached(streamId);
  }
}

class StreamHolder implements MemoryHolder {
  readonly name: string;
  private readonly connection: HolderConnection;
  private readonly streamId: number;

  constructor(connection: HolderConnection, streamId: number, name: string) {
    this.name = name;
    this.connection = connection;
    this.streamId = streamId;
  }

  get criticality(): Criticality | undefined {
    return this.connection.session.memoryOf(this.streamId)?.criticality;
  }

  held(): number {
    return this.connection.session.memoryOf(this.streamId)?.bytes ?? 0;
  }

  shrink(): void {
    this.connection.session.shrink(this.streamId);
    this.connection.wake();
  }

  end({ message }: Error): void {
    // It had begun, and whoever reads it is the one who is slow: again it would end the same way.
    const failure = { ...streamFailure("OVERLOADED", message), notStarted: false, doNotRetry: true };
    this.connection.session.abort(this.streamId, failure);
    this.connection.wake();
  }

  room(): void {
    this.connection.wake();
  }
}
