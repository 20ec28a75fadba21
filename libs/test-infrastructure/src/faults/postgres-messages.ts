/** One message of Postgres' protocol, version 3. https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface PostgresMessage {
  /** Its type byte as a character; `startup` for the packets without one that a client begins with. */
  type: string;
  /** What follows type and length. */
  body: Buffer;
  /** The whole of it, as it travels. */
  bytes: Buffer;
}

/** Cuts one direction of a connection into messages, however they were cut into chunks. */
export class MessageReader {
  private rest: Buffer[] = [];
  private size = 0;
  private startingUp: boolean;

  /** A client begins with packets that have no type; a server doesn't. */
  constructor(side: 'client' | 'server') {
    this.startingUp = side === 'client';
  }

  read(chunk: Buffer): PostgresMessage[] {
    this.rest.push(chunk);
    this.size += chunk.length;
    const messages: PostgresMessage[] = [];
    for (;;) {
      const header = this.startingUp ? 4 : 5;
      if (this.size < header) return messages;
      if (this.rest.length > 1 && this.rest[0]!.length < header) this.join();
      const length = this.rest[0]!.readUInt32BE(header - 4) + header - 4;
      if (this.size < length) return messages;
      this.join();
      const bytes = this.rest[0]!.subarray(0, length);
      this.rest[0] = this.rest[0]!.subarray(length);
      this.size -= length;
      const type = this.startingUp ? 'startup' : String.fromCharCode(bytes[0]!);
      messages.push({ type, body: bytes.subarray(header), bytes });
      if (type === 'startup' && !asksForEncryption(bytes)) this.startingUp = false;
    }
  }

  private join(): void {
    if (this.rest.length > 1) this.rest = [Buffer.concat(this.rest)];
  }
}

const SSL_REQUEST = 80_877_103;
const GSS_ENCRYPTION_REQUEST = 80_877_104;

/** Such a packet is answered with one byte, and a startup packet follows. */
export const asksForEncryption = (bytes: Buffer) =>
  bytes.length === 8 && [SSL_REQUEST, GSS_ENCRYPTION_REQUEST].includes(bytes.readUInt32BE(4));

/** The strings, each ended by a zero, that a message begins with. */
export function texts(body: Buffer, count: number): string[] {
  const found: string[] = [];
  let from = 0;
  while (found.length < count) {
    const end = body.indexOf(0, from);
    if (end < 0) break;
    found.push(body.toString('utf8', from, end));
    from = end + 1;
  }
  return found;
}
