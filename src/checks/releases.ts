import { wantedImage } from '../cluster/images.ts';
import { nameList, seen } from '../etcd/health/observation.ts';
import { parseRelease, problemOf, type EtcdRelease } from '../etcd/releases.ts';
import type { HealthFacts, HostObservation } from '../facts/health.ts';
import { knownReason } from '../hosts/explain-unknown.ts';
import { isSupported, NEWEST_MINOR, OLDEST_MINOR } from '../kubeadm/version.ts';
import { type Check, checkOf } from './check.ts';
import type { ExaminedMember, PreflightSettings } from './examined.ts';

/** Checks that the release of kubelet is known, supported, and equal to kubeadm's. The release of kubeadm is a prerequisite. */
export function kubeletRelease({ name: host, facts, seen }: ExaminedMember): Check[] {
  if (facts.kubeletPath === undefined) return [];
  const check = checkOf('kubelet-release', host);
  const { kubeletVersion: kubelet, kubeletSaid: said = '' } = seen;
  if (kubelet === undefined) {
    return [
      check('fail', {
        code: 'program-version-unknown',
        measured: `${facts.kubeletPath} did not say its version${said === '' ? '' : `: ${said.replace(/[.\s]+$/, '')}`}.`,
        ...(knownReason(said) ?? {
          fix: 'Run `kubelet --version` on the host as root and correct what it reports.',
        }),
      }),
    ];
  }
  const range = `1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}`;
  if (!isSupported(kubelet)) {
    return [
      check('fail', {
        code: 'kubernetes-version-unsupported',
        measured: `kubelet is ${kubelet.text}; this action knows ${range}.`,
        cause:
          kubelet.minor < OLDEST_MINOR
            ? 'The host was not updated for a long time.'
            : 'This release of the action is older than the host.',
        fix: `Install kubeadm and kubelet ${range}, or use a newer release of the action.`,
      }),
    ];
  }
  const kubeadm = facts.kubeadmVersion;
  if (kubeadm === undefined || kubeadm.text === kubelet.text) return [];
  const measured = `kubelet is ${kubelet.text} and kubeadm is ${kubeadm.text}.`;
  const cause = 'Only one of the two packages was updated.';
  const fix = `Install both of one release, e.g. ${kubeadm.text}, and hold them there (\`apt-mark hold kubelet kubeadm\`).`;
  return kubeadm.minor === kubelet.minor
    ? [check('ok', { measured, notice: `${cause} ${fix}` })]
    : [check('warn', { code: 'kubernetes-versions-differ', measured, cause, fix })];
}

/** Checks that all hosts have one release of kubeadm. */
export function mixedKubeadm(members: readonly ExaminedMember[]): Check[] {
  const known = members.filter(({ facts }) => facts.kubeadmVersion !== undefined);
  const byVersion = Map.groupBy(known, ({ facts }) => facts.kubeadmVersion?.text ?? '');
  if (byVersion.size <= 1) return [];
  const list = [...byVersion].map(
    ([version, group]) => `${version} on ${group.map(({ name }) => name).join(', ')}`,
  );
  return [
    checkOf('kubeadm-release', null)('warn', {
      code: 'kubernetes-versions-differ',
      measured: `the hosts have different releases of kubeadm: ${list.join('; ')}.`,
      cause: 'Some hosts were updated and others were not.',
      fix: 'Install one release on all: each kubeadm renders the manifest of its own host.',
    }),
  ];
}

/** Checks the etcd that the members run, or would run after a deploy, for known problems; one check for each release. */
export function releasesForDeploy(members: readonly ExaminedMember[], settings: PreflightSettings): Check[] {
  const releases = members.flatMap((member) => {
    const release = releaseOf(member, settings);
    return release === undefined ? [] : [{ name: member.name, release }];
  });
  const byText = Map.groupBy(releases, ({ release }) => release.text);
  return [...byText.values()].flatMap((group) => {
    const names = nameList(group.map(({ name }) => name));
    return group.slice(0, 1).map(({ release }) =>
      releaseCheck(checkOf('release', null), release, names, {
        ifFixed: 'It is the release that this kubeadm asks for, or that was set when the cluster was made.',
      }),
    );
  });
}

/** Checks the etcd that each member runs for known problems. */
export function releasesInService({ members }: HealthFacts): Check[] {
  const [shippedElsewhere] = members.flatMap(({ host }) =>
    'seen' in host ? (shippedBy(host.seen) ?? []) : [],
  );
  return members.flatMap(({ name, endpoint, host }) => {
    const version = seen(endpoint.status)?.version;
    const release = version === undefined ? undefined : parseRelease(version);
    if (release === undefined) return [];
    // if its own host was not examined, another one is used
    const shipped = 'seen' in host ? shippedBy(host.seen) : shippedElsewhere;
    return [releaseCheck(checkOf('release', name), release, name, { shipped })];
  });
}

/** The etcd that a host's kubeadm asks for. */
function shippedBy({ shippedImage }: HostObservation): EtcdRelease | undefined {
  return parseRelease(shippedImage?.split(':').at(-1) ?? '');
}

const CHOSEN = 'The image was chosen a long time ago.';

/**
 * Checks a release of etcd for the problems that were known at the release of the action.
 * @param on names of the members.
 * @param known `shipped`: the release that kubeadm itself asks for, which is for Kubernetes to change and no more than a notice.
 * `ifFixed`: the cause if a newer release has the fix.
 */
function releaseCheck(
  check: ReturnType<typeof checkOf>,
  release: EtcdRelease,
  on: string,
  known: { readonly shipped?: EtcdRelease | undefined; readonly ifFixed?: string },
): Check {
  const { shipped, ifFixed = CHOSEN } = known;
  const problem = problemOf(release);
  if (problem === undefined)
    return check('ok', { measured: `No vulnerability of etcd ${release.text} is known.` });
  const measured = `etcd ${release.text} on ${on} ${problem.fact}`;
  if (shipped?.text === release.text)
    return check('ok', { measured, notice: `It is what this host's kubeadm ships. ${problem.fix}` });
  const cause = problem.fixedIn === undefined ? CHOSEN : ifFixed;
  return check('warn', { code: problem.code, measured, cause, fix: problem.fix });
}

/** Returns the release that a running member reports, else that of the image's tag. */
function releaseOf(
  { facts, seen: examined }: ExaminedMember,
  settings: PreflightSettings,
): EtcdRelease | undefined {
  const tag = wantedImage(settings, facts)?.image.split(':').at(-1);
  return parseRelease(examined.member?.version ?? tag ?? '');
}
