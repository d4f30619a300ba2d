import { PKI_DIR } from '../../kubeadm/paths.ts';
import type { RemoteScript } from '../transport.ts';

/** A file as it lies on the host. */
export interface PlacedFile {
  readonly path: string;
  readonly sha256: string;
  /** Permission bits in octal. */
  readonly mode: string;
  /** `uid:gid`. */
  readonly owner: string;
}

/** Lists every file of the pki tree with digest, mode and owner; never a content. */
export function listPki(): RemoteScript {
  return {
    title: 'read back the pki tree',
    effect: 'reads',
    timeoutMs: 30_000,
    script: `
find ${PKI_DIR} -type f -print0 | while IFS= read -r -d '' file; do
  digest=$(sha256sum < "$file")
  printf '%s %s\\n' "\${digest%% *}" "$(stat -c '%a %u:%g %n' -- "$file")"
done
`,
  };
}

/** Reads the answer of {@link listPki}. */
export function parsePki(answer: string): PlacedFile[] {
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [sha256 = '', mode = '', owner = '', ...path] = line.split(' ');
      return { sha256, mode, owner, path: path.join(' ') };
    });
}

/** Prints one file. With a key this is the only way by which a secret leaves a host: inside the connection, to memory. */
export function readFile(path: string): RemoteScript {
  return { title: `read ${path}`, effect: 'reads', timeoutMs: 15_000, script: `cat -- ${path}` };
}
