import { isStored, wantedImage } from '../../cluster/images.ts';
import { type Member, memberFindings } from '../../cluster/members.ts';
import { classifyHost } from '../../cluster/ownership.ts';
import { missingPrerequisites } from '../../cluster/prerequisites.ts';
import { unseenFindings } from '../../cluster/unseen-findings.ts';
import type { PlanInput, PlanningOperation } from '../../engine/operation.ts';
import { verifyHealthy } from '../../engine/verify.ts';
import type { Finding } from '../../findings.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlanOutcome, PlanReport } from '../../report/run-report.ts';
import type { DrillDatabase } from '../../steps/drill-database.ts';
import { PLANNING, reportDeploy } from '../deploy/deploy.ts';
import { imageSteps, supplyFindings } from '../deploy/image-supply.ts';
import { refuseIf, unknownFacts } from '../deploy/refusals.ts';
import { backupRefusals, backupWarnings, describeBackup, requireBackup } from './backup-findings.ts';
import { planOntoEmptyHosts } from './empty-hosts.ts';

/** Sets up a cluster with the data of a backup on empty hosts, or shows on a spare host that this would succeed. */
export const restore: PlanningOperation = {
  kind: 'planning',
  name: 'restore',
  summary:
    'Restores a backup of an external etcd cluster for kubeadm onto empty hosts over SSH, or tries it on a spare host',
  icon: 'rotate-ccw',
  inputs: [
    ...EVERY_OPERATION,
    ...PLANNING.filter((group) => group !== 'bootstrap'),
    'restore',
    'plan',
    'client-copies',
    'artifact',
    'lock',
  ],
  outputs: ['login', 'cluster', 'plan', 'change', 'findings', 'hand-over', 'artifact'],
  access: () => ({ effect: 'changes', as: 'root' }),
  reach: 'every',
  concerns: 'all',
  survivesFault: false,
  readsBackup: true,
  // a drill leaves nothing behind, and can be scheduled
  needsApproval: ({ restore: { drill } }) => !drill,
  probe: ({ imageArchive }) => ({ membersReach: false, sandbox: imageArchive !== undefined }),
  lock: 'hosts',
  plan: (input) => (input.settings.restore.drill ? planDrill(input) : planOntoEmptyHosts(input)),
  // a drill leaves no cluster; what it has compared is its verification
  verify: async (input) => (input.plan.members.after.length === 0 ? undefined : verifyHealthy(input)),
  report: reportRestore,
};

/** What a restore reports besides its plan: what a control plane needs, and that its API servers have to be restarted. */
export function reportRestore(outcome: PlanOutcome): PlanReport {
  const report = { ...reportDeploy(outcome), unfinished: 'not everything was done' };
  const isDone = !outcome.dryRun && outcome.plan.members.after.length > 0 && outcome.changed;
  return isDone ? { ...report, warnings: [RESTART_CLIENTS] } : report;
}

const RESTART_CLIENTS = {
  code: 'restore-clients-outdated',
  at: 'restore',
  fact: 'API servers, controllers and kubelets that ran before the restore still hold newer objects in memory.',
  cause: 'The data is that of the backup; a watch cannot tell its clients that history has changed.',
  fix: 'Restart each kube-apiserver (move its manifest out of /etc/kubernetes/manifests and back), then kube-scheduler and kube-controller-manager, then kubelet on every node. docs/restore.md has the order.',
} as const;

/**
 * The plan of a drill: the backup is restored on a spare host, an etcd that only this host can reach starts on it, and what it
 * has is compared with the manifest. Then everything is taken away again.
 * @throws RefusedError unless there is one empty host, or if the backup does not fit.
 */
function planDrill(input: PlanInput): Plan {
  const backup = requireBackup(input.backup);
  const { settings, members, now, archive } = input;
  const { manifest } = backup;
  refuseIf(memberFindings(members));
  refuseIf(unknownFacts(members));
  refuseIf([
    ...members.flatMap((member) => spareFindings(member, settings.clusterName)),
    ...unseenFindings(members, 'image'),
    ...members.flatMap((member) => missingPrerequisites(member, settings)),
  ]);
  const [member] = members;
  if (member === undefined) throw new Error('the inputs name one host');
  const image = wantedImage(settings, member.facts)?.image;
  const criEndpoint = member.facts.runtime.runtime?.endpoint;
  if (image === undefined || criEndpoint === undefined) throw new Error('prerequisites are checked before');
  refuseIf(
    backupRefusals(manifest, { clusterName: settings.clusterName, images: new Map([[member.name, image]]) }),
  );
  const supplied = { ...member, desired: { image, criEndpoint } };
  refuseIf(supplyFindings([supplied], { archive, registry: settings.registry }));
  const { name: host } = member;
  const drill: DrillDatabase = {
    kind: 'drill-database',
    host,
    why: 'an etcd that starts on the backup is the proof of it',
    image,
    criEndpoint,
    dataDir: settings.dataDir,
    sha256: backup.snapshotSha256,
    revision: manifest.revision,
    keys: manifest.keys,
  };
  return {
    clusterName: settings.clusterName,
    verdict: {
      name: 'drill',
      meaning:
        'restore the backup on a spare host, compare it with its manifest, and take everything away again',
      done: 'the backup was restored and compared on a spare host',
    },
    reasons: [describeBackup(manifest, now)],
    members: { before: [], after: [] },
    controlPlane: [],
    leftOut: [],
    warnings: backupWarnings(manifest),
    stages: [
      ...(isStored(image, member.facts) ? [] : [{ title: 'Image', steps: imageSteps(supplied, archive) }]),
      {
        title: 'Drill',
        order: 'in-turn',
        steps: [
          {
            kind: 'put-database',
            host,
            why: 'the host gets a copy of the backup for the time of the drill',
            dataDir: settings.dataDir,
            bytes: backup.snapshotBytes,
            sha256: backup.snapshotSha256,
          },
          drill,
        ],
      },
    ],
    afterVerify: [],
  };
}

/** A host with anything of etcd on it is no spare one. */
function spareFindings(member: Member, clusterName: string): Finding[] {
  const { ownership, findings } = classifyHost(member, clusterName);
  if (ownership === undefined || ownership.kind === 'pristine') return [...findings];
  return [
    {
      code: 'drill-host-in-use',
      host: member.name,
      at: 'hosts',
      fact: 'it is a member of a cluster, or is prepared to be one.',
      cause:
        '`hosts` lists the members of the cluster, and a drill needs a host that has nothing to do with it.',
      fix: 'Name one spare host in `hosts`, with kubeadm and a container runtime, and with room for two copies of the database.',
    },
  ];
}
