/**
 * Keeps the last bytes of a stream. They are copied into one growing buffer: a kept chunk would retain its whole
 * packet, and a host may send packets of one byte. The cost is linear in the stream.
 */
export class LastBytes {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;
  #total = 0;

  /** @param limit how many bytes are kept; up to twice as many are held. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of bytes received, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** The kept bytes. They are part of the buffer: valid until more arrive. */
  get bytes(): Buffer {
    const begin = Math.max(0, this.#length - this.#limit);
    return this.#buffer.subarray(begin, this.#length);
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    const piece = chunk.subarray(-this.#limit);
    if (this.#length + piece.length > this.#buffer.length) this.#makeRoom(piece.length);
    piece.copy(this.#buffer, this.#length);
    this.#length += piece.length;
  }

  #makeRoom(length: number): void {
    const kept = this.bytes;
    const wanted = kept.length + length;
    const size = Math.min(Math.max(wanted, this.#buffer.length * 2), this.#limit * 2);
    const buffer = size > this.#buffer.length ? Buffer.allocUnsafe(size) : this.#buffer;
    kept.copy(buffer);
    this.#buffer = buffer;
    this.#length = kept.length;
  }
}
