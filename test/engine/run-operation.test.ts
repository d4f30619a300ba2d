import { describe, expect, test } from '@jest/globals';
import {
  type CheckingOperation,
  checkingOperation,
  type PlanInput,
  type PlanningOperation,
} from '../../src/engine/operation.ts';
import type { Reach } from '../../src/engine/observe.ts';
import { runOperation } from '../../src/engine/run-operation.ts';
import { RunError } from '../../src/findings.ts';
import type { Effect, RemoteScript } from '../../src/hosts/transport.ts';
import { deploy } from '../../src/operations/deploy/deploy.ts';
import { health } from '../../src/operations/health/health.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Step } from '../../src/steps/index.ts';
import { exampleSettings } from '../cluster/example.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import { recorded, withSections } from '../hosts/probe/recorded.ts';
import { type Behaviour, world } from './stand-ins.ts';

const ADDRESSES = ['10.0.0.6', '10.0.0.7', '10.0.0.8'];

const probed =
  (hostname: string): Behaviour =>
  ({ title }) => ({
    stdout:
      title === 'probe'
        ? Buffer.from(
            withSections(recorded('pristine'), { hostname: `${hostname}\n`, 'boot-id': `${hostname}\n` }),
          )
        : Buffer.alloc(0),
  });

const all = Object.fromEntries(ADDRESSES.map((address, index) => [address, probed(`infra${index}`)]));

/** What an operation that checks has besides its three parts. */
const CHECKING = {
  name: 'health',
  summary: 'Looks.',
  access: () => ({ effect: 'reads', as: 'login' }),
  reach: 'none',
  icon: 'box',
  inputs: [],
  outputs: [],
  survivesFault: true,
} as const satisfies Partial<CheckingOperation>;

/** An operation that plans the least: what a test is about comes as changes. */
function planning(changes: Partial<PlanningOperation> = {}): PlanningOperation {
  return {
    kind: 'planning',
    name: 'deploy',
    summary: 'Does what a test wants.',
    access: () => ({ effect: 'changes', as: 'root' }),
    reach: 'any',
    icon: 'box',
    inputs: [],
    outputs: [],
    survivesFault: false,
    concerns: 'all',
    probe: () => ({ membersReach: false, sandbox: false }),
    lock: 'none',
    plan: () => {
      throw new RunError('enough was seen', []);
    },
    verify: () => Promise.resolve(clusterFacts().health),
    report: () => ({ outputs: {}, unfinished: '' }),
    ...changes,
  };
}

function planOf(input: PlanInput, steps: readonly Step[] = []): Plan {
  const members = input.members.map(({ name, address }) => ({ name, address }));
  return {
    clusterName: input.settings.clusterName,
    verdict: { name: 'looked', meaning: 'look at the hosts', done: 'looked at' },
    reasons: [],
    members: { before: members, after: members },
    controlPlane: [],
    leftOut: [],
    warnings: [],
    stages: steps.length === 0 ? [] : [{ title: 'Work', steps }],
    afterVerify: [],
  };
}

/** What a run decides from where the hosts answer so. */
async function asked(answers: Readonly<Record<string, Behaviour>>): Promise<PlanInput[]> {
  const inputs: PlanInput[] = [];
  const operation = planning({
    plan: (input) => {
      inputs.push(input);
      throw new RunError('enough was seen', []);
    },
  });
  const run = runOperation(operation, exampleSettings(), world(answers).context);
  await expect(run).rejects.toThrow(RunError);
  return inputs;
}

// sshd answers from memory when the disk hangs; sudo may be broken on one host alone.
test.each<[string, Behaviour]>([
  ['is cut off', () => ({ stdout: Buffer.from('mark\n\nmark hostname\ninfra1\n') })],
  ['never comes', () => Promise.reject(new Error('no answer within 60 s'))],
])('a host whose answer %s does not keep the run from the others', async (_, broken) => {
  const [input] = await asked({ ...all, '10.0.0.7': broken });
  expect(input?.members.map(({ address, facts }) => [address, facts.hostname])).toEqual([
    ['10.0.0.6', 'infra0'],
    ['10.0.0.8', 'infra2'],
  ]);
  expect(input?.absent).toMatchObject([{ address: '10.0.0.7', why: [{ host: '10.0.0.7', at: 'probe' }] }]);
});

test('without any host that can be probed nothing is decided', async () => {
  const silent: Behaviour = () => ({ stdout: Buffer.alloc(0) });
  expect(await asked(Object.fromEntries(ADDRESSES.map((address) => [address, silent])))).toEqual([]);
});

describe('how many hosts an operation has to reach', () => {
  /** Whether it begins where the first so many hosts can be reached. */
  async function begins(reach: Reach, count: number): Promise<boolean> {
    const { context, happened } = world(Object.fromEntries(Object.entries(all).slice(0, count)));
    const plans: Plan[] = [];
    const operation = planning({
      reach,
      plan: (input) => {
        const plan = planOf(input);
        plans.push(plan);
        return plan;
      },
    });
    const error: unknown = await runOperation(operation, exampleSettings(), context).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const planned = plans.length > 0;
    expect(planned).toBe(error === undefined);
    if (!planned) {
      expect(error).toBeInstanceOf(RunError);
      expect(String(error)).toMatch(/could be reached, so nothing was changed on any[^]*no route to host/);
    }
    expect(happened.filter((what) => what.endsWith(': close'))).toHaveLength(count);
    return planned;
  }

  test.each<[Reach, boolean[]]>([
    ['every', [false, false, false, true]],
    ['majority', [false, false, true, true]],
    ['any', [false, true, true, true]],
    ['none', [true, true, true, true]],
  ])('%s: with none, one, two, three of three', async (reach, expected) => {
    const answers = [];
    for (const count of [0, 1, 2, 3]) answers.push(await begins(reach, count));
    expect(answers).toEqual(expected);
  });
});

const set: Step = { kind: 'set-modes', host: 'infra0', why: 'x', modes: new Map([['/x', '600']]) };

describe('what an operation does to hosts', () => {
  test('one that takes no lock does its steps without one, and verifies as it says', async () => {
    const { context, happened } = world(all);
    const verified: string[] = [];
    const operation = planning({
      plan: (input) => planOf(input, [set]),
      verify: ({ plan, away }) => {
        verified.push(`${plan.verdict.name}, ${away.size} away`);
        return Promise.resolve(clusterFacts().health);
      },
    });
    await runOperation(operation, exampleSettings(), context);
    expect(happened.filter((what) => /lock/.test(what))).toEqual([]);
    expect(happened).toContain('10.0.0.6: set modes and owners');
    expect(verified).toEqual(['looked, 0 away']);
  });

  test('one that only reads gets connections that refuse a script that changes something', async () => {
    const { context, happened } = world(all);
    const operation = planning({
      access: () => ({ effect: 'reads', as: 'root' }),
      plan: (input) => planOf(input, [set]),
    });
    await expect(runOperation(operation, exampleSettings(), context)).rejects.toThrow(/changes nothing/);
    expect(happened).not.toContain('10.0.0.6: set modes and owners');
  });

  test('a dry run of any operation ends with its plan', async () => {
    const { context, happened } = world(all);
    const operation = planning({ lock: 'hosts', plan: (input) => planOf(input, [set]) });
    await runOperation(operation, exampleSettings({ dryRun: true }), context);
    expect(context.record.document).toMatchObject({
      operation: 'deploy',
      verdict: 'looked',
      meaning: 'look at the hosts',
      membership: [],
    });
    expect(happened.filter((what) => !/: (?:probe|close)$/.test(what))).toEqual([]);
  });

  test('members that come or go are in the plan as people read it', async () => {
    const { context } = world(all);
    const after = [
      { name: 'infra0', address: '10.0.0.6' },
      { name: 'infra1', address: '10.0.0.7' },
      { name: 'new', address: '10.0.0.9' },
    ];
    const operation = planning({
      plan: (input) => {
        const plan = planOf(input);
        return { ...plan, members: { before: plan.members.before, after } };
      },
    });
    await runOperation(operation, exampleSettings({ dryRun: true }), context);
    expect(context.record.document?.membership).toEqual([
      'infra2 (10.0.0.8) is removed',
      'new (10.0.0.9) is added',
    ]);
  });
});

describe('a host without a readable hostname', () => {
  const silent = { ...all, '10.0.0.7': probed('') };
  const refusal = (code: string, address: string) => ({
    findings: [expect.objectContaining({ code, host: address })],
  });

  test('is no member named after its address: a deploy refuses, and a dry run of it', async () => {
    for (const dryRun of [false, true]) {
      const { context, happened } = world(silent);
      await expect(runOperation(deploy, exampleSettings({ dryRun }), context)).rejects.toMatchObject(
        refusal('hostname-unusable', '10.0.0.7'),
      );
      // messages call it by its address all the same
      expect(happened).toContain('10.0.0.7: probe');
    }
  });

  test('is refused under the lock where another run works on it', async () => {
    const answering = (hostname: string): Behaviour => {
      const now = withSections(recorded('pristine'), {
        hostname: `${hostname}\n`,
        'boot-id': `${hostname}\n`,
      });
      return ({ title }) => {
        if (title === 'probe') return { stdout: Buffer.from(withSections(now, { lock: '{}\n' })) };
        return { stdout: Buffer.from(title === 'lock' ? `got\tfree\n${now}` : 'released\n') };
      };
    };
    const names = ['infra0', '', 'infra2'];
    const { context, lines } = world(
      Object.fromEntries(ADDRESSES.map((address, index) => [address, answering(names[index] ?? '')])),
    );
    await expect(runOperation(deploy, exampleSettings(), context)).rejects.toMatchObject(
      refusal('hostname-unusable', '10.0.0.7'),
    );
    expect(lines).toContain(
      'infra0, 10.0.0.7, infra2: locked by another run; this one decides when it has the lock',
    );
  });

  test('is refused for the control plane too', async () => {
    const { context } = world({ ...all, '10.0.0.20': probed('') });
    const settings = exampleSettings({ controlPlane: [{ address: '10.0.0.20' }] });
    await expect(runOperation(deploy, settings, context)).rejects.toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'name-malformed', host: '10.0.0.20' }),
      ]),
    });
  });

  test('is refused by a health check', async () => {
    const { context } = world(
      Object.fromEntries(
        ADDRESSES.map((address, index) => [
          address,
          () => ({
            stdout: Buffer.from(
              withSections(recorded('health-member'), {
                hostname: index === 1 ? '\n' : `infra${index}\n`,
                'boot-id': `${index}\n`,
              }),
            ),
          }),
        ]),
      ),
    );
    await expect(
      runOperation(health, exampleSettings({ operation: 'health' }), context),
    ).rejects.toMatchObject(refusal('hostname-unusable', '10.0.0.7'));
  });
});

describe('the connections of an operation that checks', () => {
  const script = (effect: Effect): RemoteScript => ({ title: 'work', effect, script: ':', timeoutMs: 1 });

  async function passes(allowed: Effect, effect: Effect, dryRun = false): Promise<boolean> {
    const { context, happened } = world(all);
    const operation = checkingOperation({
      ...CHECKING,
      access: () => ({ effect: allowed, as: 'root' }),
      observe: async (settings, { connect }) => {
        const [host] = settings.hosts;
        if (host !== undefined) await (await connect(host)).run(script(effect));
      },
      check: () => undefined,
      report: () => Promise.resolve(),
    });
    const run = runOperation(operation, exampleSettings({ dryRun }), context);
    const passed = await run.then(
      () => true,
      (error: unknown) => {
        expect(String(error)).toContain('changes nothing');
        return false;
      },
    );
    expect(happened.includes('10.0.0.6: work')).toBe(passed);
    return passed;
  }

  test.each<[Effect, Effect, boolean]>([
    ['reads', 'reads', true],
    ['reads', 'writes-aside', false],
    ['reads', 'changes', false],
    ['writes-aside', 'writes-aside', true],
    ['writes-aside', 'changes', false],
  ])('with access that %s, a script that %s', async (allowed, effect, expected) => {
    expect(await passes(allowed, effect)).toBe(expected);
  });

  test('in a dry run only read', async () => {
    expect(await passes('writes-aside', 'writes-aside', true)).toBe(false);
    expect(await passes('writes-aside', 'reads', true)).toBe(true);
  });
});

test('an operation that checks observes, judges, and reports what it found, in that order', async () => {
  const { context } = world({});
  const happened: string[] = [];
  const operation = checkingOperation({
    ...CHECKING,
    observe: () => {
      happened.push('observe');
      return Promise.resolve(3);
    },
    check: (seen) => {
      happened.push(`check ${seen}`);
      return `found ${seen}`;
    },
    report: (result) => {
      happened.push(`report ${result}`);
      return Promise.resolve();
    },
  });
  const publish = await runOperation(operation, exampleSettings(), context);
  expect(happened).toEqual(['observe', 'check 3']);
  await publish({} as never);
  expect(happened).toEqual(['observe', 'check 3', 'report found 3']);
});
