import { dirname } from 'node:path/posix';
import type { Finding } from '../../findings.ts';
import { stagedPath } from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { explainUnknown } from './explain-unknown.ts';

/** Exit code: what lies there is not what was seen. */
const CHANGED = 4;

/**
 * Removes a file, and what a delivery that was cut off has left beside it. Is the file another one than was seen, it stays.
 * Its blocks are freed, not overwritten: on the disks of today nothing else could be promised.
 * @param sha256 hex; absent: the file was not there.
 */
export function removeFile(path: string, sha256: string | undefined): RemoteScript {
  return {
    title: `remove ${path}`,
    effect: 'changes',
    timeoutMs: 30_000,
    script: `
rm -f -- ${quote(stagedPath(path))}
if [ -e ${quote(path)} ]; then
  case "$(sha256sum < ${quote(path)})" in ${quote(sha256 ?? 'absent')}' '*) ;; *) exit ${CHANGED} ;; esac
  rm -- ${quote(path)}
fi
sync -- ${quote(dirname(path))}
`,
  };
}

/** Why a file was not removed. */
export function explainRemoval(path: string): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) =>
    result.code === CHANGED
      ? {
          fact: `${path} has changed since the run looked at it; it was left as it is.`,
          cause: 'A person, or configuration management, works on this host at the same time.',
          fix: 'Let the other finish, then run again.',
        }
      : explainUnknown(result);
}
