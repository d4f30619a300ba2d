import { X509Certificate } from 'node:crypto';
import { isClosedEnough } from '../cluster/differences.ts';
import type { ControlPlaneFacts, HealthFacts } from '../facts/health.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { CA_CERTIFICATE, leafPath, PRIVATE_MODE } from '../kubeadm/paths.ts';
import { daysLeft } from '../pki/certificate.ts';
import { fingerprintsIn, readableCertificate } from '../pki/inspect.ts';
import { isSignedBy, verifyLeaf } from '../pki/verify.ts';
import { type Check, checkOf } from './check.ts';
import { byDays, days, daysWords, ends, missingFactCheck } from './view.ts';

const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
const KEY = leafPath('apiserverEtcdClient', 'key');
const DEPLOY = 'Run the deploy with `control-plane-hosts`: it delivers files that are missing or end soon.';
/** A deploy refuses a pair that it does not know, and treats a key without its certificate as a pair that works. */
const MOVE_AWAY = `If this cluster is the one that the host should use, move these files to another folder. ${DEPLOY}`;
const REMOVE_KEY = `Remove ${KEY} there. ${DEPLOY}`;

/** Checks that each host of the control plane has the files with which its API server connects to this cluster. */
export function controlPlaneChecks(facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  const authorityPem = authorityOf(facts);
  return facts.controlPlane.map((host) => checkHost(host, authorityPem, facts.now, thresholds));
}

/** Returns the members' own CA; if they do not have the same, another check reports it. */
function authorityOf({ members }: HealthFacts): string | undefined {
  return members
    .map(({ host }) => ('seen' in host ? host.seen.facts.files.get(CA_CERTIFICATE)?.text : undefined))
    .find((text) => readableCertificate(text) !== undefined);
}

function checkHost(
  { name, address, host }: ControlPlaneFacts,
  authorityPem: string | undefined,
  now: Date,
  thresholds: HealthThresholds,
): Check {
  const check = checkOf('control-plane', null);
  const subject = name;
  if ('failure' in host) {
    const { code, fact, cause, fix } = host.failure;
    return check('warn', {
      code,
      subject,
      measured: `${name} of the control plane could not be examined: ${fact}`,
      cause: cause ?? null,
      fix: fix ?? 'Log in to the host by hand to see why.',
    });
  }
  const { facts, more } = host.seen;
  const notSeen = missingFactCheck(check, name, facts, ['files']);
  if (notSeen !== undefined) return { ...notSeen, subject };
  const { files } = facts;
  if (authorityPem === undefined) {
    return check('unknown', {
      subject,
      measured: `The files of ${name} cannot be compared: the CA of the members could not be read.`,
    });
  }
  const missing = [CA_CERTIFICATE, CERTIFICATE, KEY].filter((path) => !files.has(path));
  if (missing.length > 0) {
    return check('fail', {
      code: 'control-plane-files-unusable',
      subject,
      measured: `${name} of the control plane lacks ${missing.join(', ')}.`,
      cause: 'No deploy has delivered them yet, or they were removed.',
      fix: DEPLOY,
    });
  }
  const authority = new X509Certificate(authorityPem);
  const trusted = fingerprintsIn(files.get(CA_CERTIFICATE)?.text ?? '');
  const certificatePem = files.get(CERTIFICATE)?.text ?? '';
  const info = readableCertificate(certificatePem);
  const ofKey = more.publicKeys.get(KEY);
  const isStranger = !trusted.includes(authority.fingerprint256);
  const isOther = isSignedBy(certificatePem, { certificate: authority }) === false;
  const isOdd = info !== undefined && ofKey !== undefined && ofKey !== info.publicKeySha256;
  const wrong = [
    ...(isStranger
      ? [
          `${CA_CERTIFICATE} is ${trusted.length === 0 ? 'no certificate' : `another CA (SHA-256 ${trusted.join(', ')})`}, not the members' (SHA-256 ${authority.fingerprint256})`,
        ]
      : []),
    ...verifyLeaf(
      { certificatePem },
      {
        authority: { certificate: authority },
        profile: 'apiserverEtcdClient',
        member: { name, address },
        now,
      },
    ),
    ...(isOdd ? [`${KEY} does not belong to ${CERTIFICATE}`] : []),
  ];
  if (wrong.length > 0 || info === undefined) {
    return check('fail', {
      code: 'control-plane-files-unusable',
      subject,
      measured: `${name} of the control plane: ${wrong.join('; ')}.`,
      cause: 'They were made for another cluster, replaced by hand, or have expired.',
      fix: isStranger || isOther ? MOVE_AWAY : isOdd ? REMOVE_KEY : DEPLOY,
    });
  }
  const key = files.get(KEY);
  if (key !== undefined && !isClosedEnough(key, PRIVATE_MODE)) {
    return check('warn', {
      code: 'file-modes-differ',
      subject,
      measured: `${KEY} of ${name} has mode ${key.mode} and owner ${key.owner}.`,
      threshold: `${PRIVATE_MODE}, root`,
      cause: 'It was copied by hand.',
      fix: DEPLOY,
    });
  }
  const left = daysLeft(info.notAfter, now);
  const status = byDays(left, thresholds);
  const threshold = daysWords(thresholds);
  if (status === 'ok') {
    return check(status, {
      subject,
      measured: `${name} of the control plane has the CA and a client pair that ends in ${days(left)}.`,
      threshold,
    });
  }
  return check(status, {
    code: 'certificate-ends-soon',
    subject,
    measured: `${CERTIFICATE} of ${name} of the control plane ${ends(info, now)}.`,
    threshold,
    cause: 'kubeadm issues certificates for one year, and does not renew this one.',
    fix: DEPLOY,
  });
}
