import { PKI_DIR } from '../kubeadm/paths.ts';
import { filledLines } from '../text/lines.ts';
import type { RemoteScript } from './transport.ts';

/** A file as it is on the host. */
export interface PlacedFile {
  readonly path: string;
  readonly sha256: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** `uid:gid`. */
  readonly owner: string;
}

/** Lists every file of the pki tree with digest, mode and owner; never its contents. Its folders may be links. */
export function listPki(): RemoteScript {
  return {
    title: 'read back the pki tree',
    effect: 'reads',
    timeoutMs: 30_000,
    script: `
find -L ${PKI_DIR} -type f -printf '%m %U:%G %p\\n'
echo
find -L ${PKI_DIR} -type f -exec sha256sum -- {} +
`,
  };
}

/** Parses the answer of {@link listPki}. */
export function parsePki(answer: string): PlacedFile[] {
  const [modes = '', digests = ''] = answer.split('\n\n');
  const digestOf = new Map(filledLines(digests).map((line) => [line.slice(66), line.slice(0, 64)]));
  return filledLines(modes).map((line) => {
    const [mode = '', owner = '', ...words] = line.split(' ');
    const path = words.join(' ');
    return { path, mode, owner, sha256: digestOf.get(path) ?? '' };
  });
}

/**
 * Prints one file. For a key, this is the only way in which a secret leaves a host: inside the connection, to memory.
 */
export function readFileScript(path: string): RemoteScript {
  return { title: `read ${path}`, effect: 'reads', timeoutMs: 15_000, script: `cat -- ${path}` };
}
