import { quote } from '../../hosts/shell.ts';
import type { ExaminedMember } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** Private keys that following the guide by hand leaves in /tmp/HOST and in home folders (its steps 4 and 5). */
export function leftoverKeys({ name: host, seen }: ExaminedMember): SevereFinding[] {
  const keys = seen.leftoverKeys;
  if (keys.length === 0) return [];
  const authority = keys.some((path) => path.endsWith('/ca.key'));
  return [
    {
      severity: 'warn',
      host,
      at: 'leftovers',
      fact: `${keys.length === 1 ? 'a private key lies' : `${keys.length} private keys lie`} outside of /etc/kubernetes${authority ? ", the CA's among them" : ''}: ${keys.join(', ')}${seen.moreLeftoverKeys === true ? ', and more' : ''}.`,
      cause:
        "kubeadm's guide makes the files of all hosts in /tmp on one of them and copies them by way of home folders; nothing removes them.",
      fix: `When the cluster has its own copies below /etc/kubernetes/pki${authority ? " (and you keep the CA's key elsewhere)" : ''}, remove these: \`rm -f -- ${keys.map(shellWord).join(' ')}\``,
    },
  ];
}

/** Quoted only where the shell needs it, which reads better. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9._/:@+-]+$/.test(word) ? word : quote(word);
}
