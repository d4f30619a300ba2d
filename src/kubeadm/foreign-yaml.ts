import { parseAllDocuments } from 'yaml';

/**
 * Characters of YAML that is read of a host: kubeadm's configuration and manifests have 3 kB each. The time of the parser grows with the
 * square of some texts, and 256 KiB of names take it a quarter of a minute.
 */
export const MOST_YAML_CHARACTERS = 32 * 1024;

/** So many texts are remembered: some of each host, which are asked for many times in one decision. */
const MOST_REMEMBERED = 64;
const remembered = new Map<string, readonly unknown[]>();

/**
 * The one document that a host has sent, as plain data; undefined if it cannot be read, is not the only one, or is longer than any such
 * file.
 * @returns shared data: callers leave it as it is.
 */
export function readYaml(text: string): unknown {
  const [document, ...others] = documentsOf(text);
  return others.length === 0 ? document : undefined;
}

/**
 * The documents of a text that a host has sent, as plain data, without those that cannot be read; none if the text is longer than any
 * such file.
 * @returns shared data: callers leave it as it is.
 */
export function readYamlDocuments(text: string): unknown[] {
  return documentsOf(text).filter((document) => document !== undefined);
}

/** One entry for each document; undefined where it has an error, an alias that stands for nothing, or one that leads back to itself. */
function documentsOf(text: string): readonly unknown[] {
  if (text.length > MOST_YAML_CHARACTERS) return [];
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const documents = parsed(text);
  const [oldest] = remembered.keys();
  if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(text, documents);
  return documents;
}

function parsed(text: string): unknown[] {
  try {
    // its warnings would quote the text on standard error
    return [...parseAllDocuments(text, { logLevel: 'error', prettyErrors: false })].map((document) => {
      if (document.errors.length > 0) return undefined;
      try {
        // it refuses aliases of aliases that would make gigabytes of a few lines
        const value: unknown = document.toJS();
        JSON.stringify(value);
        return value;
      } catch {
        return undefined;
      }
    });
  } catch {
    return [];
  }
}
