import { expect, test } from '@jest/globals';
import { planDeploy } from '../../../src/operations/deploy/deploy.ts';
import { RefusedError } from '../../../src/findings.ts';
import { ProbeFormatError, parseHealthProbe } from '../../../src/hosts/probe/health-probe.ts';
import { parsePreflightProbe } from '../../../src/hosts/probe/parse-preflight.ts';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import type { FactName, HostFacts } from '../../../src/facts/host.ts';
import { IncompleteProbeError, readSections } from '../../../src/hosts/probe/sections.ts';
import { exampleSettings } from '../../cluster/example.ts';
import { numbers, oneOf, overlong, spoiled, tooSlow, withStrangePart } from '../../fuzz.ts';
import { recorded, withSections } from './recorded.ts';

const TIMING = { sentMs: 0, receivedMs: 0 };

/** The used parts of `crictl inspect`'s output. */
const CONTAINER = JSON.stringify({
  status: {
    id: '0f',
    state: 'CONTAINER_EXITED',
    metadata: { attempt: 1 },
    startedAt: '2026-11-24T07:50:39.5Z',
    finishedAt: '2026-11-24T07:51:39.5Z',
    exitCode: 255,
    reason: 'Unknown',
  },
});

/** Returns an answer with one of its sections spoiled; some of them are JSON. */
function withSpoiledSection(answer: string, random: () => number): string {
  const separator = `\n${answer.slice(0, answer.indexOf('\n'))} `;
  const sections = answer.split(separator);
  const at = Math.floor(random() * sections.length);
  const [, name = '', text = ''] = /^(.*)\n([^]*)$/.exec(sections[at] ?? '') ?? [];
  const read = name.startsWith('health.container.') ? CONTAINER : text;
  const changed = read.startsWith('{') && random() < 0.7 ? strangeJson(read, random) : spoiled(text, random);
  return sections.with(at, `${name}\n${changed}`).join(separator);
}

function strangeJson(text: string, random: () => number): string {
  try {
    return JSON.stringify(withStrangePart(JSON.parse(text), random));
  } catch {
    return spoiled(text, random);
  }
}

/** Expects facts, or the error for an unusable answer, and nothing else. */
function expectReadOrRefused(read: () => unknown, answer: string): void {
  try {
    expect(read()).toBeDefined();
  } catch (error) {
    if (error instanceof IncompleteProbeError || error instanceof ProbeFormatError) return;
    throw new Error(`neither read nor refused: ${answer.slice(0, 2000)}`, { cause: error });
  }
}

/** Expects every text to be a string; a number in its place would break comparisons. */
function expectTexts(told: readonly unknown[]): void {
  expect(told.filter((text) => typeof text !== 'string')).toEqual([]);
}

function readProbe(answer: string): unknown {
  const facts = parseHostProbe('10.77.0.10', answer);
  const { images, imageIds, containers } = facts;
  expectTexts([...images, ...imageIds.values(), ...containers.flatMap(({ id, image }) => [id, image])]);
  return facts;
}

function readHealth(answer: string): unknown {
  const { facts, more } = parseHealthProbe(answer, TIMING);
  expectTexts(more.containers.map(({ id }) => id));
  return facts;
}

// A host may answer anything: as another release, with a broken disk, or as an attacker.
test.each<[string, readonly string[], (answer: string) => unknown]>([
  ['the probe', ['pristine', 'member'], readProbe],
  ['the probe for health', ['health-member'], readHealth],
  [
    'the probe of a preflight',
    ['preflight-pristine', 'preflight-member', 'preflight-left-over'],
    (answer) => parsePreflightProbe(answer),
  ],
])('any answer of %s is read or refused', (_, names, parse) => {
  const random = numbers(1);
  for (let time = 0; time < 600; time += 1) {
    const text = recorded(oneOf(names, random));
    const answer = random() < 0.7 ? withSpoiledSection(text, random) : spoiled(text, random);
    expectReadOrRefused(() => parse(answer), answer);
  }
});

/** The fact of each section; every answer has the other sections, which need no program. */
const FACT_OF: readonly (readonly [RegExp, FactName])[] = [
  [/^(?:ran\.)?cri\.containers$/, 'containers'],
  [/^(?:ran\.)?cri\.images$/, 'images'],
  [/^(?:ran\.)?cri\.runtime-config$/, 'runtime'],
  [/^(?:ran\.)?kubelet$/, 'kubelet'],
  [/^(?:ran\.)?kubeadm$/, 'kubeadm'],
  [/^(?:ran\.)?(?:tree|tree\.roots|places)$|^text:/, 'files'],
  [/^(?:ran\.)?digests$/, 'digests'],
  [/^(?:ran\.)?data-dir$/, 'data-dir'],
  [/^(?:ran\.)?addresses$/, 'addresses'],
  [/^(?:ran\.)?listeners$/, 'listeners'],
  [/^reach/, 'reach'],
  [/^clock$/, 'clock'],
];

/** Returns the part of the facts with this name. */
function partOf(facts: HostFacts, fact: FactName): unknown {
  const texts = [...facts.files.values()].map(({ path, kind, mode, owner, text }) => [
    path,
    kind,
    mode,
    owner,
    text,
  ]);
  const parts: Record<FactName, unknown> = {
    containers: facts.containers,
    images: facts.imageIds,
    runtime: facts.runtime,
    kubelet: facts.kubelet,
    kubeadm: [facts.kubeadmVersion, facts.etcdImage],
    files: [texts, facts.places, facts.state],
    digests: [...facts.files.values()].map(({ sha256 }) => sha256),
    'data-dir': facts.dataDir,
    addresses: facts.addresses,
    listeners: facts.listeners,
    reach: facts.reach,
    clock: facts.clock,
  };
  return parts[fact];
}

/** Spoils a section in a way that no successful program does, by the effect on its text. */
const SPOILS: readonly (readonly [
  string,
  boolean,
  (text: string, random: () => number) => string | undefined,
])[] = [
  ['removed', false, () => undefined],
  ['emptied', false, () => ''],
  ['cut', true, (text, random) => cut(text, random)],
  [
    'replaced',
    true,
    (_, random) =>
      oneOf(['{}', '[]', 'null', 'rubbish', '{"containers":{},"images":"x"}', '\0\0', '1\nfailed'], random),
  ],
];

/** Cuts within an entry: a program that ends normally does not stop between two of them. */
function cut(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  return text.slice(0, /[\n\0]$/.test(text.slice(0, at)) ? at - 1 : at);
}

// Unreadable facts are reported as such: never as an empty list, an absent file, or an older value.
test.each(SPOILS)('a section that was %s is unseen, or changes nothing', (_, isRandom, spoil) => {
  const random = numbers(7);
  for (const name of ['pristine', 'member']) {
    const text = recorded(name);
    const before = parseHostProbe('10.77.0.10', text, { timing: TIMING });
    expect(before.unseen).toEqual([]);
    for (const [section, content] of readSections(text)) {
      for (let time = 0; time < (isRandom ? 6 : 1); time += 1) {
        const changed = spoil(content, random);
        if (changed === content) continue;
        const facts = factsOrNone(withSections(text, { [section]: changed }));
        const fact = FACT_OF.find(([pattern]) => pattern.test(section))?.[1];
        if (facts === undefined || fact === undefined || facts.unseen.some(({ what }) => what === fact))
          continue;
        const unknown = facts.reach.some(({ outcome }) => outcome === 'unknown');
        if (fact === 'reach' && unknown) continue;
        expect([section, changed, partOf(facts, fact)]).toEqual([section, changed, partOf(before, fact)]);
      }
    }
  }
});

/** Returns undefined for an answer that is marked as incomplete. */
function factsOrNone(answer: string): HostFacts | undefined {
  try {
    return parseHostProbe('10.77.0.10', answer, { timing: TIMING });
  } catch (error) {
    if (error instanceof IncompleteProbeError) return undefined;
    throw error;
  }
}

// A decision on unexpected facts ends in a plan or one of these errors.
test.each([1, 2, 3, 4])('of any answer there is a plan or a refusal (seed %d)', (seed) => {
  const random = numbers(seed);
  const settings = exampleSettings({ hosts: [{ address: '10.77.0.10' }] });
  const answers = ['pristine', 'member'].map(recorded);
  const now = new Date('2026-12-01T00:00:00Z'); // the answers were recorded before
  const seen = { plan: 0, refusal: 0 };
  for (let time = 0; time < 80; time += 1) {
    const facts = parseHostProbe(
      '10.77.0.10',
      withSpoiledSection(withSpoiledSection(oneOf(answers, random), random), random),
    );
    try {
      const members = [{ name: facts.hostname, address: facts.address, facts }];
      planDeploy({ settings, members, newToken: 'etcd-0123456789abcdef', now });
      seen.plan += 1;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      seen.refusal += 1;
    }
  }
  expect(Math.min(seen.plan, seen.refusal)).toBeGreaterThan(5);
});

test('a long answer takes no time', () => {
  const pieces = [
    '\n',
    ' ',
    ':',
    '=',
    '/',
    '0',
    '\0',
    '{',
    '"',
    'inet ',
    'a 1 ',
    'd 755 0:0 4096 /',
    '-----BEGIN A-----\n',
  ];
  const names = [
    'addresses',
    'listeners',
    'tree',
    'digests',
    'reach',
    'cri.images',
    'cri.runtime-config',
    'kubelet',
    'data-dir',
    'places',
    'kubeadm',
    'listeners.kernel',
    'reach.asked',
  ];
  const every = ['hostname', 'boot-id', 'machine-id', 'init', 'machine', 'missing-tools', 'cri.sockets'];
  const tools = ['systemctl', 'kubelet', 'kubeadm', 'crictl', 'ctr', 'curl'].map((tool) => `tool.${tool}`);
  const more = ['swaps', 'mount', 'metrics', 'connects', 'processors', 'exec-start'];
  const answerOf = (sections: readonly string[], text: string): string =>
    [
      '#',
      ...[...every, ...tools, 'cri.endpoint'].map((name) => `# ${name}\nx`),
      ...sections.flatMap((name) => [`# ran.${name}\n0\n${text}`, `# ${name}\n${text}`]),
      ...['# clock\n1 1', '# end\n', ''],
    ].join('\n');
  expect(tooSlow(overlong(pieces), (text) => parseHostProbe('10.77.0.10', answerOf(names, text)))).toEqual(
    [],
  );
  expect(tooSlow(overlong(pieces), (text) => parsePreflightProbe(answerOf(more, text)))).toEqual([]);
}, 60_000);
