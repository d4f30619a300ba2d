import { X509Certificate } from 'node:crypto';
import { holdsAuthorityKey, TRUSTED_BESIDES, trustedOn } from '../cluster/authority-key.ts';
import { nameList, whoSaysWhat } from '../etcd/health/observation.ts';
import type { HealthFacts, HostSight, MemberSight, ServedCertificate, Sight } from '../facts/health.ts';
import type { HealthThresholds } from '../inputs/thresholds.ts';
import { leafPath } from '../kubeadm/file-tree.ts';
import { CA_CERTIFICATE, CA_KEY, ETCD_MANIFEST } from '../kubeadm/paths.ts';
import { daysLeft } from '../pki/certificate.ts';
import { type CertificateInfo, inspectCertificate } from '../pki/inspect.ts';
import { leafProfileNames } from '../pki/leaf.ts';
import { verifyLeaf } from '../pki/verify.ts';
import { type Check, checkOf, type CheckStatus } from './check.ts';
import { days, unseenCheck } from './view.ts';

const RENEW = 'Run the deploy: it renews what ends within `renew-before-days`, without a restart.';

/** One CA everywhere, each certificate on its disk, and what the listeners present. */
export function certificateChecks(facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  return [
    ...authority(facts, thresholds),
    ...facts.members.flatMap((member) => [
      ...('seen' in member.host ? onDisk(member, member.host.seen, facts, thresholds) : []),
      ...served(member, facts, thresholds),
    ]),
  ];
}

function authority({ members, now }: HealthFacts, thresholds: HealthThresholds): Check[] {
  const check = checkOf('authority', null);
  const looked = members.flatMap(({ name, host }) => {
    if ('unseen' in host) return [];
    const { facts } = host.seen;
    const info = infoOf(facts.files.get(CA_CERTIFICATE)?.text);
    return [{ name, info, notSeen: unseenCheck(check, name, facts, ['files']) }];
  });
  const hosts = looked.filter(({ info, notSeen }) => info !== undefined || notSeen === undefined);
  const [unseen] = looked.flatMap(({ notSeen }) => notSeen ?? []);
  if (hosts.length === 0) return [unseen ?? check('unknown', { measured: 'No host could be looked at.' })];
  const without = hosts.filter(({ info }) => info === undefined).map(({ name }) => name);
  const told = hosts.flatMap(({ name, info }) =>
    info === undefined ? [] : [[name, info.fingerprint] as const],
  );
  if (without.length > 0) {
    return [
      check('fail', {
        measured: `${CA_CERTIFICATE} is missing or cannot be read on ${nameList(without)}.`,
        cause: 'It was removed or overwritten.',
        fix: 'Copy it from another host: it is public and the same on all.',
      }),
    ];
  }
  const byFingerprint = [...Map.groupBy(told, ([, fingerprint]) => fingerprint).values()].toSorted(
    (one, other) => other.length - one.length,
  );
  if (byFingerprint.length > 1) {
    const odd = byFingerprint.slice(1).flatMap((group) => group.map(([name]) => name));
    return [
      check('fail', {
        measured: `The hosts have different CAs; not the one of most others: ${nameList(odd)}. SHA-256: ${whoSaysWhat(told)}.`,
        cause: 'ca.crt was overwritten, or the host was set up for another cluster.',
        fix: `Put the ca.crt of the other hosts back on ${nameList(odd)}; etcd reads it at its next start, and would then trust no other member.`,
      }),
    ];
  }
  const [first] = hosts;
  const info = first?.info;
  if (info === undefined) return [];
  const left = daysLeft(info.notAfter, now);
  const besides = members.flatMap(({ name, host }) =>
    'seen' in host && trustedOn(host.seen.facts).length > 1 ? [name] : [],
  );
  return [
    ...(besides.length === 0
      ? []
      : [
          check('warn', {
            subject: CA_CERTIFICATE,
            measured: `${CA_CERTIFICATE} holds more than one certificate on ${nameList(besides)}; etcd takes every client that any of them vouches for.`,
            ...TRUSTED_BESIDES,
          }),
        ]),
    ...strayKeys(members),
    check(byDays(left, thresholds), {
      measured: `All hosts have the same CA, ${info.subject}; ${ends(info, now)}.`,
      threshold: daysWords(thresholds),
      ...(byDays(left, thresholds) === 'ok'
        ? {}
        : {
            cause: 'kubeadm makes it for ten years.',
            fix: 'Plan the change of the CA now: it takes a time in which members and clients trust both.',
          }),
    }),
  ];
}

/** Finds keys of the CA on hosts, if no host should keep it by the record of the last deploy. */
function strayKeys(members: HealthFacts['members']): Check[] {
  const holders = members.flatMap(({ name, host }) => {
    if ('unseen' in host) return [];
    const { facts } = host.seen;
    const isWantedNowhere = typeof facts.state === 'object' && facts.state.cluster.caCustody === 'input-only';
    return isWantedNowhere && holdsAuthorityKey(facts) ? [name] : [];
  });
  if (holders.length === 0) return [];
  return [
    checkOf('authority', null)('warn', {
      subject: CA_KEY,
      measured: `The key of the CA lies on ${nameList(holders)} (${CA_KEY}), and by the record there no host keeps it.`,
      cause: 'It was put there by hand, or a run was cut off before it could remove it.',
      fix: 'Run the deploy with `ca-custody: input-only`: it removes the key once it has seen that it is the one of the inputs.',
    }),
  ];
}

function onDisk(
  { name, address }: MemberSight,
  { facts, more: { publicKeys } }: HostSight,
  { now }: HealthFacts,
  thresholds: HealthThresholds,
): Check[] {
  const check = checkOf('certificate', name);
  const notSeen = unseenCheck(check, name, facts, ['files']);
  if (notSeen !== undefined) return [notSeen];
  const { files } = facts;
  const authorityPem = files.get(CA_CERTIFICATE)?.text;
  const authorityInfo = infoOf(authorityPem);
  const good: { readonly path: string; readonly left: number }[] = [];
  const bad: Check[] = [];
  for (const profile of leafProfileNames) {
    const path = leafPath(profile, 'certificate');
    const text = files.get(path)?.text;
    const info = infoOf(text);
    if (text === undefined || info === undefined) {
      bad.push(
        check('fail', {
          subject: path,
          measured: `${path} of ${name} ${text === undefined ? 'is missing' : 'is no certificate that can be read'}.`,
          cause: 'It was removed or overwritten.',
          fix: 'Run the deploy: it issues what is missing.',
        }),
      );
      continue;
    }
    const wrong =
      authorityPem === undefined || authorityInfo === undefined
        ? []
        : verifyLeaf(
            { certificatePem: text },
            {
              authority: { certificate: new X509Certificate(authorityPem) },
              profile,
              member: { name, address },
              now,
            },
          );
    const keyPath = leafPath(profile, 'key');
    const ofKey = publicKeys.get(keyPath);
    if (!files.has(keyPath)) wrong.push(`${keyPath} is missing`);
    else if (ofKey !== undefined && ofKey !== info.publicKeySha256)
      wrong.push(`${keyPath} does not belong to it`);
    if (wrong.length > 0) {
      bad.push(
        check('fail', {
          subject: path,
          measured: `${path} of ${name}: ${wrong.join('; ')}.`,
          cause:
            info.notBefore > now
              ? "The host's or the runner's clock is wrong."
              : 'It was replaced by hand, or has run out.',
          fix: 'Run the deploy: it issues a new one.',
        }),
      );
      continue;
    }
    const left = daysLeft(info.notAfter, now);
    const status = byDays(left, thresholds);
    if (status === 'ok') good.push({ path, left });
    else {
      bad.push(
        check(status, {
          subject: path,
          measured: `${path} of ${name} ${ends(info, now)}.`,
          threshold: daysWords(thresholds),
          cause: 'kubeadm makes certificates for one year.',
          fix: path.includes('apiserver')
            ? `${RENEW} Then bring the new one to the control plane, as docs/deploy.md says.`
            : RENEW,
        }),
      );
    }
  }
  if (good.length === 0) return bad;
  const least = Math.min(...good.map(({ left }) => left));
  return [
    ...bad,
    check('ok', {
      measured: `${good.length} of ${leafProfileNames.length} certificates hold before the CA, fit their keys and name the member; the first ends in ${days(least)}.`,
      threshold: daysWords(thresholds),
    }),
  ];
}

function served(member: MemberSight, facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  if ('failure' in member.endpoint.status && member.endpoint.status.failure.kind === 'not-asked') return [];
  const { clientPort, peerPort } = facts;
  return [
    listener(member, `client port ${clientPort}`, 'server', member.served.client, facts, thresholds),
    listener(member, `peer port ${peerPort}`, 'peer', member.served.peer, facts, thresholds),
  ];
}

function listener(
  { name, address, host }: MemberSight,
  subject: string,
  profile: 'server' | 'peer',
  sight: Sight<ServedCertificate>,
  { now }: HealthFacts,
  thresholds: HealthThresholds,
): Check {
  const check = checkOf('served-certificate', name);
  if ('unseen' in sight)
    return check('unknown', {
      subject,
      measured: `The ${subject} of ${name} presents none: ${sight.unseen.fact}.`,
    });
  const info = infoOf(sight.seen.pem);
  if (info === undefined)
    return check('unknown', { subject, measured: `What the ${subject} of ${name} presents cannot be read.` });
  const left = daysLeft(info.notAfter, now);
  if (!sight.seen.trusted) {
    return check('fail', {
      subject,
      measured: `What the ${subject} of ${name} presents does not hold before the CA of the cluster (${info.subject}, by ${info.issuer}, ${ends(info, now)}).`,
      cause: left < 0 ? 'It has run out.' : 'It was issued by another CA.',
      fix: `${RENEW} If the file on the disk is right, restart that member.`,
    });
  }
  const path = leafPath(profile, 'certificate');
  const onDiskInfo = 'seen' in host ? infoOf(host.seen.facts.files.get(path)?.text) : undefined;
  if (onDiskInfo !== undefined && onDiskInfo.fingerprint !== info.fingerprint) {
    return check(worse('warn', byDays(left, thresholds)), {
      subject,
      measured: `The ${subject} of ${name} presents another certificate than ${path}: what it presents ${ends(info, now)}, the file ${ends(onDiskInfo, now)}.`,
      cause:
        'The file was renewed and etcd sees another one: its folder was replaced as a whole, and the container still has the old one mounted.',
      fix: `Restart that member alone, with a quorum of the others: move ${ETCD_MANIFEST} out of its folder, wait until the container is gone, and move it back.`,
    });
  }
  if (
    !info.sans.includes(`IP:${address}`) &&
    !info.sans.some((san) => san.toLowerCase() === `ip:${address}`.toLowerCase())
  ) {
    return check('fail', {
      subject,
      measured: `What the ${subject} of ${name} presents does not name ${address} (it names ${info.sans.join(', ')}).`,
      cause: 'It was issued for another address.',
      fix: RENEW,
    });
  }
  const status = byDays(left, thresholds);
  return check(status, {
    subject,
    measured: `What the ${subject} of ${name} presents holds before the CA${onDiskInfo === undefined ? '' : ' and is the file on the disk'}; it ${ends(info, now)}.`,
    threshold: daysWords(thresholds),
    ...(status === 'ok' ? {} : { cause: 'kubeadm makes certificates for one year.', fix: RENEW }),
  });
}

/** What a PEM text says; undefined for none, and for what is no certificate. */
export function infoOf(pem: string | undefined): CertificateInfo | undefined {
  if (pem === undefined) return undefined;
  try {
    return inspectCertificate(pem);
  } catch {
    return undefined;
  }
}

/** How soon is too soon. */
export function byDays(
  left: number,
  { certificateFailureDays, certificateWarningDays }: HealthThresholds,
): CheckStatus {
  if (left < certificateFailureDays) return 'fail';
  return left < certificateWarningDays ? 'warn' : 'ok';
}

function worse(one: CheckStatus, other: CheckStatus): CheckStatus {
  return other === 'fail' ? other : one;
}

/** The threshold of {@link byDays} in words. */
export function daysWords({ certificateFailureDays, certificateWarningDays }: HealthThresholds): string {
  return `at least ${days(certificateWarningDays)}; fails below ${days(certificateFailureDays)}`;
}

/** When a certificate ends, in words. */
export function ends({ notAfter }: CertificateInfo, now: Date): string {
  const left = daysLeft(notAfter, now);
  const date = notAfter.toISOString().slice(0, 10);
  return left < 0 ? `ended on ${date}` : `ends in ${days(left)} (${date})`;
}
