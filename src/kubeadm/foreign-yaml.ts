import { parse, parseAllDocuments } from 'yaml';

/**
 * Characters of YAML that is read of a host: kubeadm's configuration and manifests have 3 kB. The time of the parser grows with the
 * square of some texts, and 256 KiB of names take it a quarter of a minute.
 */
export const MOST_YAML_CHARACTERS = 64 * 1024;

/** One document that a host has sent, as plain data; undefined where it cannot be read, or is longer than any such file. */
export function readYaml(text: string): unknown {
  if (text.length > MOST_YAML_CHARACTERS) return undefined;
  try {
    return parse(text, { logLevel: 'error' });
  } catch {
    return undefined;
  }
}

/**
 * The documents of a text that a host has sent, as plain data, without those that cannot be read; none where the text is longer than any
 * such file.
 */
export function readYamlDocuments(text: string): unknown[] {
  if (text.length > MOST_YAML_CHARACTERS) return [];
  try {
    return [...parseAllDocuments(text, { logLevel: 'error' })].flatMap((document) => {
      if (document.errors.length > 0) return [];
      // it refuses aliases of aliases that would make gigabytes of a few lines
      return [document.toJS() as unknown];
    });
  } catch {
    return [];
  }
}
