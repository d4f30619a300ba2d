import { knownReason } from '../../hosts/scripts/explain-unknown.ts';
import { isSupported, NEWEST_MINOR, OLDEST_MINOR } from '../../kubeadm/version.ts';
import type { ExaminedMember } from './examined.ts';
import type { SevereFinding } from './severe-finding.ts';

/** kubelet's release on one host: known, supported, and that of kubeadm. kubeadm's own is a prerequisite. */
export function kubeletVersion({ name: host, facts, seen }: ExaminedMember): SevereFinding[] {
  if (facts.kubeletPath === undefined) return [];
  const at = 'kubelet';
  const { kubeletVersion: kubelet, kubeletSaid: said = '' } = seen;
  if (kubelet === undefined) {
    return [
      {
        severity: 'fail',
        host,
        at,
        fact: `${facts.kubeletPath} did not say its version${said === '' ? '' : `: ${said.replace(/[.\s]+$/, '')}`}.`,
        ...(knownReason(said) ?? {
          fix: 'Run `kubelet --version` on the host as root and mend what it says.',
        }),
      },
    ];
  }
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
  if (!isSupported(kubelet)) {
    return [
      {
        severity: 'fail',
        host,
        at,
        fact: `kubelet is ${kubelet.text}; this action knows ${range}.`,
        cause:
          kubelet.minor < OLDEST_MINOR
            ? 'The host has not been updated for long.'
            : 'This release of the action is older than the host.',
        fix: `Install kubeadm and kubelet ${range}, or use a newer release of the action.`,
      },
    ];
  }
  const kubeadm = facts.kubeadmVersion;
  if (kubeadm === undefined || kubeadm.text === kubelet.text) return [];
  const sameMinor = kubeadm.minor === kubelet.minor;
  return [
    {
      severity: sameMinor ? 'info' : 'warn',
      host,
      at,
      fact: `kubelet is ${kubelet.text} and kubeadm is ${kubeadm.text}.`,
      cause: 'Only one of the two packages was updated.',
      fix: `Install both of one release, e.g. ${kubeadm.text}, and hold them there (\`apt-mark hold kubelet kubeadm\`).`,
    },
  ];
}

/** kubeadm's releases across the hosts. */
export function mixedKubeadm(members: readonly ExaminedMember[]): SevereFinding[] {
  const known = members.filter(({ facts }) => facts.kubeadmVersion !== undefined);
  const byVersion = Map.groupBy(known, ({ facts }) => facts.kubeadmVersion?.text ?? '');
  if (byVersion.size <= 1) return [];
  const list = [...byVersion].map(
    ([version, group]) => `${version} on ${group.map(({ name }) => name).join(', ')}`,
  );
  return [
    {
      severity: 'warn',
      at: 'kubeadm',
      fact: `the hosts have different releases of kubeadm: ${list.join('; ')}.`,
      cause: 'Some hosts were updated and others were not.',
      fix: 'Install one release on all: each kubeadm renders the manifest of its own host.',
    },
  ];
}
