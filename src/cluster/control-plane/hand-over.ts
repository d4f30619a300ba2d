import { isClosedEnough } from '../differences.ts';
import type { Finding } from '../../findings.ts';
import { CA_CERTIFICATE, CERTIFICATE_MODE, ETCD_MANIFEST, leafFiles, leafPath } from '../../kubeadm/paths.ts';
import type { Authority } from '../../pki/authority.ts';
import { fingerprintsIn, inspectCertificate } from '../../pki/inspect.ts';
import { daysLeft } from '../../pki/certificate.ts';
import { isSignedBy, verifyLeaf } from '../../pki/verify.ts';
import type { ControlPlaneHost } from './resolve.ts';

/**
 * The pair with which API servers connect to etcd, at kubeadm's paths on the control plane's hosts as on the members'.
 */
export const CLIENT_FILES = leafFiles().filter(({ name }) => name === 'apiserverEtcdClient');

const CERTIFICATE = leafPath('apiserverEtcdClient', 'certificate');
const KEY = leafPath('apiserverEtcdClient', 'key');

/** All files of the hand-over, each with its mode. */
const HANDED_OVER: ReadonlyMap<string, string> = new Map([
  [CA_CERTIFICATE, CERTIFICATE_MODE],
  ...CLIENT_FILES.map(({ path, mode }) => [path, mode] as const),
]);

/** The missing parts of one host of the control plane, each with its reason in words. */
export interface HandOver {
  readonly name: string;
  readonly address: string;
  /** ca.crt is missing. */
  readonly authority: readonly string[];
  /** The pair is to be issued, for this host only. */
  readonly pair: readonly string[];
  /** The file of the pair that is put in place last: a missing one, so that the next run detects an interrupted one. */
  readonly last: 'certificate' | 'key';
  /** Modes to set, octal by path. */
  readonly modes: ReadonlyMap<string, string>;
}

/** The input of a hand-over, besides the host. */
export interface HandOverInput {
  /** Absent if this run creates the CA. */
  readonly authority: Authority | undefined;
  readonly renewBeforeDays: number;
  readonly now: Date;
}

/**
 * Returns the missing parts of a host of the control plane, or the reasons why nothing may be put there: it belongs to
 * another etcd, or holds unknown files. Files of another CA are never replaced; files of this CA are, if they are
 * missing, do not work or expire soon.
 */
export function handOverTo(
  host: ControlPlaneHost,
  input: HandOverInput,
): { readonly handOver: HandOver; readonly findings: readonly Finding[] } {
  const { name, address, facts } = host;
  const findings = [...strangeEtcd(host), ...noFiles(host), ...otherAuthority(host, input.authority)];
  const handOver = {
    name,
    address,
    authority: facts.files.has(CA_CERTIFICATE) ? [] : [`${CA_CERTIFICATE} is missing`],
    pair: pairReasons(host, input),
    last: facts.files.has(CERTIFICATE) && !facts.files.has(KEY) ? ('key' as const) : ('certificate' as const),
    modes: wrongModes(host),
  };
  return { handOver, findings };
}

/** Reports whether there is nothing to do. */
export function isHandedOver({ authority, pair, modes }: HandOver): boolean {
  return authority.length + pair.length + modes.size === 0;
}

/** Returns all reasons as lines for the plan. */
export function describeHandOver({ authority, pair, modes }: HandOver): string[] {
  return [
    ...authority,
    ...pair,
    ...[...modes].map(
      ([path, mode]) =>
        `${path} allows more than the mode ${mode}, cannot be read by its owner, or does not belong to root`,
    ),
  ];
}

function pairReasons(
  { name, address, facts: { files } }: ControlPlaneHost,
  { authority, renewBeforeDays, now }: HandOverInput,
): string[] {
  const missing = [CERTIFICATE, KEY].filter((path) => !files.has(path));
  if (missing.length > 0) return [`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`];
  const certificatePem = files.get(CERTIFICATE)?.text ?? '';
  if (authority === undefined) return [];
  const member = { name, address };
  const [wrong] = verifyLeaf({ certificatePem }, { authority, profile: 'apiserverEtcdClient', member, now });
  if (wrong !== undefined) return [wrong];
  const { notAfter } = inspectCertificate(certificatePem);
  const left = daysLeft(notAfter, now);
  return left < renewBeforeDays
    ? [`${CERTIFICATE} expires on ${notAfter.toISOString()} (${left} days left)`]
    : [];
}

function wrongModes({ facts: { files } }: ControlPlaneHost): Map<string, string> {
  return new Map(
    [...HANDED_OVER].filter(([path, mode]) => {
      const file = files.get(path);
      return file?.kind === 'file' && !isClosedEnough(file, mode);
    }),
  );
}

const AT = 'control-plane-hosts';
const MOVE_AWAY =
  'Remove the host from `control-plane-hosts`, or, if nothing there uses these files any more, move them to another folder and run again.';

function strangeEtcd({ name, facts: { files } }: ControlPlaneHost): Finding[] {
  if (!files.has(ETCD_MANIFEST)) return [];
  return [
    {
      code: 'control-plane-host-taken',
      host: name,
      at: AT,
      fact: `it runs its own etcd (${ETCD_MANIFEST}).`,
      cause: 'It is a member of an etcd cluster, or of a control plane with stacked etcd.',
      fix: 'List only hosts of a control plane that uses this cluster.',
    },
  ];
}

/** Refuses links, which may lead to files that others manage. */
function noFiles({ name, facts: { files } }: ControlPlaneHost): Finding[] {
  return [...HANDED_OVER.keys()].flatMap((path) => {
    const kind = files.get(path)?.kind ?? 'file';
    return kind === 'file'
      ? []
      : [
          {
            code: 'control-plane-host-taken',
            host: name,
            at: AT,
            fact: `${path} is ${kind === 'link' ? 'a link' : `not a file (${kind})`}; the action did not replace it.`,
            cause: 'Another tool manages the certificates on this host.',
            fix: MOVE_AWAY,
          },
        ];
  });
}

function otherAuthority(
  { name, facts: { files } }: ControlPlaneHost,
  authority: Authority | undefined,
): Finding[] {
  const found = files.get(CA_CERTIFICATE);
  if (found !== undefined) {
    const fingerprints = fingerprintsIn(found.text ?? '');
    if (authority !== undefined && fingerprints.includes(authority.fingerprint)) {
      return otherPair(name, files.get(CERTIFICATE)?.text, authority);
    }
    const is = fingerprints.length === 0 ? 'not a readable certificate' : 'another CA';
    const seen = fingerprints.length === 0 ? '' : ` (SHA-256 ${fingerprints.join(', ')})`;
    const own =
      authority === undefined
        ? "this cluster's, which this run creates"
        : `this cluster's (SHA-256 ${authority.fingerprint})`;
    return [
      {
        code: 'control-plane-host-taken',
        host: name,
        at: AT,
        fact: `its ${CA_CERTIFICATE} is ${is}${seen}, not ${own}; the action did not replace it.`,
        cause: 'The control plane there uses another etcd, or its own.',
        fix: MOVE_AWAY,
      },
    ];
  }
  const left = [CERTIFICATE, KEY].filter((path) => files.has(path));
  if (left.length === 0) return [];
  return [
    {
      code: 'control-plane-host-taken',
      host: name,
      at: AT,
      fact: `${left.join(' and ')} ${left.length === 1 ? 'is' : 'are'} there without ${CA_CERTIFICATE}, so it is unknown for which etcd; the action did not replace ${left.length === 1 ? 'it' : 'them'}.`,
      cause: 'Another control plane left the files, or only some were copied.',
      fix: MOVE_AWAY,
    },
  ];
}

/**
 * Refuses a pair that another CA has signed, beside this cluster's CA: another tool or person has put it there. An
 * unreadable pair is useless, and may be replaced.
 */
function otherPair(name: string, certificatePem: string | undefined, authority: Authority): Finding[] {
  if (certificatePem === undefined || isSignedBy(certificatePem, authority) !== false) return [];
  return [
    {
      code: 'control-plane-host-taken',
      host: name,
      at: AT,
      fact: `its ${CERTIFICATE} was not issued by this cluster's CA (SHA-256 ${authority.fingerprint}); the action did not replace it.`,
      cause: 'The control plane there uses another etcd, or the CA was changed without this pair.',
      fix: MOVE_AWAY,
    },
  ];
}
