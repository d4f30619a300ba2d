import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { ClusterFacts } from '../../src/cluster/gates.ts';
import type { ApplyContext } from '../../src/engine/run-scripts.ts';
import { applyStages } from '../../src/engine/apply.ts';
import { RunError } from '../../src/findings.ts';
import { HostError } from '../../src/hosts/host-error.ts';
import { guard, LOCK_LOST } from '../../src/hosts/lock/guard.ts';
import type { RemoteResult, RemoteScript } from '../../src/hosts/transport.ts';
import { CA_KEY, KUBELET_CONFIG, leafPath, STATE_FILE } from '../../src/kubeadm/paths.ts';
import { createAuthority } from '../../src/pki/authority.ts';
import { generateKey, privateKeyToPem } from '../../src/pki/keys.ts';
import type { Stage } from '../../src/plan/plan.ts';
import type { IssuedFiles } from '../../src/run/issued-certificates.ts';
import { sha256 } from '../../src/run/read-text.ts';
import { RunRecord } from '../../src/report/run-report.ts';
import { Timeline } from '../../src/run/timeline.ts';
import type { Step } from '../../src/steps/index.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import { leavesOf, MEMBERS, NOW } from '../cluster/example.ts';
import { samplePlan } from '../plan/sample.ts';
import { type Behaviour, Lines, standInClients, standInTransport } from './stand-ins.ts';

const ca = await createAuthority({ algorithm: 'ECDSA-P256', now: NOW });
const otherKeyPem = privateKeyToPem(await generateKey('ECDSA-P256'));
const issued = leavesOf(ca, NOW).then((leaves) => leaves.get('infra0') ?? {});

/** The inputs of acting, and its results. */
interface Scene {
  readonly context: ApplyContext;
  /** What the hosts were asked for and when the cluster was asked, in order. */
  readonly happened: string[];
  readonly lines: string[];
}

interface SceneOptions {
  readonly behave?: Behaviour;
  readonly told?: readonly ClusterFacts[];
  readonly clock?: () => number;
  readonly signal?: AbortSignal;
  readonly guard?: ApplyContext['guard'];
  /** Whether certificates were issued. */
  readonly leaves?: boolean;
}

function scene({
  behave,
  told = [clusterFacts()],
  clock,
  signal,
  guard: guarded,
  leaves,
}: SceneOptions = {}): Scene {
  const happened: string[] = [];
  const log = new Lines();
  const clients = standInClients(told, () => happened.push('cluster'));
  const material: IssuedFiles = {
    authority: Promise.resolve(ca),
    signer: Promise.resolve(ca),
    leaves: new Map(leaves === true ? MEMBERS.map(({ name }) => [name, issued]) : []),
    found: new Map(MEMBERS.map(({ name }) => [name, new Map([[KUBELET_CONFIG, 'ab'.repeat(32)]])])),
    digests: new Map(MEMBERS.map(({ name }) => [name, new Map()])),
    publicFiles: new Map(MEMBERS.map(({ name }) => [name, new Map()])),
  };
  const plan = samplePlan();
  const context: ApplyContext = {
    plan,
    ...(plan.cluster && { planned: plan.cluster }),
    hosts: new Map(MEMBERS.map(({ name }) => [name, standInTransport(name, happened, behave)])),
    material,
    cluster: () => Promise.resolve(clients),
    guard: guarded ?? ((script) => script),
    maskSecret: () => undefined,
    now: NOW,
    log,
    timeline: new Timeline(clock ?? (() => performance.now())),
    record: new RunRecord(),
    backups: [],
    uploadBackup: () => Promise.resolve(undefined),
    signal: signal ?? new AbortController().signal,
  };
  return { context, happened, lines: log.lines };
}

function kubelet(host: string): Step {
  return { kind: 'start-kubelet', host, restart: true, why: 'x' };
}

function pull(host: string): Step {
  return { kind: 'pull-image', host, image: 'etcd:1', criEndpoint: 'unix:///s', why: 'x' };
}

function record(host: string): Step {
  return { kind: 'record-member', host, why: 'x' };
}

function stage(title: string, steps: readonly Step[], more: Partial<Stage> = {}): Stage {
  return { title, steps, ...more };
}

const KUBELET = 'start kubelet';
const PULL = 'pull etcd:1';

/** A slow host, which also reports each end. */
function slow(happened: () => string[], ms: (host: string) => number): Behaviour {
  return async ({ title }, host) => {
    await sleep(ms(host));
    happened().push(`${host}: end of ${title}`);
    return {};
  };
}

async function failureOf(acting: Promise<void>): Promise<RunError> {
  const failure: unknown = await acting.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof RunError)) throw new Error(`expected a refusal, got ${String(failure)}`);
  return failure;
}

describe('order', () => {
  test('the steps of a stage begin together; the next stage begins when all have ended', async () => {
    const one: Scene = scene({
      behave: slow(
        () => one.happened,
        (host) => (host === 'infra0' ? 30 : 5),
      ),
    });
    await applyStages(
      [stage('A', [kubelet('infra0'), kubelet('infra1')]), stage('B', [pull('infra1')])],
      one.context,
    );
    expect(one.happened).toEqual([
      `infra0: ${KUBELET}`,
      `infra1: ${KUBELET}`,
      `infra1: end of ${KUBELET}`,
      `infra0: end of ${KUBELET}`,
      `infra1: ${PULL}`,
      `infra1: end of ${PULL}`,
    ]);
  });

  test('in turn: one step after the other, as listed', async () => {
    const one: Scene = scene({
      behave: slow(
        () => one.happened,
        () => 5,
      ),
    });
    await applyStages([stage('A', [kubelet('infra1'), pull('infra0')], { order: 'in-turn' })], one.context);
    expect(one.happened).toEqual([
      `infra1: ${KUBELET}`,
      `infra1: end of ${KUBELET}`,
      `infra0: ${PULL}`,
      `infra0: end of ${PULL}`,
    ]);
  });

  test('each step is reported, with its host, when it is done', async () => {
    const { context, lines } = scene();
    await applyStages([stage('Kubelet', [kubelet('infra0'), pull('infra0'), kubelet('infra1')])], context);
    expect(lines[0]).toBe('Kubelet: infra0 (start kubelet, pull image); infra1 (start kubelet)');
    expect(lines.slice(1).toSorted()).toEqual([
      'infra0: done: pull image',
      'infra0: done: start kubelet',
      'infra1: done: start kubelet',
    ]);
  });
});

/**
 * The answers of a host to several steps at once; each ends with a code of `codes`, and those after a failure do not
 * begin.
 */
async function answerTo(
  script: RemoteScript,
  codes: readonly number[],
  ended: (index: number) => Promise<void> | void = () => undefined,
): Promise<Partial<RemoteResult>> {
  const [, mark = ''] = /printf '\\n([0-9a-f-]{36})\\n'/.exec(script.script) ?? [];
  let [stdout, stderr] = ['', ''];
  for (const [index, code] of codes.entries()) {
    stdout += `out ${index}\n${mark}\n`;
    stderr += `said ${index}\n${mark} ${index} ${code}\n`;
    script.onProgress?.(`${mark} ${index} ${code}`);
    await ended(index);
    if (code !== 0) return { code, stdout: Buffer.from(stdout), stderr };
  }
  return { code: 0, stdout: Buffer.from(stdout), stderr };
}

describe('by host', () => {
  const pair = (host: string): Step[] => [kubelet(host), pull(host)];
  const BOTH = 'start kubelet, pull image';

  test('the steps of a host go to it together; hosts do not wait for each other', async () => {
    const one: Scene = scene({
      behave: async (script, host) => {
        await sleep(host === 'infra0' ? 40 : 5);
        const answer = await answerTo(script, [0, 0]);
        one.happened.push(`${host}: end`);
        return answer;
      },
    });
    const configuration: Step = {
      kind: 'deliver-files',
      host: 'infra1',
      why: 'x',
      files: [{ path: KUBELET_CONFIG, mode: '644', content: { from: 'text', text: 'new' } }],
    };
    const steps = [...pair('infra0'), ...pair('infra1'), configuration];
    await applyStages(
      [stage('A', steps, { order: 'by-host' }), stage('B', [kubelet('infra2')])],
      one.context,
    );
    expect(one.happened).toEqual([
      `infra0: ${BOTH}`,
      `infra1: ${BOTH}`,
      'infra1: end',
      'infra1: deliver files',
      'infra1: end',
      'infra0: end',
      `infra2: ${KUBELET}`,
      'infra2: end',
    ]);
    const titles = one.context.timeline.entries
      .filter(({ host }) => host === 'infra1')
      .map(({ title, outcome }) => `${title} ${outcome}`);
    expect(titles).toEqual(['start kubelet done', 'pull image done', 'deliver files done']);
  });

  // The runtime's own client reads its input to the end: no input of another step may follow.
  test('a pull with credentials goes to the host alone', async () => {
    const { context, happened } = scene();
    const registry = { server: 'r.example', username: 'u', password: 'p' };
    await applyStages([stage('A', pair('infra0'), { order: 'by-host' })], { ...context, registry });
    expect(happened).toEqual([`infra0: ${KUBELET}`, `infra0: ${PULL}`]);
  });

  test('each is reported as done as soon as it is, while the next one still runs', async () => {
    const one: Scene = scene({
      behave: (script) =>
        answerTo(script, [0, 0], async (index) => {
          if (index === 0) await sleep(30);
          one.lines.push(`host: ${index} was told`);
        }),
    });
    await applyStages([stage('A', pair('infra0'), { order: 'by-host' })], one.context);
    expect(one.lines.slice(1)).toEqual([
      'infra0: done: start kubelet',
      'host: 0 was told',
      'infra0: done: pull image',
      'host: 1 was told',
    ]);
    const [first, second] = one.context.timeline.entries;
    expect(second?.startedMs).toBeGreaterThanOrEqual((first?.startedMs ?? 0) + (first?.durationMs ?? 0));
    expect(second?.durationMs).toBeGreaterThan(20);
  });

  test('the one that failed is reported with its own words, those before it as done, those after it as not begun', async () => {
    const { context, lines } = scene({ behave: (script) => answerTo(script, [0, 1]) });
    const steps = [...pair('infra0'), { kind: 'await-kubelet' as const, host: 'infra0', why: 'x' }];
    const failure = await failureOf(applyStages([stage('A', steps, { order: 'by-host' })], context));
    expect(failure.findings).toMatchObject([
      { host: 'infra0', at: 'pull image', fact: expect.stringContaining('said 1') },
    ]);
    expect(lines.filter((line) => line.includes('done: '))).toEqual(['infra0: done: start kubelet']);
    expect(context.timeline.entries.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['start kubelet', 'done'],
      ['pull image', 'failed'],
    ]);
    expect(context.record.steps.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['start kubelet', 'succeeded'],
      ['pull image', 'failed'],
    ]);
  });

  test('a connection that is lost in the middle fails the step that ran', async () => {
    const lost = new HostError({
      code: 'ssh-connection-lost',
      host: 'infra0',
      at: 'x',
      fact: 'the SSH connection was lost',
    });
    const { context } = scene({
      behave: async (script) => {
        await answerTo(script, [0]);
        throw lost;
      },
    });
    const failure = await failureOf(applyStages([stage('A', pair('infra0'), { order: 'by-host' })], context));
    expect(failure.findings).toMatchObject([{ host: 'infra0', fact: 'the SSH connection was lost' }]);
    expect(context.timeline.entries.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['start kubelet', 'done'],
      ['pull image', 'failed'],
    ]);
  });

  test('a lost lock fails the first step; a connection that ended, the one that was next', async () => {
    const locked = scene({ behave: () => ({ code: LOCK_LOST, stderr: 'etcd-ha-action lock: \n' }) });
    const stages = [stage('A', pair('infra0'), { order: 'by-host' })];
    expect((await failureOf(applyStages(stages, locked.context))).findings[0]).toMatchObject({
      at: 'start kubelet',
    });
    const ended = scene({ behave: async (script) => ({ ...(await answerTo(script, [0])), code: 96 }) });
    expect((await failureOf(applyStages(stages, ended.context))).findings[0]).toMatchObject({
      at: 'pull image',
    });
  });

  test('after a failure on one host nothing more is begun on the others', async () => {
    const one: Scene = scene({
      behave: async (script, host) => {
        await sleep(host === 'infra0' ? 20 : 1);
        return answerTo(script, host === 'infra1' ? [1] : [0, 0]);
      },
    });
    const steps = [...pair('infra0'), record('infra0'), ...pair('infra1')];
    const failure = await failureOf(applyStages([stage('A', steps, { order: 'by-host' })], one.context));
    expect(failure.findings.map(({ host }) => host)).toEqual(['infra1']);
    expect(one.happened).toEqual([`infra0: ${BOTH}`, `infra1: ${BOTH}`]);
  });

  describe("what the CA has signed leaves the runner only when the CA's key is kept", () => {
    const withKey: Step = {
      kind: 'deliver-files',
      host: 'infra0',
      why: 'x',
      files: [{ path: CA_KEY, mode: '600', content: { from: 'authority', part: 'key' } }],
    };
    const certificates = (host: string): Step => ({
      kind: 'deliver-files',
      host,
      why: 'x',
      files: [
        {
          path: leafPath('server', 'certificate'),
          mode: '644',
          content: { from: 'leaf', name: 'server', part: 'certificate' },
        },
      ],
    });
    const steps = [withKey, kubelet('infra0'), certificates('infra0'), certificates('infra1')];

    test('as soon as it is, whatever that host does next', async () => {
      const one: Scene = scene({
        behave: async (script, host) => {
          if (host === 'infra1' || script.title === 'deliver files') return {};
          await sleep(20);
          const answer = await answerTo(script, [0, 0], async (index) => {
            if (index === 0) one.happened.push('the key is kept');
            await sleep(20);
          });
          one.happened.push('infra0: kubelet is started');
          return answer;
        },
        leaves: true,
      });
      await applyStages([stage('A', steps, { order: 'by-host' })], one.context);
      expect(one.happened).toEqual([
        'infra0: deliver files, start kubelet',
        'the key is kept',
        'infra1: deliver files',
        'infra0: kubelet is started',
        'infra0: deliver files',
      ]);
    });

    test('and never when it could not be', async () => {
      const { context, happened } = scene({ behave: (script) => answerTo(script, [1]), leaves: true });
      await failureOf(applyStages([stage('A', steps, { order: 'by-host' })], context));
      expect(happened).toEqual(['infra0: deliver files, start kubelet']);
      expect(context.timeline.entries.map(({ host }) => host)).toEqual(['infra0']);
    });
  });
});

describe('gates', () => {
  const gated = stage('A', [kubelet('infra1')], {
    before: { kind: 'quorum-without', member: 'infra1' },
    after: { kind: 'member', member: 'infra1' },
  });

  test('are asked before the first step and after the last', async () => {
    const { context, happened, lines } = scene();
    await applyStages([gated], context);
    expect(happened).toEqual(['cluster', `infra1: ${KUBELET}`, 'cluster']);
    expect(lines.filter((line) => line.startsWith('Gate'))).toEqual([
      'Gate open: a majority is healthy without infra1',
      'Gate open: infra1 is healthy',
    ]);
  });

  test('one that is shut is waited for, and why is reported once', async () => {
    const shut = clusterFacts({ down: ['infra2'] });
    const { context, happened, lines } = scene({ told: [shut, shut, clusterFacts()] });
    await applyStages([gated], context);
    expect(happened.slice(0, 4)).toEqual(['cluster', 'cluster', 'cluster', `infra1: ${KUBELET}`]);
    expect(lines.filter((line) => line.startsWith('Waiting at the gate'))).toEqual([
      expect.stringMatching(/^Waiting at the gate \(a majority is healthy without infra1\): .*infra2/),
    ]);
  });

  test('one that stays shut ends the run with its reasons; nothing behind it is begun', async () => {
    let now = 0;
    const { context, happened } = scene({
      told: [clusterFacts({ down: ['infra2'] })],
      clock: () => (now += 20_000),
    });
    const failure = await failureOf(applyStages([gated, stage('B', [pull('infra0')])], context));
    expect(failure.message).toMatch(
      /^"A" stops at its gate \(a majority is healthy without infra1\), and nothing after it was begun/,
    );
    expect(failure.findings).toMatchObject([{ host: 'infra1', at: 'gate', fix: expect.stringMatching(/./) }]);
    expect(new Set(happened)).toEqual(new Set(['cluster']));
    expect(context.timeline.entries.at(-1)).toMatchObject({
      title: expect.stringMatching(/^gate: /),
      outcome: 'failed',
    });
  });

  test('one behind a stage that stays shut keeps the next stage from beginning', async () => {
    let now = 0;
    const { context, happened } = scene({
      told: [clusterFacts(), clusterFacts({ down: ['infra1'] })],
      clock: () => (now += 20_000),
    });
    const failure = await failureOf(applyStages([gated, stage('B', [pull('infra0')])], context));
    expect(failure.message).toContain('stops at its gate (infra1 is healthy)');
    expect(happened.filter((what) => what !== 'cluster')).toEqual([`infra1: ${KUBELET}`]);
  });

  test('a cancelled run waits no longer', async () => {
    const controller = new AbortController();
    const { context } = scene({ told: [clusterFacts({ leader: null })], signal: controller.signal });
    const acting = applyStages([gated], context);
    controller.abort(new Error('cancelled'));
    await expect(acting).rejects.toThrow('cancelled');
  });
});

describe('a failure', () => {
  const failing: Behaviour = (_, host) =>
    host === 'infra1' ? { code: 1, stderr: 'No space left on device' } : {};

  test('lets the steps that have begun come to their end, and begins nothing after it', async () => {
    const one: Scene = scene({
      behave: async ({ title }, host) => {
        await sleep(host === 'infra0' ? 30 : 1);
        one.happened.push(`${host}: end of ${title}`);
        return host === 'infra1' ? { code: 1, stderr: 'No space left on device' } : {};
      },
    });
    const stages = [stage('A', [kubelet('infra0'), kubelet('infra1')]), stage('B', [pull('infra0')])];
    const failure = await failureOf(applyStages(stages, one.context));
    expect(failure.message).toMatch(
      /^"A" failed, and nothing after it was begun; the same run, started again, goes on/,
    );
    expect(failure.findings).toMatchObject([
      { host: 'infra1', at: 'start kubelet', fact: expect.stringContaining('No space left on device') },
    ]);
    expect(one.happened.at(-1)).toBe(`infra0: end of ${KUBELET}`);
    expect(one.lines.filter((line) => line.includes('done: '))).toEqual(['infra0: done: start kubelet']);
  });

  test('in turn, keeps the steps after it from beginning, and the gate from being asked', async () => {
    const { context, happened } = scene({ behave: failing });
    const after = { kind: 'member', member: 'infra1' } as const;
    await failureOf(
      applyStages([stage('A', [kubelet('infra1'), pull('infra0')], { order: 'in-turn', after })], context),
    );
    expect(happened).toEqual([`infra1: ${KUBELET}`]);
  });

  test('on several hosts is reported for all of them', async () => {
    const { context } = scene({ behave: () => ({ code: 1, stderr: 'x' }) });
    const failure = await failureOf(
      applyStages(
        [
          stage(
            'A',
            MEMBERS.map(({ name }) => kubelet(name)),
          ),
        ],
        context,
      ),
    );
    expect(failure.findings.map(({ host }) => host)).toEqual(MEMBERS.map(({ name }) => name));
  });

  test('of a stage that may fail is kept for the end, and the next stage is begun', async () => {
    const { context, happened } = scene({ behave: failing });
    const may = { order: 'in-turn', mayFail: 'reported' } as const;
    await applyStages(
      [stage('A', [kubelet('infra1'), pull('infra1')], may), stage('B', [kubelet('infra0')], may)],
      context,
    );
    expect(happened).toEqual([`infra1: ${KUBELET}`, `infra0: ${KUBELET}`]);
    expect(context.record.unfinished).toMatchObject([{ host: 'infra1', at: 'start kubelet' }]);
  });

  test('of a stage that may fail ends a run that is to end', async () => {
    const controller = new AbortController();
    const { context } = scene({
      signal: controller.signal,
      behave: () => {
        controller.abort(new Error('cancelled'));
        return { code: 1, stderr: 'x' };
      },
    });
    await failureOf(applyStages([stage('A', [kubelet('infra1')], { mayFail: 'reported' })], context));
    expect(context.record.unfinished).toEqual([]);
  });

  test('a lost lock is reported as such, and nothing was done', async () => {
    const { context } = scene({
      behave: () => ({ code: LOCK_LOST, stderr: 'etcd-ha-action lock: \n' }),
    });
    const failure = await failureOf(applyStages([stage('A', [kubelet('infra0')])], context));
    expect(failure.findings[0]?.fact).toMatch(/lock/);
  });

  test('a run that was cancelled begins nothing', async () => {
    const { context, happened } = scene({ signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(applyStages([stage('A', [kubelet('infra0')])], context)).rejects.toThrow('cancelled');
    expect(happened).toEqual([]);
  });

  test('a run that is cancelled between two steps in turn does not begin the second', async () => {
    const controller = new AbortController();
    const { context, happened } = scene({
      signal: controller.signal,
      behave: () => {
        controller.abort(new Error('cancelled'));
        return {};
      },
    });
    const acting = applyStages(
      [stage('A', [kubelet('infra0'), pull('infra0')], { order: 'in-turn' })],
      context,
    );
    await expect(acting).rejects.toThrow('cancelled');
    expect(happened).toEqual([`infra0: ${KUBELET}`]);
  });
});

describe('every step that changes a host', () => {
  test("asks there whether the run's lock is still its own", async () => {
    const id = '1658821493-1-0badcafe';
    const scripts: string[] = [];
    const { context } = scene({
      guard: (script) => guard(id, script),
      behave: ({ script }) => {
        scripts.push(script);
        return {};
      },
    });
    await applyStages([stage('A', [kubelet('infra0'), pull('infra0')])], context);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(script).toContain(`{"id":"${id}",`);
  });

  test('is recorded with what it found and what it left', async () => {
    const { context } = scene();
    const files = [{ path: KUBELET_CONFIG, mode: '644', content: { from: 'text', text: 'new' } } as const];
    await applyStages(
      [
        stage('A', [{ kind: 'deliver-files', host: 'infra0', why: 'x', files }]),
        stage('B', [{ kind: 'record-member', host: 'infra0', why: 'x' }, pull('infra1')]),
      ],
      context,
    );
    const [delivered, recorded, pulled] = context.record.steps;
    expect(delivered).toMatchObject({
      host: 'infra0',
      stage: 'A',
      title: 'deliver files',
      outcome: 'succeeded',
      before: { [KUBELET_CONFIG]: 'ab'.repeat(32) },
    });
    expect(delivered?.after?.[KUBELET_CONFIG]).toMatch(/^(?!abab)[0-9a-f]{64}$/);
    expect([recorded, pulled].find((step) => step?.title === 'record member')?.before).toEqual({
      [STATE_FILE]: 'absent',
    });
    expect([recorded, pulled].find((step) => step?.title === 'pull image')).not.toHaveProperty('before');
  });

  test('is recorded also when it fails: the record is the one that was found', async () => {
    const { context } = scene({ behave: () => ({ code: 1, stderr: 'x' }) });
    const files = [{ path: KUBELET_CONFIG, mode: '644', content: { from: 'text', text: 'new' } } as const];
    await failureOf(
      applyStages([stage('A', [{ kind: 'deliver-files', host: 'infra0', why: 'x', files }])], context),
    );
    const digests = { [KUBELET_CONFIG]: 'ab'.repeat(32) };
    expect(context.record.steps).toMatchObject([{ outcome: 'failed', before: digests, after: digests }]);
    expect(context.timeline.entries).toMatchObject([{ host: 'infra0', outcome: 'failed', changes: true }]);
  });
});

describe("the CA's key, wanted on no host", () => {
  const step: Step = { kind: 'remove-authority-key', host: 'infra0', why: 'x' };
  /** A host with this text instead of the key. */
  async function removal(text: string, seen = text): Promise<Scene & { masked: string[]; failure: unknown }> {
    const masked: string[] = [];
    const made = scene({
      behave: ({ title }) => (title === `read ${CA_KEY}` ? { stdout: Buffer.from(text) } : {}),
    });
    const context = { ...made.context, maskSecret: (secret: string) => void masked.push(secret) };
    for (const digests of [context.material.found, context.material.digests])
      digests.get('infra0')?.set(CA_KEY, sha256(seen));
    const failure: unknown = await applyStages([stage('Key of the CA', [step])], context).catch(
      (error: unknown) => error,
    );
    return { ...made, masked, failure };
  }

  test.each([
    ['as the action writes it', ca.keyPem],
    ['in another form', ca.key.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ])(
    '%s: seen to be the one of the inputs, then removed, and no part of the record any longer',
    async (_, text) => {
      const { happened, masked, failure, context, lines } = await removal(text);
      expect([failure, masked]).toEqual([undefined, [text]]);
      expect(happened).toEqual([`infra0: read ${CA_KEY}`, `infra0: remove ${CA_KEY}`]);
      expect(context.material.digests.get('infra0')?.has(CA_KEY)).toBe(false);
      expect(lines).toContain(`infra0: the key of the CA is no longer on this host (${CA_KEY})`);
      expect(context.record.steps[0]).toMatchObject({
        before: { [CA_KEY]: sha256(text) },
        after: { [CA_KEY]: 'absent' },
      });
    },
  );

  test('another file than the run has seen is not even compared', async () => {
    const { happened, failure } = await removal(ca.keyPem, otherKeyPem);
    expect(happened).toEqual([`infra0: read ${CA_KEY}`]);
    if (!(failure instanceof RunError)) throw new Error(`expected a refusal, got ${String(failure)}`);
    expect(failure.findings.map(({ fact }) => fact)).toEqual([
      `${CA_KEY} has changed since the run read it; the run did not use it.`,
    ]);
  });

  test.each([
    ['the key of another CA', otherKeyPem],
    ['no key', 'hello'],
  ])('%s stays: it may exist nowhere else', async (_, text) => {
    const { happened, failure } = await removal(text);
    expect(happened).toEqual([`infra0: read ${CA_KEY}`]);
    if (!(failure instanceof RunError)) throw new Error(`expected a refusal, got ${String(failure)}`);
    expect(failure.findings).toEqual([
      expect.objectContaining({
        host: 'infra0',
        at: 'remove key of the CA',
        fact: `${CA_KEY} is not the key in \`ca-key\`; the run did not touch it.`,
      }),
    ]);
    expect(failure.message).not.toContain(text.split('\n')[1] ?? text);
  });
});
