/** Reads the strings of SSH's wire encoding (RFC 4251 section 5), one after the other. */
class WireReader {
  #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
  }

  string(): Buffer {
    const length = this.#bytes.readUInt32BE(0);
    const value = this.#bytes.subarray(4, 4 + length);
    if (value.length < length) throw new Error('the text ends inside a string');
    this.skip(4 + length);
    return value;
  }

  /** A number without the zero byte that keeps it positive. */
  number(): Buffer {
    const value = this.string();
    return value[0] === 0 ? value.subarray(1) : value;
  }
}

const magic = 'openssh-key-v1\0';

/**
 * The secret parts of an OpenSSH private key (PROTOCOL.key and sshkey.c in OpenSSH): its secret numbers when it is
 * not encrypted, else the whole encrypted section.
 * @throws Error when the bytes are no such key.
 */
export function opensshSecrets(bytes: Buffer): Buffer[] {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic)
    throw new Error('not an openssh-key-v1 file');
  const outer = new WireReader(bytes.subarray(magic.length));
  const cipher = outer.string().toString('latin1');
  outer.string(); // The key derivation's name,
  outer.string(); // and its options.
  outer.skip(4); // How many keys: always one.
  outer.string(); // The public key.
  const section = outer.string();
  if (cipher !== 'none') return [section];
  const inner = new WireReader(section);
  inner.skip(8); // Two equal check numbers.
  return secretsOfType(inner.string().toString('latin1'), inner) ?? [section];
}

function secretsOfType(type: string, fields: WireReader): Buffer[] | undefined {
  if (type === 'ssh-ed25519') {
    fields.string(); // The public key, which also follows the secret seed of 32 bytes.
    return [fields.string().subarray(0, 32)];
  }
  if (type === 'ssh-rsa') {
    fields.string(); // n and
    fields.string(); // e are public; d, the coefficient, p and q are not.
    return [fields.number(), fields.number(), fields.number(), fields.number()];
  }
  if (type.startsWith('ecdsa-sha2-')) {
    fields.string(); // The curve and
    fields.string(); // the public point.
    return [fields.number()];
  }
  return undefined;
}
