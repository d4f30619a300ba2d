import { parseAllDocuments } from 'yaml';

/** kubeadm's manifest and configuration have 3 kB each. The time of the YAML parser grows with the square of some texts. */
export const MOST_CHARACTERS = 32 * 1024;

/** So many texts are remembered: some of each host, which are asked for many times in one decision. */
const MOST_REMEMBERED = 64;
const remembered = new Map<string, readonly unknown[]>();

/**
 * The documents of a YAML file that lies on a host, as plain data, each `undefined` if it has an error, an alias that stands for
 * nothing, or one that leads back to itself. A text longer than {@link MOST_CHARACTERS} has none. Does not throw, and reads each
 * text once.
 * @returns shared data: callers leave it as it is.
 */
export function documentsOf(text: string): readonly unknown[] {
  if (text.length > MOST_CHARACTERS) return [];
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const documents = read(text);
  const [oldest] = remembered.keys();
  if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(text, documents);
  return documents;
}

function read(text: string): unknown[] {
  // its warnings would quote the text on standard error
  const documents = [...parseAllDocuments(text, { logLevel: 'error', prettyErrors: false })];
  return documents.map((document) => {
    if (document.errors.length > 0) return undefined;
    try {
      const value: unknown = document.toJS();
      JSON.stringify(value);
      return value;
    } catch {
      return undefined;
    }
  });
}
