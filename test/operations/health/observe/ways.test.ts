import { describe, expect, test } from '@jest/globals';
import {
  type ExaminedHost,
  WaitEndedError,
  beforeAbort,
} from '../../../../src/operations/health/observe/hosts.ts';
import { routesTo } from '../../../../src/operations/health/observe/member-client.ts';
import { memberNames } from '../../../../src/operations/health/observe/observe-health.ts';
import type { Host } from '../../../../src/run/host.ts';
import { observation } from '../../../etcd/observations.ts';

const host = (name: string): Host => ({
  role: 'member',
  name,
  address: name,
  settings: { address: name, transport: 'local' },
});
const transport = (name: string): NonNullable<ExaminedHost['transport']> =>
  ({ name }) as NonNullable<ExaminedHost['transport']>;
const answering = (name: string): ExaminedHost =>
  ({ ...host(name), transport: transport(name), observed: { seen: {} } }) as unknown as ExaminedHost;
const silent = (name: string): ExaminedHost => ({
  ...host(name),
  transport: transport(name),
  observed: { failure: { code: 'ssh-connection-lost', fact: 'the connection was lost' } },
});
const unreached = (name: string): ExaminedHost => ({
  ...host(name),
  observed: { failure: { code: 'ssh-connection-refused', fact: 'refused' } },
});

/** Through whose host each member is asked. */
function through(...hosts: ExaminedHost[]): (string | undefined)[] {
  const routes = routesTo(hosts);
  return hosts.map((one) => routes.get(one)?.transport.name);
}

describe('the way to a member', () => {
  test('is its own host where that answers, else another that does', () => {
    expect(through(answering('a'), answering('b'), answering('c'))).toEqual(['a', 'b', 'c']);
    expect(through(unreached('a'), answering('b'), unreached('c'))).toEqual(['b', 'b', 'b']);
  });

  // A connection that was lost in the middle of the probe proves nothing about the member.
  test('does not lead through a host that let us in and then fell silent, unless there is no other', () => {
    expect(through(silent('a'), answering('b'), answering('c'))).toEqual(['b', 'b', 'c']);
    expect(through(silent('a'), unreached('b'))).toEqual(['a', undefined]);
  });

  test('is none where no host is reached', () => {
    expect(through(unreached('a'), unreached('b'))).toEqual([undefined, undefined]);
  });
});

describe('the name of a member', () => {
  const list = [observation(0)];

  test('is the one given, else the hostname, else what the others call it, else its address', () => {
    const given = { settings: { name: 'given' }, address: '10.0.0.1' };
    const hosts = [
      { ...answering('given'), ...given },
      { ...answering('own'), address: '10.0.0.2', settings: {} },
      { ...unreached('10.0.0.3'), settings: {} },
      { ...unreached('10.0.0.9'), settings: {} },
      { ...unreached('given'), ...given },
    ] as ExaminedHost[];
    const names = memberNames(hosts, list, 2380);
    expect(hosts.map((one) => names.get(one))).toEqual(['given', 'own', 'infra2', '10.0.0.9', 'given']);
  });
});

describe('a wait with an end', () => {
  test('gives what came in time, or why it did not', async () => {
    const { signal } = new AbortController();
    expect(await beforeAbort(signal, Promise.resolve(1))).toBe(1);
    await expect(beforeAbort(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  test('ends when its time is over, and later answers do no harm', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<number>();
    const waiting = beforeAbort(controller.signal, late.promise);
    controller.abort();
    await expect(waiting).rejects.toThrow(WaitEndedError);
    late.reject(new Error('too late'));
    await expect(beforeAbort(controller.signal, new Promise(() => undefined))).rejects.toThrow(
      WaitEndedError,
    );
  });
});
