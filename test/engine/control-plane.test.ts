import { describe, expect, test } from '@jest/globals';
import {
  controlPlaneLook,
  observeControlPlane,
  type ObservedControlPlane,
} from '../../src/engine/control-plane.ts';
import { connectEach } from '../../src/engine/observe.ts';
import { HostError } from '../../src/hosts/host-error.ts';
import type { Transport } from '../../src/hosts/transport.ts';
import type { HostSettings } from '../../src/inputs/settings.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { exampleSettings } from '../cluster/example.ts';
import { recorded, withSections } from '../hosts/probe/recorded.ts';
import { standInTransport } from './stand-ins.ts';

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

/** What a run sees of the first so many. */
async function observe(
  { connect, timeline }: ReturnType<typeof world>,
  count: number,
): Promise<ObservedControlPlane> {
  const connected = await connectEach(settings.controlPlane.slice(0, count), connect, timeline);
  return observeControlPlane(settings, connected, connected.transports, timeline);
}

const probed = (hostname: string): Buffer =>
  Buffer.from(withSections(recorded('pristine'), { hostname: `${hostname}\n` }));

// The cluster does not wait for its clients.
describe('hosts of the control plane that are not reached', () => {
  test('are told of, each with its reason, and the others are looked at', async () => {
    const happened: string[] = [];
    const surroundings = world({
      '10.0.0.20': () =>
        Promise.resolve(standInTransport('cp0', happened, () => ({ stdout: probed('other') }))),
      '10.0.0.21': () =>
        Promise.reject(
          new HostError({ host: 'x', at: 'connect', fact: 'its key is another one.', fix: 'Look.' }),
        ),
    });
    const seen = await observe(surroundings, 3);
    expect(seen.observed.map(({ host }) => host.address)).toEqual(['10.0.0.20']);
    expect(seen.observed.map(({ transport }) => transport.name)).toEqual(['cp0']);
    expect(seen.unreached).toMatchObject([
      { host: '10.0.0.21', at: 'connect', fact: 'its key is another one.', fix: 'Look.' },
      { host: '10.0.0.22', at: 'connect', fact: '10.0.0.22 is not there' },
    ]);
    expect(controlPlaneLook(seen).hosts).toMatchObject([
      { host: { name: 'cp0' }, facts: { hostname: 'other' } },
    ]);
  });

  test('one whose answer is cut off is told of', async () => {
    const surroundings = world({
      '10.0.0.20': () =>
        Promise.resolve(standInTransport('cp0', [], () => ({ stdout: Buffer.from('hostname eA==\n') }))),
    });
    const { observed, unreached } = await observe(surroundings, 1);
    expect(observed).toEqual([]);
    expect(unreached).toMatchObject([{ host: 'cp0', at: 'probe' }]);
  });

  test('a member is asked for both ports, a client of members for their client port alone', async () => {
    const scripts: string[] = [];
    const surroundings = world({
      '10.0.0.20': () =>
        Promise.resolve(
          standInTransport('cp0', [], ({ script }) => {
            scripts.push(script);
            return { stdout: probed('cp0') };
          }),
        ),
    });
    await observe(surroundings, 1);
    expect(scripts[0]).toContain("targets=('10.0.0.6 2379' '10.0.0.7 2379' '10.0.0.8 2379')");
  });
});
