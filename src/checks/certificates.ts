import { X509Certificate } from 'node:crypto';
import { holdsAuthorityKey, TRUSTED_BESIDES, trustedOn } from '../cluster/authority-key.ts';
import { nameList, whoSaysWhat } from '../etcd/health/observation.ts';
import type { HealthFacts, HostObservation, MemberFacts } from '../facts/health.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { CA_CERTIFICATE, CA_KEY, ETCD_MANIFEST, leafPath } from '../kubeadm/paths.ts';
import { daysLeft } from '../pki/certificate.ts';
import { type CertificateInfo, readableCertificate } from '../pki/inspect.ts';
import { leafProfileNames } from '../pki/leaf.ts';
import { verifyLeaf } from '../pki/verify.ts';
import { type Check, checkOf, type MakeCheck } from './check.ts';
import { byDays, days, daysWords, ends, missingFactCheck } from './view.ts';

const RENEW = 'Run the deploy: it renews what ends within `renew-before-days`, without a restart.';

/** Checks that all hosts have one CA, the certificates on each disk, and those that the listeners present. */
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
    if ('failure' in host) return [];
    const { facts } = host.seen;
    const info = readableCertificate(facts.files.get(CA_CERTIFICATE)?.text);
    return [{ name, info, notSeen: missingFactCheck(check, name, facts, ['files']) }];
  });
  const hosts = looked.filter(({ info, notSeen }) => info !== undefined || notSeen === undefined);
  const [unseen] = looked.flatMap(({ notSeen }) => notSeen ?? []);
  if (hosts.length === 0) return [unseen ?? check('unknown', { measured: 'No host could be examined.' })];
  const without = hosts.filter(({ info }) => info === undefined).map(({ name }) => name);
  const told = hosts.flatMap(({ name, info }) =>
    info === undefined ? [] : [[name, info.fingerprint] as const],
  );
  if (without.length > 0) {
    return [
      check('fail', {
        code: 'ca-missing',
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
        code: 'ca-mismatch',
        measured: `The hosts have different CAs; ${nameList(odd)} ${odd.length === 1 ? 'differs' : 'differ'} from most others. SHA-256: ${whoSaysWhat(told)}.`,
        cause: 'ca.crt was overwritten, or the host was set up for another cluster.',
        fix: `Put the ca.crt of the other hosts back on ${nameList(odd)}; etcd reads it at its next start, and would then trust no other member.`,
      }),
    ];
  }
  const [first] = hosts;
  const info = first?.info;
  if (info === undefined) return [];
  const besides = members.flatMap(({ name, host }) =>
    'seen' in host && trustedOn(host.seen.facts).length > 1 ? [name] : [],
  );
  return [
    ...(besides.length === 0
      ? []
      : [
          check('warn', {
            code: 'ca-trust-too-wide',
            subject: CA_CERTIFICATE,
            measured: `${CA_CERTIFICATE} holds more than one certificate on ${nameList(besides)}; etcd accepts the clients of each of them.`,
            ...TRUSTED_BESIDES,
          }),
        ]),
    ...strayKeys(members),
    authorityEnd(check, info, now, thresholds),
  ];
}

function authorityEnd(
  check: MakeCheck,
  info: CertificateInfo,
  now: Date,
  thresholds: HealthThresholds,
): Check {
  const measured = `All hosts have the same CA, ${info.subject}; it ${ends(info, now)}.`;
  const threshold = daysWords(thresholds);
  const status = byDays(daysLeft(info.notAfter, now), thresholds);
  if (status === 'ok') return check(status, { measured, threshold });
  return check(status, {
    code: 'ca-ends-soon',
    measured,
    threshold,
    cause: 'kubeadm issues its CA for ten years.',
    fix: 'Plan the replacement of the CA now: for a time, members and clients have to trust both CAs.',
  });
}

/** Finds keys of the CA on hosts, if no host should keep it by the record of the last deploy. */
function strayKeys(members: HealthFacts['members']): Check[] {
  const holders = members.flatMap(({ name, host }) => {
    if ('failure' in host) return [];
    const { facts } = host.seen;
    const isWantedNowhere = typeof facts.state === 'object' && facts.state.cluster.caCustody === 'input-only';
    return isWantedNowhere && holdsAuthorityKey(facts) ? [name] : [];
  });
  if (holders.length === 0) return [];
  return [
    checkOf('authority', null)('warn', {
      code: 'ca-key-left-behind',
      subject: CA_KEY,
      measured: `The key of the CA is on ${nameList(holders)} (${CA_KEY}), and according to the record of the last deploy no host keeps it.`,
      cause: 'It was put there by hand, or a run ended before it could remove it.',
      fix: 'Run the deploy with `ca-custody: input-only`: it removes the key if it is the key of the inputs.',
    }),
  ];
}

function onDisk(
  { name, address }: MemberFacts,
  { facts, more: { publicKeys } }: HostObservation,
  { now }: HealthFacts,
  thresholds: HealthThresholds,
): Check[] {
  const check = checkOf('certificate', name);
  const notSeen = missingFactCheck(check, name, facts, ['files']);
  if (notSeen !== undefined) return [notSeen];
  const { files } = facts;
  const authorityPem = files.get(CA_CERTIFICATE)?.text;
  const authorityInfo = readableCertificate(authorityPem);
  const good: { readonly path: string; readonly left: number }[] = [];
  const bad: Check[] = [];
  for (const profile of leafProfileNames) {
    const path = leafPath(profile, 'certificate');
    const text = files.get(path)?.text;
    const info = readableCertificate(text);
    if (text === undefined || info === undefined) {
      bad.push(
        check('fail', {
          code: 'certificate-unusable',
          subject: path,
          measured: `${path} of ${name} ${text === undefined ? 'is missing' : 'is not a readable certificate'}.`,
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
          code: 'certificate-unusable',
          subject: path,
          measured: `${path} of ${name}: ${wrong.join('; ')}.`,
          cause:
            info.notBefore > now
              ? "The host's or the runner's clock is wrong."
              : 'It was replaced by hand, or has expired.',
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
          code: 'certificate-ends-soon',
          subject: path,
          measured: `${path} of ${name} ${ends(info, now)}.`,
          threshold: daysWords(thresholds),
          cause: 'kubeadm issues certificates for one year.',
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
      measured: `${good.length} of ${leafProfileNames.length} certificates are valid for the CA, match their keys and name the member; the first to end ends in ${days(least)}.`,
      threshold: daysWords(thresholds),
    }),
  ];
}

function served(member: MemberFacts, facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  if ('failure' in member.endpoint.status && member.endpoint.status.failure.kind === 'not-asked') return [];
  const { clientPort, peerPort } = facts;
  return [
    listener(member, `client port ${clientPort}`, 'server', member.served.client, facts, thresholds),
    listener(member, `peer port ${peerPort}`, 'peer', member.served.peer, facts, thresholds),
  ];
}

function listener(
  { name, address, host }: MemberFacts,
  subject: string,
  profile: 'server' | 'peer',
  sight: MemberFacts['served']['client'],
  { now }: HealthFacts,
  thresholds: HealthThresholds,
): Check {
  const check = checkOf('served-certificate', name);
  if ('failure' in sight)
    return check('unknown', {
      subject,
      code: sight.failure.code,
      measured: `The ${subject} of ${name} presents no certificate: ${sight.failure.fact}.`,
    });
  const info = readableCertificate(sight.seen.pem);
  if (info === undefined)
    return check('unknown', {
      subject,
      measured: `The certificate that the ${subject} of ${name} presents cannot be read.`,
    });
  const left = daysLeft(info.notAfter, now);
  if (!sight.seen.trusted) {
    return check('fail', {
      code: 'server-certificate-unusable',
      subject,
      measured: `The certificate that the ${subject} of ${name} presents is not valid for the CA of the cluster (${info.subject}, issued by ${info.issuer}, ${ends(info, now)}).`,
      cause: left < 0 ? 'It has expired.' : 'It was issued by another CA.',
      fix: `${RENEW} If the file on the disk is right, restart that member.`,
    });
  }
  const path = leafPath(profile, 'certificate');
  const onDiskInfo = 'seen' in host ? readableCertificate(host.seen.facts.files.get(path)?.text) : undefined;
  if (onDiskInfo !== undefined && onDiskInfo.fingerprint !== info.fingerprint) {
    return check(byDays(left, thresholds) === 'fail' ? 'fail' : 'warn', {
      code: 'served-certificate-old',
      subject,
      measured: `The ${subject} of ${name} presents another certificate than ${path}: that one ${ends(info, now)}, the file ${ends(onDiskInfo, now)}.`,
      cause:
        'The file was renewed, but its folder was replaced as a whole, and the container still has the old folder mounted.',
      fix: `Restart that member alone, with a quorum of the others: move ${ETCD_MANIFEST} out of its folder, wait until the container is gone, and move it back.`,
    });
  }
  if (
    !info.sans.includes(`IP:${address}`) &&
    !info.sans.some((san) => san.toLowerCase() === `ip:${address}`.toLowerCase())
  ) {
    return check('fail', {
      code: 'server-certificate-unusable',
      subject,
      measured: `The certificate that the ${subject} of ${name} presents does not name ${address} (it names ${info.sans.join(', ')}).`,
      cause: 'It was issued for another address.',
      fix: RENEW,
    });
  }
  const status = byDays(left, thresholds);
  const measured = `The certificate that the ${subject} of ${name} presents is valid for the CA${onDiskInfo === undefined ? '' : ' and is the file on the disk'}; it ${ends(info, now)}.`;
  const threshold = daysWords(thresholds);
  if (status === 'ok') return check(status, { subject, measured, threshold });
  return check(status, {
    code: 'certificate-ends-soon',
    subject,
    measured,
    threshold,
    cause: 'kubeadm issues certificates for one year.',
    fix: RENEW,
  });
}
