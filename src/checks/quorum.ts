import { clusterFindings } from '../etcd/health/cluster.ts';
import { memberFindings } from '../etcd/health/members.ts';
import { nameList, seen } from '../etcd/health/observation.ts';
import { memberName } from '../etcd/health/view.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { Finding } from '../findings.ts';
import { type Check, type CheckName, checkOf, type CodedText, textOfFinding } from './check.ts';
import { type ClusterAnswers, plural, viewOf, votesOf } from './view.ts';

/** Checks that the cluster has a quorum, and how many members it can lose. */
export function quorumChecks(facts: ClusterAnswers): Check[] {
  const check = checkOf('quorum', null);
  const { all, needed, working, answering, unknown } = votesOf(facts);
  const threshold = `at least ${needed} of ${all}`;
  const count = `${working.length} of ${plural(all, 'voting member')}`;
  if (working.length >= needed) {
    const spare = working.length - needed;
    const measured = `${count} ${working.length === 1 ? 'works' : 'work'}; the cluster can lose ${plural(spare, 'more member')}.`;
    // One that stands on its own by design is not about to break.
    if (spare > 0 || all === 1 || working.length === all) return [check('ok', { measured, threshold })];
    return [
      check('warn', {
        code: 'quorum-at-risk',
        measured,
        threshold,
        cause: 'A member is down or cut off.',
        fix: 'Bring it back before you do anything else to this cluster; reboot and upgrade no other host until then.',
      }),
    ];
  }
  if (working.length === 0 && unknown.length === facts.members.length) {
    return [
      check('unknown', {
        measured: 'No member could be asked.',
        threshold,
        cause: 'No host could be reached, or none has a client certificate for etcd.',
        fix: 'See the checks "Host (SSH)": until one host can be reached, nothing is known of etcd.',
      }),
    ];
  }
  if (working.length + unknown.length >= needed) {
    return [
      check('unknown', {
        measured: `${count} work; nothing is known of ${nameList(unknown)}.`,
        threshold,
        cause: 'Not every host could be reached.',
        fix: 'See the checks "Host (SSH)".',
      }),
    ];
  }
  const present = `${answering.length} of ${plural(all, 'voting member')} ${answering.length === 1 ? 'answers' : 'answer'}`;
  return [
    check('fail', {
      code: 'quorum-lost',
      measured: `No quorum: ${present}${answering.length >= needed ? ', and they do not reach each other' : ''}. The cluster accepts no writes and serves no consistent reads.`,
      threshold,
      cause: 'Too many members are down at once, or the peer ports do not reach each other.',
      fix: 'Start the members that are down: their data is still there. Remove none, add none, and delete no data dir; restore from a backup only when a majority of the data dirs is lost.',
    }),
  ];
}

/** The findings about the cluster that belong to each check. */
const CODES = {
  leader: new Set<FindingCode>(['leader-unknown']),
  'cluster-id': new Set<FindingCode>(['cluster-ids-differ']),
  alarms: new Set<FindingCode>(['alarm-nospace', 'alarm-corrupt', 'alarm-unknown']),
  versions: new Set<FindingCode>(['etcd-versions-differ']),
} as const satisfies Partial<Record<CheckName, ReadonlySet<FindingCode>>>;

/** Checks for one leader, one cluster id, alarms, and one release on all members. */
export function clusterChecks(facts: ClusterAnswers): Check[] {
  const view = viewOf(facts);
  const findings = clusterFindings(view);
  const isSilent = facts.members.every(({ endpoint }) => 'failure' in endpoint.status);
  const told = (name: keyof typeof CODES, ok: string): Check[] => {
    const check = checkOf(name, null);
    const bad = findings.filter(({ code }) => CODES[name].has(code));
    if (bad.length > 0) return bad.map((finding) => check(finding.status, withFix(finding)));
    if (isSilent) return [check('unknown', { measured: 'No member answers.' })];
    if (name === 'leader' && view.leader === null) {
      return [
        check('unknown', { measured: 'Less than a majority of the members answers and names one leader.' }),
      ];
    }
    return [check('ok', { measured: ok })];
  };
  const terms = view.own.flatMap(({ status }) => seen(status)?.raftTerm ?? []);
  const leader = view.leader === null ? '' : memberName(view, view.leader);
  const versions = new Set(view.own.flatMap(({ status }) => seen(status)?.version ?? []));
  return [
    ...told('leader', `${leader} leads in term ${Math.max(...terms)}, and all members that answer agree.`),
    ...told('cluster-id', `All belong to cluster ${view.clusterId ?? ''}.`),
    ...alarms(facts, told('alarms', 'No alarm is raised.')),
    ...told('versions', `All run etcd ${[...versions].join(', ')}.`),
    ...findings
      .filter(({ code }) => code === 'member-reports-error')
      .map((finding) => checkOf('alive', finding.host ?? null)('fail', textOfFinding(finding))),
  ];
}

/** If no alarm list could be read, a status without alarms does not prove that there are none. */
function alarms({ members }: ClusterAnswers, told: Check[]): Check[] {
  const isOk = told.every(({ status }) => status === 'ok');
  if (!isOk || members.some(({ endpoint }) => 'seen' in endpoint.alarms)) return told;
  return [
    checkOf('alarms', null)('unknown', {
      measured: 'The alarms could not be read: that requires a majority.',
    }),
  ];
}

const ETCDCTL =
  "`crictl exec $(crictl ps -q --name '^etcd$') etcdctl --endpoints https://ADDRESS:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/peer.crt --key /etc/kubernetes/pki/etcd/peer.key …`";

/** Fixes of a check that are more specific than those of the finding, by its code. */
type Fixes = Readonly<Partial<Record<FindingCode, (fix: string) => string>>>;

const FIXES: Fixes = {
  'alarm-nospace': () =>
    `On a host, with ${ETCDCTL}: find the revision (\`endpoint status -w fields\`), \`compact REVISION\`, \`defrag\` one member after the other and the leader last, then \`alarm disarm\`. If the database is that big for good reason, raise quota-backend-bytes first.`,
  // a removed member never comes back with its data
  'member-not-expected': (fix) =>
    `${fix} Remove only what you are certain of: check once more that no host of yours has this address, and that the cluster has a quorum without it.`,
};

function withFix(finding: Finding): CodedText {
  const told = textOfFinding(finding);
  return { ...told, fix: FIXES[finding.code]?.(finding.fix ?? '') ?? told.fix ?? null };
}

/** Checks the actual members against the expected ones, or reports which members contradict each other about them. */
export function membershipChecks(facts: ClusterAnswers): Check[] {
  const view = viewOf(facts);
  const findings = memberFindings(view);
  if (findings.length > 0) {
    return findings.map((finding) =>
      checkOf('membership', finding.host ?? null)(finding.status, withFix(finding)),
    );
  }
  if (view.members === undefined) {
    return [checkOf('membership', null)('unknown', { measured: 'No member gave a member list.' })];
  }
  return [
    checkOf('membership', null)('ok', {
      measured: `The member list has the ${plural(facts.members.length, 'expected member')} and no other.`,
    }),
  ];
}
