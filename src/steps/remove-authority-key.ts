import { createPrivateKey } from 'node:crypto';
import { dirname } from 'node:path/posix';
import type { Finding } from '../findings.ts';
import { quoteBash } from '../hosts/bash.ts';
import { explainUnknown } from '../hosts/explain-unknown.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { CA_KEY, PRIVATE_MODE, stagedPath } from '../kubeadm/paths.ts';
import { publicKeyOf } from '../pki/keys.ts';
import { UNKNOWN_DIGEST } from '../run/issued-certificates.ts';
import { readHostFile, sha256 } from '../run/read-text.ts';
import { digestsOf, stepFailure, transportOf } from './context.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/**
 * Removes the CA's key from a host, if it is the key that this run was given: the cluster is verified, and the key is
 * no longer needed on any host.
 */
export interface RemoveAuthorityKey extends StepOnHost {
  readonly kind: 'remove-authority-key';
}

const title = 'remove key of the CA';

/**
 * The kind of {@link RemoveAuthorityKey}. The key is read first and compared: if it is not that of the inputs, it may
 * be the only copy.
 */
export const removeAuthorityKeyStep: ScriptedKind<RemoveAuthorityKey> = {
  title,
  touches() {
    return [{ path: CA_KEY, mode: PRIVATE_MODE, content: { from: 'nothing' } }];
  },
  replaces() {
    return [CA_KEY];
  },
  // The key is read before the script is made.
  isAlone() {
    return true;
  },
  async script({ host }, context) {
    const found = context.material.found.get(host);
    const seen = found?.get(CA_KEY);
    const text =
      seen === undefined
        ? undefined
        : await readHostFile(
            transportOf(context, host),
            CA_KEY,
            seen === UNKNOWN_DIGEST ? undefined : seen,
            context.maskSecret,
          );
    const { key } = await context.material.signer;
    if (text !== undefined && !isSameKey(text, key)) {
      throw stepFailure(title, host, {
        code: 'ca-key-in-the-way',
        fact: `${CA_KEY} is not the key in \`ca-key\`; the run did not touch it.`,
        cause: 'It is the key of an earlier CA, or not a key at all.',
        fix: 'Find out which CA it belongs to, move it to a safe place off the host, and run again.',
      });
    }
    const digest = text === undefined ? undefined : sha256(text);
    return {
      script: removeFile(CA_KEY, digest),
      explain: explainRemoval(CA_KEY),
      succeeded: () => {
        found?.delete(CA_KEY);
        digestsOf(context, host).delete(CA_KEY);
        context.log.host(host).info(`the key of the CA is no longer on this host (${CA_KEY})`);
      },
    };
  },
};

function isSameKey(text: string, key: Parameters<typeof publicKeyOf>[0]): boolean {
  try {
    return publicKeyOf(createPrivateKey(text)).equals(publicKeyOf(key));
  } catch {
    return false;
  }
}

/** Exit code: the file has changed since the probe. */
const CHANGED = 4;

/**
 * Returns a script that removes a file, and the left-overs of an interrupted delivery beside it. If the file has
 * changed, it stays. Its blocks are freed, not overwritten: on today's disks overwriting guarantees nothing.
 * @param sha256 hex; absent: the file was not there.
 */
export function removeFile(path: string, sha256: string | undefined): RemoteScript {
  return {
    title: `remove ${path}`,
    effect: 'changes',
    timeoutMs: 30_000,
    script: `
rm -f -- ${quoteBash(stagedPath(path))}
if [ -e ${quoteBash(path)} ]; then
  case "$(sha256sum < ${quoteBash(path)})" in ${quoteBash(sha256 ?? 'absent')}' '*) ;; *) exit ${CHANGED} ;; esac
  rm -- ${quoteBash(path)}
fi
sync -- ${quoteBash(dirname(path))}
`,
  };
}

/** Returns the explanation for a file that was not removed. */
export function explainRemoval(path: string): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) =>
    result.code === CHANGED
      ? {
          code: 'changed-during-run',
          fact: `${path} has changed since the run read it; the run did not touch it.`,
          cause: 'A person, or configuration management, works on this host at the same time.',
          fix: 'Wait until the other is done, then run again.',
        }
      : explainUnknown(result);
}
