import { clusterFindings } from '../etcd/health/cluster.ts';
import { memberFindings } from '../etcd/health/members.ts';
import { nameList, seen } from '../etcd/health/observation.ts';
import { memberName } from '../etcd/health/view.ts';
import { type Check, type CheckName, checkOf } from './check.ts';
import { type ClusterAnswers, plural, viewOf, votesOf } from './view.ts';

/** Whether the cluster takes writes, and how many members it can lose. */
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
        measured,
        threshold,
        cause: 'A member is down or cut off.',
        fix: 'Bring it back before anything else is done to this cluster; reboot and upgrade no other host until then.',
      }),
    ];
  }
  if (working.length === 0 && unknown.length === facts.members.length) {
    return [
      check('unknown', {
        measured: 'No member could be asked.',
        threshold,
        cause: 'No host could be reached, or none has what etcd is asked with.',
        fix: 'See the checks "Host (SSH)": until one host can be reached, nothing is known of etcd.',
      }),
    ];
  }
  if (working.length + unknown.length >= needed) {
    return [
      check('unknown', {
        measured: `${count} work; of ${nameList(unknown)} nothing is known.`,
        threshold,
        cause: 'Not every host could be reached.',
        fix: 'See the checks "Host (SSH)".',
      }),
    ];
  }
  const present = `${answering.length} of ${plural(all, 'voting member')} ${answering.length === 1 ? 'answers' : 'answer'}`;
  return [
    check('fail', {
      measured: `No quorum: ${present}${answering.length >= needed ? ', and they do not reach each other' : ''}. The cluster takes no writes and serves no consistent reads.`,
      threshold,
      cause: 'Too many members are down at once, or the peer ports do not reach each other.',
      fix: 'Start the members that are down: their data is still there. Remove none, add none, and delete no data dir; restore from a backup only when a majority of the data dirs is lost.',
    }),
  ];
}

/** One leader, one cluster, its alarms, and one release everywhere; in the words of the etcd room. */
export function clusterChecks(facts: ClusterAnswers): Check[] {
  const view = viewOf(facts);
  const findings = clusterFindings(view);
  const nothingTold = facts.members.every(({ endpoint }) => 'failure' in endpoint.status);
  const told = (name: CheckName, at: string, ok: string): Check[] => {
    const check = checkOf(name, null);
    const bad = findings.filter((finding) => finding.at === at);
    if (bad.length > 0) {
      return bad.map(({ status, fact, cause, fix }) =>
        check(status, { measured: fact, cause: cause ?? null, fix: fixOf(at, fact) ?? fix ?? null }),
      );
    }
    if (nothingTold) return [check('unknown', { measured: 'No member answers.' })];
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
    ...told('leader', 'leader', `${leader} leads in term ${Math.max(...terms)}, and all who answer agree.`),
    ...told('cluster-id', 'cluster id', `All belong to cluster ${view.clusterId ?? ''}.`),
    ...alarms(facts, told('alarms', 'alarms', 'No alarm is raised.')),
    ...told('versions', 'versions', `All run etcd ${[...versions].join(', ')}.`),
    ...findings
      .filter(({ at }) => at === 'status')
      .map(({ host, fact, cause, fix }) =>
        checkOf('alive', host ?? null)('fail', { measured: fact, cause: cause ?? null, fix: fix ?? null }),
      ),
  ];
}

/** Without the alarm list, a status without alarms says little. */
function alarms({ members }: ClusterAnswers, told: Check[]): Check[] {
  const isOk = told.every(({ status }) => status === 'ok');
  if (!isOk || members.some(({ endpoint }) => 'seen' in endpoint.alarms)) return told;
  return [
    checkOf('alarms', null)('unknown', {
      measured: 'The alarms could not be read: that takes a majority.',
    }),
  ];
}

const ETCDCTL =
  "`crictl exec $(crictl ps -q --name '^etcd$') etcdctl --endpoints https://ADDRESS:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/peer.crt --key /etc/kubernetes/pki/etcd/peer.key …`";

function fixOf(at: string, fact: string): string | undefined {
  if (at !== 'alarms' || !fact.includes('NOSPACE')) return undefined;
  return `On a host, with ${ETCDCTL}: find the revision (\`endpoint status -w fields\`), \`compact REVISION\`, \`defrag\` one member after the other and the leader last, then \`alarm disarm\`. If the database is that big for good reason, raise quota-backend-bytes first.`;
}

/** Expected against actual members. */
export function membershipChecks(facts: ClusterAnswers): Check[] {
  const view = viewOf(facts);
  if (view.members === undefined) {
    return [checkOf('membership', null)('unknown', { measured: 'No member told who the members are.' })];
  }
  const findings = memberFindings(view);
  if (findings.length === 0) {
    return [
      checkOf('membership', null)('ok', {
        measured: `The member list has the ${plural(facts.members.length, 'expected member')} and no other.`,
      }),
    ];
  }
  return findings.map(({ host, status, fact, cause, fix }) =>
    checkOf('membership', host ?? null)(status, {
      measured: fact,
      cause: cause ?? null,
      fix: fix === undefined ? null : careful(fix),
    }),
  );
}

/** A removed member never comes back with its data. */
function careful(fix: string): string {
  return fix.includes('member remove')
    ? `${fix} Remove only what you are certain of: check once more that no host of yours has this address, and that the cluster has a quorum without it.`
    : fix;
}
