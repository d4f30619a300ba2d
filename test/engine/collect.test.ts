import { expect, test } from '@jest/globals';
import { allOrFindings } from '../../src/engine/collect.ts';
import { RunError } from '../../src/findings.ts';
import { HostError } from '../../src/hosts/host-error.ts';

test('results come in the order of the work, not of its end', async () => {
  const later = new Promise<string>((resolve) => setTimeout(() => resolve('first'), 20));
  const work = [
    { host: 'infra0', at: 'probe', result: later },
    { host: 'infra1', at: 'probe', result: Promise.resolve('second') },
  ];
  expect(await allOrFindings('title', work)).toEqual(['first', 'second']);
});

test('all failures are reported, after all work has ended', async () => {
  let ended = false;
  const slow = new Promise<never>((_, reject) => {
    setTimeout(() => {
      ended = true;
      reject(
        new RunError('inner', [{ code: 'command-failed', host: 'infra2', at: 'verify', fact: 'third' }]),
      );
    }, 20);
  });
  const work = [
    {
      host: 'infra0',
      at: 'a',
      result: Promise.reject(
        new HostError({ code: 'command-failed', host: '10.0.0.6', at: 'connect', fact: 'first' }),
      ),
    },
    { host: 'infra1', at: 'b', result: Promise.reject(new Error('second')) },
    { host: 'infra2', at: 'c', result: slow },
  ];
  const failure = await allOrFindings('title', work).catch((error: unknown) => error);
  expect(ended).toBe(true);
  if (!(failure instanceof RunError)) throw new Error('it is a refusal');
  // The member's name replaces the host's address in a connection's findings.
  expect(failure.findings.map(({ host, at, fact }) => [host, at, fact])).toEqual([
    ['infra0', 'connect', 'first'],
    ['infra1', 'b', expect.stringContaining('second')],
    ['infra2', 'verify', 'third'],
  ]);
});
