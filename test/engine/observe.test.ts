import { describe, expect, test } from '@jest/globals';
import { connectHosts, observeHosts, type Reached } from '../../src/engine/observe.ts';
import { HostError } from '../../src/hosts/host-error.ts';
import type { Transport } from '../../src/hosts/transport.ts';
import type { HostSettings } from '../../src/inputs/settings.ts';
import { listHosts, type ObservedHost } from '../../src/run/host.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { exampleSettings } from '../cluster/example.ts';
import { recorded, withSections } from '../hosts/probe/recorded.ts';
import { type Behaviour, standInTransport } from './stand-ins.ts';

const settings = exampleSettings({
  controlPlane: [{ name: 'cp0', address: '10.0.0.20' }, { address: '10.0.0.21' }, { address: '10.0.0.22' }],
});

/** Closed transports, by address, and how each host answers. */
function world(answers: Readonly<Record<string, () => Promise<Transport>>>): {
  readonly connect: (host: HostSettings) => Promise<Transport>;
  readonly timeline: Timeline;
} {
  return {
    connect: ({ address }) => answers[address]?.() ?? Promise.reject(new Error(`${address} is not there`)),
    timeline: new Timeline(() => 0),
  };
}

/** What a run sees of these hosts, by their addresses. */
async function observe(
  { connect, timeline }: ReturnType<typeof world>,
  ...addresses: readonly string[]
): Promise<Reached<ObservedHost>> {
  const listed = listHosts(settings).filter(({ address }) => addresses.includes(address));
  const connected = await connectHosts(listed, { connect, timeline });
  const options = { membersReach: false, sandbox: false };
  const probed = await observeHosts(connected.hosts, settings, options, timeline);
  return { hosts: probed.hosts, absent: [...connected.absent, ...probed.absent] };
}

const probed = (hostname: string): Buffer =>
  Buffer.from(withSections(recorded('pristine'), { hostname: `${hostname}\n` }));

const answering =
  (name: string, behave: Behaviour): (() => Promise<Transport>) =>
  () =>
    Promise.resolve(standInTransport(name, [], behave));

describe('hosts that are not reached', () => {
  test('are absent, each with its reason, and the others are observed', async () => {
    const seen = await observe(
      world({
        '10.0.0.20': answering('x', () => ({ stdout: probed('other') })),
        '10.0.0.21': () =>
          Promise.reject(
            new HostError({
              code: 'host-key-mismatch',
              host: 'x',
              at: 'connect',
              fact: 'its key is another one.',
              fix: 'Look.',
            }),
          ),
      }),
      '10.0.0.20',
      '10.0.0.21',
      '10.0.0.22',
    );
    expect(seen.hosts).toMatchObject([
      { role: 'control-plane', name: 'cp0', address: '10.0.0.20', facts: { hostname: 'other' } },
    ]);
    expect(seen.absent).toMatchObject([
      {
        name: '10.0.0.21',
        why: [{ host: '10.0.0.21', at: 'connect', fact: 'its key is another one.', fix: 'Look.' }],
      },
      { name: '10.0.0.22', why: [{ host: '10.0.0.22', at: 'connect', fact: '10.0.0.22 is not there' }] },
    ]);
  });

  test('one whose answer is cut off is absent too', async () => {
    const cut = answering('cp0', () => ({ stdout: Buffer.from('hostname eA==\n') }));
    const { hosts, absent } = await observe(world({ '10.0.0.20': cut }), '10.0.0.20');
    expect(hosts).toEqual([]);
    expect(absent).toMatchObject([{ name: 'cp0', why: [{ host: 'cp0', at: 'probe' }] }]);
  });
});

test('a host is called by the name of the inputs, else by its own once that is known, its connection too', async () => {
  const seen = await observe(
    world({
      '10.0.0.20': answering('10.0.0.20', () => ({ stdout: probed('other') })),
      '10.0.0.21': answering('10.0.0.21', () => ({ stdout: probed('own') })),
    }),
    '10.0.0.20',
    '10.0.0.21',
  );
  expect(seen.hosts.map(({ name, transport }) => [name, transport.name])).toEqual([
    ['cp0', 'cp0'],
    ['own', 'own'],
  ]);
});

test('a member is asked for both ports, a client of members for their client port alone', async () => {
  const scripts = new Map<string, string>();
  const host = (address: string, name: string) =>
    answering(name, ({ script }) => {
      scripts.set(address, script);
      return { stdout: probed(name) };
    });
  await observe(
    world({
      '10.0.0.6': host('10.0.0.6', 'infra0'),
      '10.0.0.7': host('10.0.0.7', 'infra1'),
      '10.0.0.20': host('10.0.0.20', 'cp0'),
    }),
    '10.0.0.6',
    '10.0.0.7',
    '10.0.0.20',
  );
  expect(scripts.get('10.0.0.20')).toContain("targets=('10.0.0.6 2379' '10.0.0.7 2379')");
  expect(scripts.get('10.0.0.6')).toContain("targets=('10.0.0.7 2379' '10.0.0.7 2380')");
});
