import { expect, test } from '@jest/globals';
import type { Question, Surroundings } from '../../src/engine/context.ts';
import { travel } from '../../src/engine/run-operation.ts';
import { Refusal } from '../../src/findings.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { exampleSettings, NOW } from '../cluster/example.ts';
import { recorded, withSections } from '../hosts/probe/recorded.ts';
import { type Behaviour, Lines, standInTransport } from './stand-ins.ts';

/** What a run decides from where the hosts answer so, by their addresses. */
async function asked(answers: Readonly<Record<string, Behaviour>>): Promise<Question[]> {
  const questions: Question[] = [];
  const surroundings: Partial<Surroundings> = {
    connect: ({ address }) => Promise.resolve(standInTransport(address, [], answers[address])),
    log: new Lines(),
    timeline: new Timeline(() => 0),
    signal: new AbortController().signal,
    chance: { freshToken: 'etcd-0', now: NOW },
    now: () => NOW,
    maskSecret: () => undefined,
  };
  const run = travel(
    (question) => {
      questions.push(question);
      throw new Refusal('enough was seen', []);
    },
    exampleSettings(),
    surroundings as Surroundings,
  );
  await expect(run).rejects.toThrow(Refusal);
  return questions;
}

const probed =
  (hostname: string): Behaviour =>
  () => ({
    stdout: Buffer.from(
      withSections(recorded('pristine'), { hostname: `${hostname}\n`, 'boot-id': `${hostname}\n` }),
    ),
  });

// sshd answers from memory when the disk hangs; sudo may be broken on one host alone.
test.each<[string, Behaviour]>([
  ['is cut off', () => ({ stdout: Buffer.from('mark\n\nmark hostname\ninfra1\n') })],
  ['never comes', () => Promise.reject(new Error('no answer within 60 s'))],
])('a host whose answer %s does not keep the run from the others', async (_, broken) => {
  const [question] = await asked({
    '10.0.0.6': probed('infra0'),
    '10.0.0.7': broken,
    '10.0.0.8': probed('infra2'),
  });
  expect(question?.settings.hosts.map(({ address }) => address)).toEqual(['10.0.0.6', '10.0.0.8']);
  expect(question?.facts.map(({ hostname }) => hostname)).toEqual(['infra0', 'infra2']);
  expect(question?.absent).toMatchObject([
    { host: { address: '10.0.0.7' }, position: 1, why: [{ host: '10.0.0.7', at: 'probe' }] },
  ]);
});

test('without any host that can be looked at nothing is decided', async () => {
  const silent: Behaviour = () => ({ stdout: Buffer.alloc(0) });
  expect(await asked({ '10.0.0.6': silent, '10.0.0.7': silent, '10.0.0.8': silent })).toEqual([]);
});
