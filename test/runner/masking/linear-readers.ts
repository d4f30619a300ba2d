/**
 * All readers of hosts' texts that use regular expressions, and difficult texts for them; run in a process of its own.
 */
import { generateKeyPairSync } from 'node:crypto';
import { explainLog } from '../../../src/checks/host.ts';
import { parseProbeAnswer } from '../../../src/etcd/client.ts';
import { parseMetrics } from '../../../src/etcd/metrics.ts';
import { explainUnknown } from '../../../src/hosts/explain-unknown.ts';
import { lastWords } from '../../../src/hosts/host-error.ts';
import { clientFailure } from '../../../src/hosts/openssh/client-words.ts';
import { parseHealthProbe } from '../../../src/hosts/probe/health-probe.ts';
import { parsePreflightProbe } from '../../../src/hosts/probe/parse-preflight.ts';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { startFinding } from '../../../src/hosts/root-shell/root-shell-failure.ts';
import { parseEtcdManifest } from '../../../src/kubeadm/etcd-manifest.ts';
import { STATE_FILE } from '../../../src/kubeadm/paths.ts';
import { prose } from '../../../src/operations/health/report/html/markup.ts';
import { oneLine, sentence } from '../../../src/report/check-view.ts';
import { summaryLine } from '../../../src/checks/make-document.ts';
import { parseDiskTest } from '../../../src/operations/preflight/examine.ts';
import { fingerprintsIn } from '../../../src/pki/inspect.ts';
import { readCertificates } from '../../../src/pki/pem-input.ts';
import { codeBlock, text } from '../../../src/report/markdown.ts';
import { redactForFiles } from '../../../src/report/redact-all.ts';
import { createActionsLog, lineCleaner } from '../../../src/runner/actions-log.ts';
import { Redactor } from '../../../src/runner/masking/redaction.ts';
import { etcdMessage } from '../../../src/steps/member/member-ready.ts';
import { explainPull } from '../../../src/steps/pull-image.ts';
import { explainKubelet } from '../../../src/steps/start-kubelet.ts';
import { printable } from '../../../src/text/printable.ts';
import { recorded, withSections } from '../../hosts/probe/recorded.ts';

const SIZE = 1024 * 1024;

function filled(part: string): string {
  return part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
}

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString();
const body = key.split('\n').slice(1, -2).join('');

/** Each of 1 MiB. */
export const SHAPES: Readonly<Record<string, string>> = {
  'base64 that ends in a sign, behind BEGIN': `-----BEGIN PRIVATE KEY-----\n${filled('A')}!`,
  'BEGIN lines without END': filled('-----BEGIN CERTIFICATE-----\n'),
  'BEGIN lines of a key without END': filled('-----BEGIN RSA PRIVATE KEY-----\n'),
  'END lines without BEGIN': filled('AAAAaaaa1111AAAAaaaa1111\n-----END RSA PRIVATE KEY-----\n'),
  'BEGIN lines of many labels': Array.from({ length: 35_000 }, (_, at) => `-----BEGIN A${at}-----\n`).join(
    '',
  ),
  'one label without an end': `-----BEGIN ${filled('A ')}`,
  'capitals before PRIVATE KEY': `-----BEGIN ${filled('PRIVATE KEY')}!`,
  dashes: filled('-'),
  blanks: `x${filled(' ')}x`,
  'blanks and lines': filled('        \n'),
  'blanks and one line': `${filled(' ')}x\n`,
  lines: filled('\n'),
  tabs: filled('\t'),
  backticks: filled('`'),
  'backticks and letters': filled('`a'),
  digits: filled('1'),
  'digits and points': filled('1.'),
  'numbers of a dump': filled('48 130 4 '),
  'hex of a dump': filled('0x30, 0x82, '),
  backslashes: filled('\\'),
  'percent signs': filled('%'),
  'escaped letters': filled('\\u0026%41&amp;\\x41\\101'),
  colons: filled(':'),
  'colons and letters': filled(':a'),
  'escape sequences without an end': filled('\u001B[0;0;0'),
  'titles without an end': filled('\u001B]0;'),
  'control characters': filled('\u0001'),
  'a key that is registered, again and again': filled(`${body} `),
  'a key that is registered, without an end': filled(body),
  'pieces of a key that is registered': filled(`${body.slice(200, 220)}.`),
  'base64 of base64': filled(Buffer.from(body).toString('base64')),
  'a word that is registered': filled('hunter2!'),
  'base64 of a word that is registered': filled(Buffer.from('hunter2!').toString('base64')),
  json: filled('{"level":"fatal","msg":"'),
  'metrics without an end': `etcd_${filled('a_bucket')}`,
  'labels of metrics': `etcd{${filled('} ')}`,
  flags: filled(' --a='),
  slashes: filled('/'),
  'dots and slashes': filled('../'),
  quotes: filled(`"'`),
  brackets: filled('[]('),
};

const redactor = new Redactor(() => undefined);
redactor.register('hunter2!');
redactor.register(key, 'made');
const log = createActionsLog(redactor, { info: ignore, warning: ignore, debug: ignore });
const failed = (said: string): { code: number; stdout: Buffer; stderr: string } => ({
  code: 1,
  stdout: Buffer.from(said),
  stderr: said,
});
const timing = { sentMs: 0, receivedMs: 1 };

/** Shapes of programs' output on a host: entries, columns, paths, numbers, JSON. */
export const PRINTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(SHAPES).filter(([name]) =>
      /^(?:dashes|blanks|blanks and lines|blanks and one line|lines|tabs|digits|digits and points|colons|colons and letters|json|flags|slashes|quotes|brackets)$/.test(
        name,
      ),
    ),
  ),
  'zero bytes': filled('\0'),
  'entries of find': filled('f 600 0:0 12 /etc/kubernetes/pki/a\0'),
  'an entry of find without an end': `f 600 0:0 12 ${filled('/a')}`,
  'the data in one folder': `data-dir yes /d\0log yes /d/l\0${filled('1 600 /d\0')}`,
  'digests without a name': filled(`${'a'.repeat(64)}  `),
  'lines of ss': filled('LISTEN 0 4096 *:2379 *:* users:(("etcd",pid=1,fd=7))\n'),
  'users of ss': `LISTEN 0 4096 *:2379 *:* users:(${filled('("a",pid=1,fd=7),')}`,
  'lines of ip': filled('2: eth0    inet 10.0.0.6/24 scope global eth0\n'),
  'tries that failed': filled('10.0.0.7 2379 1 a\n'),
};

/**
 * The sections of each probe's answer, and the reader of an answer with one section replaced and all others as
 * recorded.
 */
const probes: readonly (readonly [
  reader: string,
  answer: string,
  read: (answer: string) => unknown,
  sections: readonly string[],
])[] = [
  [
    'parseHostProbe',
    recorded('member'),
    (answer) => parseHostProbe('10.0.0.6', answer),
    [
      ...['tree.roots', 'tree', 'digests', 'places', 'data-dir', `text:${STATE_FILE}`, 'kubelet', 'kubeadm'],
      ...['hostname', 'machine-id', 'missing-tools', 'addresses', 'listeners', 'listeners.kernel', 'sources'],
      ...['reach', 'reach.asked', 'cri.sockets', 'cri.endpoint', 'cri.runtime-config', 'cri.sandbox'],
      ...['cri.containers', 'cri.images', 'ran.tree', 'ran.kubeadm', 'ran.listeners'],
    ],
  ],
  [
    'parseHealthProbe',
    recorded('health-member'),
    (answer) => parseHealthProbe(answer, timing),
    [
      ...['health.containers', 'health.container.0', 'health.log', 'ran.health.log', 'health.mount'],
      ...['health.blocks', 'health.used', 'health.healthz', 'clock', 'health.client-key'],
      'health.public-key:/etc/kubernetes/pki/etcd/server.key',
    ],
  ],
  [
    'parsePreflightProbe',
    recorded('preflight-member'),
    (answer) => parsePreflightProbe(answer),
    [
      ...['cgroup', 'swaps', 'memory', 'processors', 'mount', 'blocks', 'connects'],
      ...['kubelet-version', 'metrics', 'leftovers', 'unwritable', 'attributes', 'room', 'resolv-conf'],
      ...['exec-start', 'cgroup-driver', 'data-dir-size'],
    ],
  ],
];

function ignore(): void {
  // Only the time counts.
}

/** Ignores refusals: only the time of a parser counts. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // It was refused.
  }
}

/** By name; each reads one text. */
export const READERS: Readonly<Record<string, (said: string) => unknown>> = {
  lineCleaner: (said) => lineCleaner(redactor)(said),
  'the log of a host': (said) => log.host('infra0').info(said),
  'lines of the log of a host': (said) => {
    for (const line of said.split('\n').slice(0, 2000)) log.host('infra0').info(line);
  },
  redactForFiles: (said) => redactForFiles({ measured: said }, redactor),
  findSecret: (said) => redactor.findSecret(said),
  'register, a key of a host': (said) => new Redactor(ignore).register(said, 'made'),
  'register, an input': (said) => new Redactor(ignore).register(said.slice(0, 64 * 1024)),
  readCertificates: (said) => readCertificates({ text: said, place: 'x' } as never),
  fingerprintsIn,
  'markdown text': text,
  'markdown code block': (said) => codeBlock('text', said),
  'markdown sentence': sentence,
  oneLine: (said) => oneLine(said, 100),
  'html prose': prose,
  'printable of hosts': (said) => printable(said),
  lastWords: (said) => lastWords(said, 5),
  summaryLine: (said) =>
    summaryLine({
      clusterName: 'etcd',
      status: 'fail',
      members: [],
      leader: null,
      failureTolerance: null,
      checks: [{ status: 'fail', measured: said } as never],
    }),
  explainUnknown: (said) => explainUnknown(failed(said)),
  explainKubelet: (said) => explainKubelet(failed(said)),
  explainPull: (said) => explainPull('registry.k8s.io/etcd:3.6.5-0')(failed(said)),
  explainLog: (said) => explainLog(said.split('\n')),
  etcdMessage: (said) => etcdMessage(`etcd: ${said}`),
  startFinding: (said) => startFinding('root', { status: { code: 1 }, stdout: said, stderr: said }),
  clientFailure: (said) => clientFailure(said, 1000),
  parseDiskTest: (said) => parseDiskTest(failed(said)),
  parseMetrics,
  parseProbeAnswer: (said) => parseProbeAnswer({ status: 503, body: said }),
  parseEtcdManifest,
};

/** Marks the place of the text in an answer. */
const PLACE = '\u0000here\u0000';

/** By name; each reads one text as the answer of a probe's program. */
export const SECTION_READERS: Readonly<Record<string, (said: string) => unknown>> = Object.fromEntries(
  probes.flatMap(([reader, answer, read, sections]) =>
    sections.map((section) => {
      const [before = '', behind = ''] = withSections(answer, { [section]: PLACE }).split(PLACE);
      return [`${reader}: ${section}`, (said: string) => read(before + said + behind)];
    }),
  ),
);

/** Prints the processor milliseconds of each reader for each text, line by line. */
if (process.argv[2] === 'run') {
  const all = [
    ...Object.entries(READERS).map((reader) => [...reader, SHAPES] as const),
    ...Object.entries(SECTION_READERS).map((reader) => [...reader, PRINTED] as const),
  ];
  for (const [name, read, shapes] of all) {
    for (const [shape, said] of Object.entries(shapes)) {
      process.stdout.write(`${name}\t${shape}\t`);
      const started = process.cpuUsage();
      attempt(() => read(said));
      const { user, system } = process.cpuUsage(started);
      process.stdout.write(`${Math.round((user + system) / 1000)}\n`);
    }
  }
}
