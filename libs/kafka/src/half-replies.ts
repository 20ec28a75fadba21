import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

interface Connection {
  socket?: Socket;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<boolean>;
}

/** Of a length, which every reply begins with. */
const LENGTH_BYTES = 4;

let patched = false;

/**
 * kafkajs 2.2.4 keeps what it has of a reply when its connection ends in the midst of it, and takes what comes on the next one for the rest:
 * until as many bytes have come, which may be megabytes, every request times out, and connecting anew does not help.
 */
export function forgetHalfReplies(): void {
  if (patched) return;
  patched = true;
  const { prototype } = createRequire(__filename)('kafkajs/src/network/connection') as { prototype: Connection };
  const connect = prototype.connect;
  prototype.connect = function () {
    if (!this.isConnected()) {
      // The old socket may still have something to give.
      this.socket?.destroy();
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = LENGTH_BYTES;
    }
    return connect.call(this);
  };
}
