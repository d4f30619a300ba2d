import { createPrivateKey } from 'node:crypto';
import type { Step } from '../../cluster/plan.ts';
import { UNKNOWN_DIGEST } from '../../hosts/scripts/deliver-files.ts';
import { explainRemoval, removeFile } from '../../hosts/scripts/remove-file.ts';
import { CA_KEY } from '../../kubeadm/paths.ts';
import { publicKeyOf } from '../../pki/keys.ts';
import { readText, sha256 } from '../read-text.ts';
import { digestsOf, stepFailure, transportOf, type ActContext } from './context.ts';
import type { StepScript } from './step-script.ts';

/**
 * Removes the CA's key from a host. It is read first and compared: a key that is not the one of the inputs exists perhaps
 * nowhere else.
 */
export async function removeAuthorityKey(
  step: Step & { kind: 'remove-authority-key' },
  context: ActContext,
): Promise<StepScript> {
  const { host } = step;
  const found = context.material.found.get(host);
  const seen = found?.get(CA_KEY);
  const text =
    seen === undefined
      ? undefined
      : await readText(
          transportOf(context, host),
          CA_KEY,
          seen === UNKNOWN_DIGEST ? undefined : seen,
          context.maskSecret,
        );
  const { key } = await context.material.signer;
  if (text !== undefined && !isSameKey(text, key)) {
    throw stepFailure(step, {
      fact: `${CA_KEY} is not the key that \`ca-key\` holds; it was left as it is.`,
      cause: 'It is the key of an earlier CA, or no key at all.',
      fix: 'Look whose it is, put it where it is safe, remove it from the host, and run again.',
    });
  }
  const digest = text === undefined ? undefined : sha256(text);
  return {
    script: removeFile(CA_KEY, digest),
    explain: explainRemoval(CA_KEY),
    succeeded: () => {
      found?.delete(CA_KEY);
      digestsOf(context, host).delete(CA_KEY);
      context.log.host(host).info(`the key of the CA is not on this host any more (${CA_KEY})`);
    },
  };
}

function isSameKey(text: string, key: Parameters<typeof publicKeyOf>[0]): boolean {
  try {
    return publicKeyOf(createPrivateKey(text)).equals(publicKeyOf(key));
  } catch {
    return false;
  }
}
