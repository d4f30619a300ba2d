import { createHash } from 'node:crypto';
import type { ByteSource } from '../etcd/database/byte-source.ts';
import { CHUNK_BYTES, type Sealing, sealTo, unsealed } from './age-file.ts';
import { PartialFile } from './partial-file.ts';
import type { Recipients } from './recipients.ts';
import { SealedSource } from './sealed-source.ts';

/** The file as it lies on the disk, encrypted or not. */
export interface WrittenFile {
  readonly fileBytes: number;
  /** Hex; of these bytes. */
  readonly fileSha256: string;
}

/** Writes a backup, and reads it back before it becomes one. */
export interface BackupWriter {
  /**
   * Takes the next bytes of the plaintext, which may be reused once the promise is fulfilled. Wait for it before the next
   * call: it is fulfilled when there is room for more. @throws BackupFileError
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Completes the file, and waits until the disk has it. @throws BackupFileError */
  finish(): Promise<WrittenFile>;
  /**
   * Returns the plaintext of the finished file, which it decrypts from the disk, so that what is kept is what is proven.
   * See {@link SealedSource}. It ends with the writer.
   * @throws BackupFileError here if the file's size or head has changed, and at `read` for a chunk that has; only of an
   * encrypted file, which tells.
   */
  source(): ByteSource;
  /**
   * Gives the finished file its name, which it has from then on after a power cut too.
   * @param name another name in the same folder; by default the one that it was begun for. @throws BackupFileError
   */
  commit(name?: string): Promise<void>;
  /** Removes the file unless it was committed, and forgets its key. Does not throw. */
  discard(): Promise<void>;
}

/**
 * Begins a backup that is encrypted on its way to the disk; its plaintext is in memory alone.
 * @param path where it is to lie; beside it must be room for `NAME.part`.
 * @throws BackupFileError if it cannot be written there; RecipientsError for a key that is none.
 */
export async function createEncryptedFile(path: string, recipients: Recipients): Promise<BackupWriter> {
  const sealing = await sealTo(recipients);
  return await begin(path, sealing);
}

/** Begins a backup as plaintext. @throws BackupFileError */
export async function createPlainFile(path: string): Promise<BackupWriter> {
  return await begin(path, unsealed);
}

async function begin(path: string, sealing: Sealing): Promise<BackupWriter> {
  try {
    return new SealingWriter(await PartialFile.create(path), sealing);
  } catch (error) {
    sealing.forget();
    throw error;
  }
}

/** Chunks that are written to the disk at once. */
const BATCH_CHUNKS = 16;

class SealingWriter implements BackupWriter {
  readonly #file: PartialFile;
  readonly #sealing: Sealing;
  readonly #hash = createHash('sha256');
  /** Plaintext of the chunk that is not complete. */
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #chunkBytes = 0;
  #chunks = 0;
  /** One batch is filled while the other is written. */
  #batch: Buffer;
  #spare: Buffer;
  #batchBytes = 0;
  #written: Promise<void>;
  #isBusy = false;
  #finished: WrittenFile | undefined;

  constructor(file: PartialFile, sealing: Sealing) {
    this.#file = file;
    this.#sealing = sealing;
    this.#batch = newBatch(sealing);
    this.#spare = newBatch(sealing);
    this.#hash.update(sealing.head);
    this.#written = file.append(sealing.head);
    this.#written.catch(() => undefined); // The call that waits for it throws.
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isBusy || this.#finished !== undefined) throw new Error('the backup takes no bytes now');
    this.#isBusy = true;
    try {
      for (let done = 0; done < bytes.length;) {
        // A full chunk waits for a byte behind it, without which it is the last one.
        if (this.#chunkBytes === CHUNK_BYTES) await this.#seal(false);
        const piece = bytes.subarray(done, done + CHUNK_BYTES - this.#chunkBytes);
        this.#chunk.set(piece, this.#chunkBytes);
        this.#chunkBytes += piece.length;
        done += piece.length;
      }
    } finally {
      this.#isBusy = false;
    }
  }

  async finish(): Promise<WrittenFile> {
    if (this.#isBusy || this.#finished !== undefined) throw new Error('the backup takes no end now');
    this.#isBusy = true;
    await this.#seal(true);
    await this.#flush();
    await this.#written;
    await this.#file.sync();
    this.#chunk.fill(0);
    this.#finished = { fileBytes: this.#file.size, fileSha256: this.#hash.digest('hex') };
    return this.#finished;
  }

  source(): ByteSource {
    this.#assertFinished();
    const size = (this.#chunks - 1) * CHUNK_BYTES + this.#chunkBytes;
    return new SealedSource(this.#file, this.#sealing, size);
  }

  async commit(name?: string): Promise<void> {
    this.#assertFinished();
    await this.#file.commit(name);
    this.#sealing.forget();
  }

  async discard(): Promise<void> {
    await this.#written.catch(() => undefined);
    this.#chunk.fill(0);
    this.#sealing.forget();
    await this.#file.discard();
  }

  #assertFinished(): void {
    if (this.#finished === undefined) throw new Error('the backup is not finished');
  }

  async #seal(isLast: boolean): Promise<void> {
    const chunk = this.#chunk.subarray(0, this.#chunkBytes);
    this.#batchBytes += this.#sealing.seal(chunk, this.#chunks, isLast, this.#batch, this.#batchBytes);
    this.#chunks += 1;
    if (!isLast) this.#chunkBytes = 0;
    if (this.#chunks % BATCH_CHUNKS === 0) await this.#flush();
  }

  /** Passes the batch on to the disk once that has the one before. */
  async #flush(): Promise<void> {
    const bytes = this.#batch.subarray(0, this.#batchBytes);
    this.#hash.update(bytes);
    await this.#written;
    [this.#batch, this.#spare] = [this.#spare, this.#batch];
    this.#batchBytes = 0;
    this.#written = this.#file.append(bytes);
    this.#written.catch(() => undefined);
  }
}

function newBatch({ overhead }: Sealing): Buffer {
  return Buffer.allocUnsafeSlow(BATCH_CHUNKS * (CHUNK_BYTES + overhead));
}
