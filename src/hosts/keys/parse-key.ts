import ssh2, { type ParsedKey } from 'ssh2';

/**
 * A key as ssh2 reads it, or why it does not. A damaged one can lead it so far astray that it throws instead, with a
 * message that tells a user nothing.
 */
export function parseKey(text: string, passphrase?: string): ParsedKey | Error {
  try {
    return ssh2.utils.parseKey(text, passphrase);
  } catch (error) {
    return new Error('the key is damaged', { cause: error });
  }
}
