import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type ClusterFacts, hasMajority } from '../../../src/cluster/gates.ts';
import type { FactName, HostFacts } from '../../../src/facts/host.ts';
import { RefusedError } from '../../../src/findings.ts';
import { CA_CERTIFICATE, CA_KEY, ETCD_MANIFEST, leafFiles } from '../../../src/kubeadm/paths.ts';
import type { Plan, Stage } from '../../../src/plan/plan.ts';
import type { Step } from '../../../src/steps/index.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import { MEMBERS } from '../../cluster/example.ts';
import { blind, decide, stepsOf } from './deciding.ts';
import { Dice, situation, type Situation } from './random-hosts.ts';
import { carriedOut } from './simulation.ts';

const CASES = 600;
/** Plans that are decided or carried out once more. */
const SAMPLE = 80;

/** A situation that results in a plan. */
interface Decided extends Situation {
  readonly seed: number;
  readonly plan: Plan;
}

function planFor(circumstances: Situation): Plan | undefined {
  try {
    return decide(circumstances.facts, circumstances);
  } catch (error) {
    // Anything else would be a fault of the action, reported without a fix.
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

const all = Array.from({ length: CASES }, (_, seed) => ({ seed, ...situation(new Dice(seed)) }));
const decided = all.flatMap((one): Decided[] => {
  const plan = planFor(one);
  return plan === undefined ? [] : [{ ...one, plan }];
});

/** Returns seeds of the situations that violate a property; `situation(new Dice(seed))` recreates them. */
function failing(holds: (one: Decided) => boolean): number[] {
  return decided.filter((one) => !holds(one)).map(({ seed }) => seed);
}

function hasBeenMember({ facts }: Situation, index: number): boolean {
  const { state = 'absent', dataDir } = facts[index] ?? {};
  return dataDir?.hasLog === true || (typeof state === 'object' && state.phase === 'member');
}

/** Reports whether it is another cluster's member, was verified as healthy once, or all members are healthy now. */
function isEstablished({ facts, cluster }: Situation): boolean {
  if (cluster?.health.healthy === true && facts.every(({ state }) => typeof state === 'object')) return true;
  return facts.some(
    ({ state, files }) =>
      (typeof state === 'object' && state.phase === 'member') ||
      (state === 'absent' && files.has(ETCD_MANIFEST)),
  );
}

/**
 * Reports whether each member of a running cluster is taken down only after its own gate, by itself, the leader last;
 * and whether two stopped ones are started in the same stage only while the cluster has no majority.
 */
function restartsAreSafe(
  plan: Plan,
  facts: readonly HostFacts[],
  cluster: ClusterFacts | undefined,
): boolean {
  const runs = (name: string): boolean => {
    const index = MEMBERS.findIndex((member) => member.name === name);
    return facts[index]?.containers.some(({ running }) => running) === true;
  };
  const stages = plan.stages.filter((stage) => restartsOf(stage).length > 0);
  const order = stages.flatMap((stage) => restartsOf(stage).map(({ host }) => host)).filter(runs);
  const leader = cluster?.health.leader?.name ?? '';
  const works = cluster !== undefined && hasMajority(cluster.health);
  return (
    stages.every((stage) => {
      const hosts = restartsOf(stage).map(({ host }) => host);
      if (!hosts.some(runs)) return hosts.length === 1 || !works;
      return (
        hosts.length === 1 &&
        stage.order === 'in-turn' &&
        stage.before?.kind === 'quorum-without' &&
        stage.before.member === hosts[0] &&
        stage.after?.kind === 'member'
      );
    }) &&
    (!order.includes(leader) || order.at(-1) === leader)
  );
}

function restartsOf({ steps }: Stage): Step[] {
  return steps.filter(({ kind }) => kind === 'restart-member');
}

test('the situations are of all kinds', () => {
  const verdicts = Map.groupBy(decided, ({ plan }) => plan.verdict.name);
  for (const verdict of ['create', 'repair', 'adopt', 'converge', 'unchanged'] as const) {
    expect(verdicts.get(verdict)?.length ?? 0).toBeGreaterThan(CASES / 100);
  }
  expect(all.length - decided.length).toBeGreaterThan(CASES / 10);
});

describe('of every plan', () => {
  // A new kind of step needs a decision here.
  const KINDS: Readonly<Record<Step['kind'], 'writes only' | 'removes' | 'looks' | 'starts'>> = {
    'deliver-files': 'writes only',
    'set-modes': 'writes only',
    'pull-image': 'writes only',
    'import-image': 'writes only',
    'render-manifest': 'writes only',
    'remove-authority-key': 'removes',
    'put-database': 'writes only',
    'verify-restored': 'looks',
    'restore-database': 'writes only',
    'drill-database': 'removes',
    'discard-restore': 'removes',
    'record-member': 'writes only',
    'note-backup': 'writes only',
    'take-backup': 'looks',
    'upload-backup': 'looks',
    'verify-files': 'looks',
    'verify-served-certificate': 'looks',
    'verify-client-certificate': 'looks',
    'start-kubelet': 'starts',
    'await-kubelet': 'looks',
    'start-member': 'starts',
    'restart-member': 'starts',
    'move-leadership': 'starts',
  };

  test('no step removes anything but the key of a CA that the inputs bring, and none writes into the data dir', () => {
    expect(
      failing(({ plan }) =>
        stepsOf(plan).every(
          (step) =>
            step.kind in KINDS &&
            (step.kind !== 'deliver-files' ||
              step.files.every(({ path }) => !path.startsWith(`${plan.cluster?.shape.dataDir}/`))),
        ),
      ),
    ).toEqual([]);
  });

  test("the CA's key goes from a host only where the inputs have it and ask for it, and only after the verification", () => {
    const removes = ({ kind }: Step): boolean => KINDS[kind] === 'removes';
    const removing = decided.filter(({ plan }) => stepsOf(plan).some(removes));
    expect(removing.length).toBeGreaterThan(5);
    expect(
      failing(
        ({ plan, settings }) =>
          !plan.stages.some(({ steps }) => steps.some(removes)) &&
          (!stepsOf(plan).some(removes) ||
            (settings.caCustody === 'input-only' &&
              plan.cluster?.authority.from === 'input' &&
              plan.cluster.keyKeeper === undefined)),
      ),
    ).toEqual([]);
  });

  // The record of a deploy that was interrupted before its CA's certificate does not belong to a cluster.
  test('no CA is made where any host holds one, or anything of a cluster', () => {
    const marks = [CA_CERTIFICATE, ETCD_MANIFEST, ...leafFiles().map(({ path }) => path)];
    expect(
      failing(
        (one) =>
          one.plan.cluster?.authority.from !== 'made' ||
          one.facts.every(
            ({ files }, index) => marks.every((path) => !files.has(path)) && !hasBeenMember(one, index),
          ),
      ),
    ).toEqual([]);
  });

  test('no CA takes the place of another', () => {
    expect(
      failing(({ plan, facts, settings }) => {
        const [present] = facts.flatMap(({ files }) => files.get(CA_CERTIFICATE)?.text ?? []);
        const delivers = stepsOf(plan).some(
          (step) => step.kind === 'deliver-files' && step.files.some(({ path }) => path === CA_CERTIFICATE),
        );
        if (!delivers || present === undefined) return true;
        return plan.cluster?.authority.from !== 'input' || settings.authority?.certificatePem === present;
      }),
    ).toEqual([]);
  });

  test('no member is started without its log once it has been a member', () => {
    expect(
      failing((one) =>
        MEMBERS.every(({ name }, index) => {
          const isStarted = stepsOf(one.plan).some(
            ({ kind, host }) => host === name && (kind === 'start-member' || kind === 'restart-member'),
          );
          return !isStarted || !hasBeenMember(one, index) || one.facts[index]?.dataDir.hasLog === true;
        }),
      ),
    ).toEqual([]);
  });

  test('only a cluster that was never healthy may have a member without data restarted', () => {
    expect(
      failing((one) =>
        stepsOf(one.plan).every(
          (step) => step.kind !== 'restart-member' || step.mayLackData === !isEstablished(one),
        ),
      ),
    ).toEqual([]);
  });

  test('no manifest is placed on data', () => {
    expect(
      failing(({ plan, facts }) =>
        stepsOf(plan).every((step) => {
          const index = MEMBERS.findIndex(({ name }) => name === step.host);
          return step.kind !== 'start-member' || !step.placeManifest || facts[index]?.dataDir.empty === true;
        }),
      ),
    ).toEqual([]);
  });

  test('no member is restarted that a cluster was taken over with', () => {
    expect(
      failing(
        ({ plan, facts }) =>
          plan.verdict.name !== 'adopt' ||
          stepsOf(plan).every(({ kind, host }) => {
            const index = MEMBERS.findIndex(({ name }) => name === host);
            return kind !== 'restart-member' || facts[index]?.state !== 'absent';
          }),
      ),
    ).toEqual([]);
  });

  test('in a cluster that lives, one running member is restarted at a time, behind a gate, the leader last', () => {
    expect(
      failing((one) => !isEstablished(one) || restartsAreSafe(one.plan, one.facts, one.cluster)),
    ).toEqual([]);
  });

  test('certificates are issued where they are delivered, and nowhere else', () => {
    expect(
      failing(({ plan }) =>
        MEMBERS.every(({ name }) => {
          const delivered = stepsOf(plan).flatMap((step) =>
            step.kind === 'deliver-files' && step.host === name
              ? step.files.flatMap(({ content }) => (content.from === 'leaf' ? [content.name] : []))
              : [],
          );
          const issued = plan.cluster?.issue.get(name) ?? [];
          return (
            issued.every((leaf) => delivered.includes(leaf)) &&
            delivered.every((leaf) => issued.includes(leaf))
          );
        }),
      ),
    ).toEqual([]);
  });

  test('the same question gives the same plan', () => {
    for (const one of decided.slice(0, SAMPLE)) expect(planFor(one)).toEqual(one.plan);
  });
});

// Deploys are idempotent: a second run finds nothing to do. If a deploy was interrupted and files of a started member
// were damaged since, the first run only finishes it, and the second, which then finds a finished member, repairs them.
test('a plan that was carried out leaves nothing to be done', () => {
  const cluster = clusterFacts();
  const again = decided.slice(0, SAMPLE).flatMap(({ seed, plan, facts, settings }) => {
    const { certificatePem } = settings.authority ?? {};
    const after = carriedOut(plan, facts, certificatePem);
    // Work that was left out is still to be done.
    if (plan.leftOut.length > 0) return [];
    const second = decide(after, { settings, cluster });
    if (second.verdict.name === 'unchanged') return [];
    const told = [{ seed, verdict: plan.verdict.name, reasons: second.reasons }];
    if (plan.verdict.name !== 'repair' || second.stages.some((stage) => restartsOf(stage).length > 0))
      return told;
    return decide(carriedOut(second, after, certificatePem), { settings, cluster }).verdict.name ===
      'unchanged'
      ? []
      : told;
  });
  expect(again).toEqual([]);
});

// Unseen and contradictory facts must never lead to a plan that costs more than the true facts would.
describe('of every plan that is made with less than the truth', () => {
  const PARTS: readonly FactName[] = [
    'containers',
    'images',
    'runtime',
    'kubelet',
    'kubeadm',
    'files',
    'digests',
    'data-dir',
    'addresses',
    'listeners',
    'reach',
  ];

  /** A situation as it is, and as the run sees it. */
  interface Seen {
    readonly seed: number;
    readonly truth: Situation;
    readonly seen: Situation;
    readonly plan: Plan | undefined;
  }

  /** Hides some parts of some hosts; in half of the cases the same parts of all. */
  function blinded(facts: readonly HostFacts[], dice: Dice): HostFacts[] {
    const parts = PARTS.filter(() => dice.percent(15));
    const what = parts.length === 0 ? [dice.pick(PARTS)] : parts;
    const all = dice.percent(50);
    const one = dice.pick([0, 1, 2]);
    return facts.map((host, index) => (all || index === one ? blind(host, ...what) : host));
  }

  /** Hides etcd from the container runtime, as if kubelet used another one. */
  function deceived(facts: readonly HostFacts[], dice: Dice): HostFacts[] {
    const all = dice.percent(50);
    const one = dice.pick([0, 1, 2]);
    return facts.map((host, index) => (all || index === one ? { ...host, containers: [] } : host));
  }

  function look(change: typeof blinded): Seen[] {
    return all.map(({ seed, ...truth }) => {
      const seen = { ...truth, facts: change(truth.facts, new Dice(seed + 7)) };
      return { seed, truth, seen, plan: planFor(seen) };
    });
  }

  const looks = [...look(blinded), ...look(deceived)];

  function unsafe(holds: (one: Seen & { readonly plan: Plan }) => boolean): number[] {
    return looks.flatMap((one) => {
      const { plan } = one;
      return plan === undefined || holds({ ...one, plan }) ? [] : [one.seed];
    });
  }

  test('there are some: not everything is needed for everything', () => {
    const plans = looks.filter(({ plan }) => plan !== undefined);
    expect(plans.length).toBeGreaterThan(50);
  });

  test('no running member of a cluster that lives is restarted outside of its gate', () => {
    expect(
      unsafe(({ plan, truth }) => !isEstablished(truth) || restartsAreSafe(plan, truth.facts, truth.cluster)),
    ).toEqual([]);
  });

  test('no CA is made beside one that is there', () => {
    expect(
      unsafe(
        ({ plan, truth }) =>
          plan.cluster?.authority.from !== 'made' ||
          truth.facts.every(({ files }, index) => !files.has(CA_CERTIFICATE) && !hasBeenMember(truth, index)),
      ),
    ).toEqual([]);
  });

  test('nothing is replaced or removed that was not seen', () => {
    expect(
      unsafe(({ plan, truth, seen }) =>
        stepsOf(plan).every((step) => {
          const index = MEMBERS.findIndex(({ name }) => name === step.host);
          const [lies, known] = [truth.facts[index]?.files, seen.facts[index]?.files];
          if (step.kind === 'remove-authority-key') return known?.has(CA_KEY) === true;
          if (step.kind !== 'deliver-files') return true;
          return step.files.every(({ path }) => lies?.has(path) !== true || known?.has(path) === true);
        }),
      ),
    ).toEqual([]);
  });

  test('no kubelet in its desired state is restarted', () => {
    expect(
      unsafe(({ plan, truth, seen }) =>
        stepsOf(plan).every((step) => {
          const index = MEMBERS.findIndex(({ name }) => name === step.host);
          return (
            step.kind !== 'start-kubelet' ||
            isDeepStrictEqual(truth.facts[index]?.kubelet, seen.facts[index]?.kubelet)
          );
        }),
      ),
    ).toEqual([]);
  });

  test('no image is pulled that is there', () => {
    expect(
      unsafe(({ plan, truth }) =>
        stepsOf(plan).every((step) => {
          const index = MEMBERS.findIndex(({ name }) => name === step.host);
          return step.kind !== 'pull-image' || truth.facts[index]?.images.includes(step.image) === false;
        }),
      ),
    ).toEqual([]);
  });
});
