import { describe, expect, test } from '@jest/globals';
import type { Check } from '../../../src/checks/check.ts';
import type { HostFacts } from '../../../src/facts/host.ts';
import { type Finding, RefusedError } from '../../../src/findings.ts';
import { planDeploy } from '../../../src/operations/deploy/deploy.ts';
import { judge } from '../../../src/operations/preflight/preflight.ts';
import { exampleSettings, NOW } from '../../cluster/example.ts';
import { FRESH, membersOf, pristine, withHost } from '../deploy/deciding.ts';
import { Dice, situation, type Situation } from '../deploy/random-hosts.ts';
import { QUIET } from './example.ts';

const context = { newToken: FRESH, startedAt: NOW };
const noControlPlane = { hosts: [], unreached: [] };

function refusals({ facts, settings, cluster }: Situation): readonly Finding[] {
  try {
    planDeploy({
      settings: exampleSettings(settings),
      members: membersOf(exampleSettings(settings), facts),
      controlPlane: noControlPlane,
      newToken: FRESH,
      now: NOW,
      ...(cluster && { cluster }),
    });
    return [];
  } catch (error) {
    if (error instanceof RefusedError) return error.findings;
    throw error;
  }
}

/** @param failed why hosts could not be reached; those are then the last of the inputs. */
function findings({ facts, settings, cluster }: Situation, failed: readonly Finding[] = []): Check[] {
  const inputs = exampleSettings(settings);
  return judge(
    {
      members: membersOf(inputs, facts),
      preflight: new Map(facts.map(({ address }) => [address, QUIET])),
      diskTests: new Map(),
      patchTrials: new Map(),
      controlPlane: noControlPlane,
      failed,
      untested: [],
      ...(cluster && { cluster }),
    },
    inputs,
    context,
  );
}

const key = ({ host = '', fact }: Finding): string => `${host}: ${fact}`;
const keyOf = ({ member, measured }: Check): string => `${member ?? ''}: ${measured}`;
const fails = (all: readonly Check[]): string[] => all.filter(({ status }) => status === 'fail').map(keyOf);

describe('hosts and inputs of any kind', () => {
  const seeds = Array.from({ length: 80 }, (_, seed) => seed + 1);

  test('a reason for a deploy to refuse the same facts is a fail, reported once', () => {
    let refused = 0;
    for (const seed of seeds) {
      const one = situation(new Dice(seed));
      const told = findings(one);
      const wanted = refusals(one);
      refused += wanted.length === 0 ? 0 : 1;
      expect({ seed, missing: wanted.map(key).filter((line) => !fails(told).includes(line)) }).toEqual({
        seed,
        missing: [],
      });
      expect({ seed, size: new Set(told.map(keyOf)).size }).toEqual({ seed, size: told.length });
    }
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(seeds.length);
  });
});

describe('what one host lacks', () => {
  const silent = (what: 'kubeadm' | 'runtime', changes: object): Partial<HostFacts> => ({
    unseen: [{ what, program: what, words: 'ended with exit code 1: no' }],
    ...changes,
  });

  const LACKS: readonly (readonly [string, Partial<HostFacts>])[] = [
    ['a port of etcd', { listeners: new Map([[2379, 'nc']]) }],
    ['a port of kubelet', { listeners: new Map([[10250, 'k3s-agent']]) }],
    ['a program', { missingTools: ['flock'] }],
    ['crictl', { crictlPath: undefined } as never],
    ['systemd', { systemd: false }],
    [
      'a unit that is not masked',
      {
        kubelet: {
          installed: false,
          loadState: 'masked',
          active: false,
          subState: 'dead',
          enabled: false,
          dropIns: [],
        },
      },
    ],
    ['an address of its own', { addresses: ['192.0.2.1'] }],
    ['a way to the others', { reach: [{ address: '10.0.0.6', port: 2380, outcome: 'timeout' }] }],
    ['a kubeadm that answers', silent('kubeadm', { kubeadmVersion: undefined, etcdImage: undefined })],
    ['a kubeadm that names its image', silent('kubeadm', { etcdImage: undefined })],
    ['a runtime that answers', { runtime: { sockets: ['/run/containerd/containerd.sock'], problem: 'no' } }],
    ['a hostname that kubeadm takes', { hostname: 'node_underscore' }],
  ];

  test.each(LACKS)('%s is refused by a deploy, and is one fail', (_, changes) => {
    const facts = withHost(pristine(), 1, changes);
    expect(refusals({ facts, settings: {} })).toHaveLength(1);
    expect(fails(findings({ facts, settings: {} }))).toEqual(refusals({ facts, settings: {} }).map(key));
  });

  // No deploy is decided then, and the reached hosts are judged all the same.
  test.each(LACKS)('%s is a fail while another host cannot be reached', (_, changes) => {
    const facts = withHost(pristine(), 1, changes);
    const unreached = {
      code: 'ssh-host-unreachable' as const,
      host: '10.0.0.8',
      at: 'connect',
      fact: 'it does not answer.',
    };
    const told = fails(findings({ facts: facts.slice(0, 2), settings: {} }, [unreached]));
    expect(told).toEqual(expect.arrayContaining(refusals({ facts, settings: {} }).map(key)));
    expect(told).toHaveLength(2);
  });
});
