import { leads } from '../etcd/health/endpoint.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import { assessMembers } from '../etcd/health/members.ts';
import { seen } from '../etcd/health/observation.ts';
import { highestTerm, memberName } from '../etcd/health/view.ts';
import type { EtcdId } from '../etcd/messages.ts';
import { daysLeft } from '../pki/certificate.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import { milliseconds } from '../text/units.ts';
import { type Check, type CheckStatus, worstFirst, worstOf } from './check.ts';
import { leaderIndexOf, verificationChecks } from './endpoint.ts';
import {
  type CertificateDocument,
  HEALTH_DOCUMENT_VERSION,
  type HealthDocument,
  type MemberDocument,
} from './health-document.ts';
import { clusterChecks, membershipChecks, quorumChecks } from './quorum.ts';
import { type ClusterAnswers, failureToleranceOf, type MemberAnswers, plural, viewOf } from './view.ts';

/** The parts of a health document that do not follow from the members' answers and the checks. */
export type DocumentParts<M extends MemberAnswers> = Pick<
  HealthDocument,
  'checkedAt' | 'durationMs' | 'clusterName' | 'certificates' | 'thresholds' | 'metricsWindowSeconds'
> & {
  readonly checks: readonly Check[];
  /** Highest revision of the key space that a member reported. */
  readonly revision: number | null;
  /** What is known of each member and its host in addition to the answers of its etcd. */
  readonly more: (member: M) => MoreOfMember;
};

/** The figures of a member that its answers at the client port do not give. */
export type MoreOfMember = Omit<MemberDocument, keyof ReturnType<typeof answeredFigures> | 'status'>;

/** Returns the document of these checks, of any operation. */
export function healthDocument<M extends MemberAnswers>(
  facts: Omit<ClusterAnswers, 'members'> & { readonly members: readonly M[] },
  parts: DocumentParts<M>,
): HealthDocument {
  const { clusterName, more } = parts;
  const view = viewOf(facts);
  const checks = worstFirst(parts.checks);
  const status = overall(checks);
  const leaderIndex = leaderIndexOf(facts);
  const members = facts.members.map((member): MemberDocument => ({
    ...answeredFigures(member, view.leader, leaderIndex),
    ...more(member),
    status: worstOf(checks.filter((check) => check.member === member.name).map((check) => check.status)),
  }));
  const failureTolerance = failureToleranceOf(facts) ?? null;
  const leader = view.leader === null ? null : memberName(view, view.leader);
  return {
    schemaVersion: HEALTH_DOCUMENT_VERSION,
    checkedAt: parts.checkedAt,
    durationMs: parts.durationMs,
    clusterName,
    status,
    healthy: status === 'ok' || status === 'warn',
    summary: summaryLine({ clusterName, status, members, leader, failureTolerance, checks }),
    failureTolerance,
    cluster: { id: view.clusterId, leader, raftTerm: highestTerm(view), revision: parts.revision },
    members,
    memberList: assessMembers(view),
    checks,
    certificates: parts.certificates,
    thresholds: parts.thresholds,
    metricsWindowSeconds: parts.metricsWindowSeconds,
  };
}

/** A failure counts even if the rest is unknown; without the quorum nothing is known. */
function overall(checks: readonly Check[]): CheckStatus {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  if (checks.some(({ name, status }) => name === 'quorum' && status === 'unknown')) return 'unknown';
  return worstOf(checks.map(({ status }) => status).filter((status) => status !== 'unknown'));
}

type Known = Pick<HealthDocument, 'clusterName' | 'status' | 'members' | 'failureTolerance' | 'checks'> & {
  readonly leader: string | null;
};

const VERDICTS = {
  ok: 'is healthy',
  warn: 'works, and needs a look',
  fail: 'is not healthy',
  unknown: 'could not be seen',
} as const;

/** Longest line: it becomes an output, the text of an issue or a message in a chat. */
const MOST_CHARACTERS = 1000;

/** Returns the report in one line, in which nothing has a meaning in Markdown: hosts have chosen parts of it. */
export function summaryLine({
  clusterName,
  status,
  members,
  leader,
  failureTolerance,
  checks,
}: Known): string {
  const up = members.filter(({ reachable }) => reachable).length;
  const parts = [
    `${up} of ${plural(members.length, 'member')} ${up === 1 ? 'answers' : 'answer'}`,
    leader === null ? 'no leader is known' : `${leader} leads`,
    toleranceWords(failureTolerance),
  ];
  const worst = checks.find((check): check is Check => check.status === 'fail' || check.status === 'warn');
  const why = worst === undefined ? '' : ` ${worst.measured}`;
  return harmless(`etcd cluster "${clusterName}" ${VERDICTS[status]}: ${parts.join(', ')}.${why}`);
}

/** Returns the text without links, pictures, tags and mentions: a blank in them changes nothing for a reader. */
function harmless(text: string): string {
  const line = text
    .slice(0, MOST_CHARACTERS)
    .split(/[\r\n\u0085\u2028\u2029]/)
    .map((part) => part.trim())
    .join(' ');
  return line.replaceAll('](', '] (').replaceAll(/[<@#](?=[^\s])/g, '$& ');
}

function toleranceWords(tolerance: number | null): string {
  if (tolerance === null) return 'nothing is known of its quorum';
  if (tolerance < 0) return 'there is no quorum';
  return tolerance === 0 ? 'it can lose no more member' : `it can lose ${plural(tolerance, 'more member')}`;
}

/** Returns the figures of a member's answers at its client port. */
function answeredFigures(
  { name, address, askedThrough, endpoint }: MemberAnswers,
  leader: EtcdId | null,
  leaderIndex: number | undefined,
): Pick<
  MemberDocument,
  | 'name'
  | 'address'
  | 'askedThrough'
  | 'role'
  | 'reachable'
  | 'memberId'
  | 'version'
  | 'readMs'
  | 'roundTripMs'
  | 'raftIndex'
  | 'raftAppliedIndex'
  | 'raftLag'
  | 'dbSizeBytes'
  | 'dbSizeInUseBytes'
> {
  const status = seen(endpoint.status);
  const isLeader = status !== undefined && leads(status, leader);
  return {
    name,
    address,
    askedThrough,
    role: status === undefined ? null : status.isLearner ? 'learner' : isLeader ? 'leader' : 'follower',
    reachable: status !== undefined,
    memberId: status?.memberId ?? null,
    version: status?.version ?? null,
    readMs: milliseconds(seen(endpoint.readNs)),
    roundTripMs: milliseconds(seen(endpoint.roundTripNs)),
    raftIndex: status?.raftIndex ?? null,
    raftAppliedIndex: status?.raftAppliedIndex ?? null,
    raftLag:
      status === undefined || leaderIndex === undefined ? null : Math.max(0, leaderIndex - status.raftIndex),
    dbSizeBytes: status?.dbSize ?? null,
    dbSizeInUseBytes: status?.dbSizeInUse ?? null,
  };
}

/** Returns none for a text that is not a certificate: the checks of certificates report it. */
export function certificateDocuments(
  pem: string | undefined,
  place: Pick<CertificateDocument, 'member' | 'place' | 'where'>,
  now: Date,
): CertificateDocument[] {
  if (pem === undefined) return [];
  try {
    const { subject, isCa, notBefore, notAfter, serial, fingerprint } = inspectCertificate(pem);
    return [
      {
        ...place,
        subject,
        isCa,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        daysLeft: daysLeft(notAfter, now),
        serial: serial.toString(16),
        fingerprint,
      },
    ];
  } catch {
    return [];
  }
}

/** What a verification knows in addition to the report. */
export type VerificationParts = Pick<
  HealthDocument,
  'durationMs' | 'clusterName' | 'certificates' | 'thresholds'
> &
  Pick<ClusterAnswers, 'clientPort' | 'peerPort'>;

/**
 * The document of a verification: the checks of quorum, leader, members, alarms and endpoints. It is healthy exactly if the report is. What
 * only a health check reads has no check, and no figure.
 */
export function verificationDocument(
  { observations, checkedAt }: Pick<HealthReport, 'observations' | 'checkedAt'>,
  { clientPort, peerPort, ...parts }: VerificationParts,
): HealthDocument {
  const members = observations.map((endpoint) => ({
    name: endpoint.name,
    address: endpoint.address,
    endpoint,
    askedThrough: null,
  }));
  const facts = { clientPort, peerPort, members };
  const checks = [
    ...quorumChecks(facts),
    ...clusterChecks(facts),
    ...membershipChecks(facts),
    ...verificationChecks(facts, parts.thresholds),
  ];
  return healthDocument(facts, {
    ...parts,
    checkedAt,
    checks,
    revision: null,
    metricsWindowSeconds: null,
    more: () => NOT_MEASURED,
  });
}

const NOT_MEASURED: MoreOfMember = {
  localReadMs: null,
  sshRoundTripMs: null,
  quotaBytes: null,
  walFsync: null,
  backendCommit: null,
  peers: [],
  leaderChanges: null,
  clockOffsetMs: null,
  diskFreeBytes: null,
  diskSizeBytes: null,
  restarts: null,
};
