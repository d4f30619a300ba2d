import { describe, expect, test } from '@jest/globals';
import { differentImages, essentialFindings } from '../../src/cluster/prerequisites.ts';
import type { HostFacts, KubeletFact, MissingFact } from '../../src/facts/host.ts';
import type { Finding } from '../../src/findings.ts';
import { pristine, refusalLines, refusals, withHost } from '../operations/deploy/deciding.ts';
import { pristineHost } from './example.ts';

const MEMBER = { name: 'infra0', address: '10.0.0.6' };
const SOCKET = '/run/containerd/containerd.sock';

function findingsOf(changes: Partial<HostFacts>): Finding[] {
  return essentialFindings({ ...MEMBER, facts: pristineHost(MEMBER, changes) });
}

function only(changes: Partial<HostFacts>): Finding {
  const [finding, ...others] = findingsOf(changes);
  if (finding === undefined) throw new Error('nothing was found');
  expect(others).toEqual([]);
  return finding;
}

function unit(loadState: string): KubeletFact {
  return { installed: false, loadState, active: false, subState: 'dead', enabled: false, dropIns: [] };
}

function unseen(what: MissingFact['what'], program: string, words: string): Partial<HostFacts> {
  return { unseen: [{ what, program, words }] };
}

describe('kubelet.service', () => {
  test.each([
    ['masked', /is masked/, /systemctl unmask kubelet/],
    ['bad-setting', /cannot load kubelet\.service \(bad-setting\)/, /systemd-analyze verify/],
    ['error', /cannot load kubelet\.service \(error\)/, /systemd-analyze verify/],
    ['not-found', /knows no kubelet\.service/, /Install the kubelet package/],
  ])('that is %s', (loadState, fact, fix) => {
    const found = only({ kubelet: unit(loadState) });
    expect(found.fact).toMatch(fact);
    expect(found.fix).toMatch(fix);
  });

  test('that systemd said nothing of is not missing', () => {
    const silent = unseen('kubelet', 'systemctl show kubelet', 'it took too long');
    expect(findingsOf({ ...silent, kubelet: unit('') })).toEqual([]);
  });
});

test('programs that are missing are reported, with their packages', () => {
  const { fact, fix } = only({ missingTools: ['cmp', 'flock', 'find'] });
  expect(fact).toBe('the host lacks programs that a deploy needs: cmp, flock, find.');
  expect(fix).toContain('Install diffutils, util-linux, findutils');
  expect(refusalLines(withHost(pristine(), 0, { missingTools: ['flock'] }))).toEqual([
    expect.stringMatching(/^infra0 prerequisites: the host lacks programs .*: flock\.$/),
  ]);
});

describe('kubeadm', () => {
  const withoutVersion = (words: string): Partial<HostFacts> =>
    ({
      kubeadmVersion: undefined,
      etcdImage: undefined,
      ...unseen('kubeadm', 'kubeadm version', words),
    }) as never;

  test.each([
    ['ended with 126: Exec format error', /another processor/],
    ['it printed: WARNING: this host is managed by Puppet', undefined],
    ['ended with 1: Permission denied', /Root was refused/],
  ])('that did not say its version is reported with what it said: %s', (words, cause) => {
    const found = only(withoutVersion(words));
    expect(found.fact).toBe(`/usr/bin/kubeadm did not say its version: ${words}.`);
    if (cause === undefined) expect(found.cause).toBeUndefined();
    else expect(found.cause).toMatch(cause);
    expect(found.fix).not.toMatch(/install kubeadm again/i);
  });

  const REFUSAL =
    'ended with exit code 1: nodeRegistration.name: Invalid value: "node_underscore": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters';
  const underscore = {
    hostname: 'node_underscore',
    ...unseen('kubeadm', 'kubeadm config images list', REFUSAL),
  };

  test('that refuses the name of the host: one finding, and a fix that does not lead into it again', () => {
    const found = only({ ...underscore, etcdImage: undefined } as never);
    expect(found.fact).toBe(`kubeadm and kubelet do not accept its hostname "node_underscore": ${REFUSAL}.`);
    expect(found.fix).toContain('hostnamectl hostname');
    expect(found.fix).not.toContain('names');
  });

  test('refuses it for a member without a name of its own too', () => {
    const [found, ...others] = refusals(withHost(pristine(), 0, { hostname: 'node_underscore' }));
    expect(others).toEqual([]);
    expect(found?.fix).toContain('hostnamectl hostname');
  });
});

// A decision may leave these two to the essentials: a missing answer never passes without a finding.
test.each([
  ['kubeadm', { kubeadmVersion: undefined, etcdImage: undefined }],
  ['kubeadm', { etcdImage: undefined }],
  ['runtime', { runtime: { sockets: [SOCKET] } }],
] as const)('%s without an answer is always a finding', (what, changes) => {
  for (const hostname of ['infra0', 'node_underscore', '', 'other']) {
    const facts = { ...unseen(what, what, 'silent'), ...changes, hostname } as never;
    expect(findingsOf(facts).length).toBeGreaterThan(0);
  }
});

describe('different images', () => {
  const imagesOf = (...images: (string | undefined)[]): Finding[] =>
    differentImages(
      images.map((etcdImage, index) => {
        const member = { name: `infra${index}`, address: `10.0.0.${index}` };
        return { ...member, facts: { ...pristineHost(member), etcdImage } as HostFacts };
      }),
      (facts) => facts.etcdImage,
    );

  test('a kubeadm without an answer asks for no other', () => {
    expect(imagesOf('etcd:1', undefined, 'etcd:1')).toEqual([]);
    expect(imagesOf(undefined, undefined, undefined)).toEqual([]);
  });

  test('those that differ are reported, and those without an answer are none of them', () => {
    expect(imagesOf('etcd:1', undefined, 'etcd:2').map(({ fact }) => fact)).toEqual([
      'kubeadm on the hosts uses different etcd images (infra0: etcd:1; infra2: etcd:2).',
    ]);
  });
});

describe('a deploy asks for the ports', () => {
  const taken = (port: number, program: string, changes: Partial<HostFacts> = {}): string[] =>
    refusalLines(withHost(pristine(), 1, { listeners: new Map([[port, program]]), ...changes }));

  test.each([
    [2379, 'etcd'],
    [2380, 'etcd'],
    [2381, 'etcd'],
    [10248, 'kubelet'],
    [10250, 'kubelet'],
  ])('%d, which %s needs', (port, owner) => {
    expect(taken(port, 'k3s-agent')).toEqual([
      `infra1 ports: TCP port ${port}, which ${owner} needs, is taken by "k3s-agent".`,
    ]);
  });

  test("that kubelet's input names", () => {
    const facts = withHost(pristine(), 1, {
      listeners: new Map([
        [10350, 'x'],
        [10250, 'y'],
      ]),
    });
    expect(refusalLines(facts, { settings: { kubeletConfig: { port: 10350 } } })).toEqual([
      'infra1 ports: TCP port 10350, which kubelet needs, is taken by "x".',
    ]);
  });

  test('and accepts kubelet itself there, also if it runs and its name is unknown', () => {
    expect(taken(10250, 'kubelet')).toEqual([]);
    const kubelet = { installed: true, active: true, subState: 'running', enabled: true, dropIns: [] };
    expect(taken(10250, 'unknown', { kubelet })).toEqual([]);
    expect(taken(10250, 'unknown')).toHaveLength(1);
  });
});

test('a connection of which nothing is known is no firewall', () => {
  const reach = [
    { address: '10.0.0.7', port: 2380, outcome: 'unknown', words: 'double free detected' },
  ] as const;
  const [found] = refusals(withHost(pristine(), 0, { reach }));
  expect(found?.fact).toBe(
    'it is unknown whether it reaches 10.0.0.7 on TCP port 2380: double free detected.',
  );
  expect(found?.cause).toBeUndefined();
});

test('addresses that were not seen are not foreign ones', () => {
  const silent = { addresses: [], ...unseen('addresses', 'ip -o addr show', 'not found') };
  expect(refusalLines(withHost(pristine(), 0, silent)).filter((line) => line.includes('interfaces'))).toEqual(
    [],
  );
});
