import { createRequire } from 'node:module';

interface Encoder {
  buf: Buffer;
  offset: number;
  ensureAvailable(length: number): void;
  writeUVarInt(value: number): Encoder;
  writeVarLong(value: unknown): Encoder;
}

interface EncoderClass {
  prototype: Encoder;
  nextPowerOfTwo(value: number): number;
  sizeOfVarInt(value: number): number;
  sizeOfVarLong(value: unknown): number;
}

/** What kafkajs gives every encoder, as if each were a request. */
const INITIAL_BYTES = 511;
/** Of a header or a number; whatever is larger asks for its size. */
const FIRST_BYTES = 64;
const LONGEST_VARINT = 5;
/** Twice as much, for the sign, is still a number of 32 bits. */
const SMALL = 2 ** 30;

const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SMALL;

let patched = false;

/**
 * kafkajs 2.2.4 makes an encoder of 512 zeroed bytes for each header of each message, a buffer for each number, and a BigInt for each
 * timestamp: half of what it costs to send. Here a buffer is taken from Node's pool once there is something to write. The bytes are the same.
 */
export function encodeFrugally(): void {
  if (patched) return;
  patched = true;
  const encoder = createRequire(__filename)('kafkajs/src/protocol/encoder') as EncoderClass;
  const { prototype, nextPowerOfTwo, sizeOfVarLong } = encoder;
  const { writeVarLong } = prototype;

  encoder.nextPowerOfTwo = (value) => (value === INITIAL_BYTES ? 0 : nextPowerOfTwo(value));
  encoder.sizeOfVarLong = (value) => (isSmall(value) ? encoder.sizeOfVarInt(value) : sizeOfVarLong(value));

  prototype.ensureAvailable = function (length) {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buf.length, FIRST_BYTES));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  };

  prototype.writeUVarInt = function (value) {
    this.ensureAvailable(LONGEST_VARINT);
    let rest = value;
    while ((rest & ~0x7f) !== 0) {
      this.buf[this.offset] = (rest & 0x7f) | 0x80;
      this.offset += 1;
      rest >>>= 7;
    }
    this.buf[this.offset] = rest;
    this.offset += 1;
    return this;
  };

  prototype.writeVarLong = function (value) {
    return isSmall(value) ? this.writeUVarInt(value * 2) : writeVarLong.call(this, value);
  };
}
