import {
  type Figure,
  type FigureName,
  memberFigures,
  roundTripFigures,
  type Samples,
  startUpFigures,
} from './figures.ts';
import { goalsOf } from './goals.ts';

/** All measurements of one run of the bench. */
export interface Results {
  readonly date: Date;
  readonly machine: string;
  /** Load average before the bench began. */
  readonly loadBefore: number;
  readonly runs: number;
  /** Three members, by round trip in ms. */
  readonly byRoundTrip: ReadonlyMap<number, Samples>;
  /** Without an added round trip, by the number of members. */
  readonly byMembers: ReadonlyMap<number, Samples>;
  readonly startUp: Samples;
  /** Runs that did not end in a healthy cluster, and contenders that could not take part. */
  readonly failures: readonly string[];
}

const RATIOS = [
  { title: 'Our deploy ÷ floor', of: 'deploy', over: 'floor' },
  { title: "The guide's shell ÷ our deploy", of: 'guide', over: 'deploy' },
  { title: 'Ansible ÷ our deploy', of: 'ansible', over: 'deploy' },
  { title: "Ansible's re-run ÷ our re-run", of: 'ansibleRerun', over: 'rerun' },
] as const satisfies readonly { title: string; of: FigureName; over: FigureName }[];

/** Formats the tables; leaves out values that were not measured. */
export function tables(results: Results): string {
  const { byRoundTrip, byMembers, startUp } = results;
  const parts = [
    measured('Three members', 'ms round trip', byRoundTrip, roundTripFigures),
    measured('More members, no round trip added', 'members', byMembers, memberFigures),
    table(['Start-up of the action', ''], figureRows(startUpFigures, [startUp])),
    goals(results),
    list('Not counted, because it failed:', results.failures),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/**
 * Formats RESULTS.md.
 * @param remarks on missed goals, as Markdown.
 */
export function document(results: Results, remarks: string): string {
  return `# Figures

<!-- Written by \`npm run bench\`: do not edit. The text under "Remarks" comes from bench/remarks.md. -->

![Time to a healthy cluster, by contender, round trip and size](results.svg)

Measured ${results.date.toISOString().slice(0, 10)} on ${results.machine}.
Load average before the start: ${results.loadBefore.toFixed(2)}.

Each figure is the median of ${results.runs} runs [smallest – largest], taken in turn (ours, floor, guide, Ansible, ours, …) after an
uncounted run of each, so that a drift of the machine affects all of them. Ratios are of medians.

${tables(results)}

## Remarks

${remarks.trim()}

## What is measured

The hosts of the lab (real kubeadm, kubelet, containerd, sshd) share the machine with the runner. Before each run of
a contender every host gets a fresh disk, boots completely, and its kubelet fails as kubeadm's packages
leave it. No run therefore finds remains of another one. The round trip is added between the runner and each host; packets
between two hosts are delayed twice.

- **Our deploy**: \`dist/index.js\` as GitHub's runner starts it, in the runner's network namespace; process start to
  process exit, without upload of artifacts. This time includes the creation of CA and certificates, and the verification
  of the cluster's health. Connections and bytes are those of the runner's kernel (IP packets, headers included), channels
  those of the job summary, peak memory is VmHWM.
- **Our re-run without change**: the same again on its own cluster; \`changed\` is false.
- **Our health check**: the operation \`health\` on that cluster, without an artifact and without a second sample of the metrics.
- **Floor**: the same remote work with certificates ready, started inside all hosts at once without SSH, from the
  common start until \`/readyz\` of the last member is ok. The files that our deploy makes on the runner are on the
  hosts as an archive; a handwritten script unpacks it, syncs, reloads systemd, restarts kubelet, lets
  kubeadm write the manifest while kubelet starts, syncs, and waits. It verifies nothing beyond \`/readyz\`.
- **Processor time of the machine**: of hosts and runner together; they share its cores here. With a
  separate runner, its part (Node, the keys) does not use the hosts' cores.
- **The guide's own shell**: [lab/guide/guide.sh](../lab/guide/guide.sh), the commands of the Kubernetes documentation
  one after the other with a plain OpenSSH client (no shared connections) as \`ubuntu\` with sudo: from the runner to each
  host, and for the copy from the first host to the others, as the guide does it. It ends when \`etcdctl endpoint health\` reports all
  three as healthy. Adaptations are marked there; none of them makes it slower.
- **Ansible**: [a playbook](contenders/ansible/playbook.yml) that does the same, written for speed: pipelining and
  ControlPersist, all hosts at once, no facts gathered, each host creates its own certificates, and a second run changes nothing.
  It ends as the guide does. ansible-core has the release in [requirements.txt](contenders/ansible/requirements.txt); the hosts
  get Python before the measurement.
- **More members**: our deploy and the floor in turn. Three members are those of the first table; each other size has its own hosts.
- **Start-up**: measured inside the process, by a preloaded module that records the first read of an \`INPUT_\` variable. The figure
  includes some 10 ms for loading that module.
`;
}

function measured(
  heading: string,
  unit: string,
  circumstances: ReadonlyMap<number, Samples>,
  figures: Readonly<Partial<Record<FigureName, Figure>>>,
): string {
  const samples = [...circumstances.values()];
  return table(
    [heading, ...[...circumstances.keys()].map((value) => `${value} ${unit}`)],
    [
      ...figureRows(figures, samples),
      ...RATIOS.map(({ title, of, over }) => [
        `**${title}**`,
        ...samples.map((one) => ratioText(one.ratio(of, over))),
      ]),
    ],
  );
}

function figureRows(
  figures: Readonly<Partial<Record<FigureName, Figure>>>,
  circumstances: readonly Samples[],
): string[][] {
  return (Object.entries(figures) as [FigureName, Figure][]).map(([name, { title, format }]) => [
    title,
    ...circumstances.map((samples) => {
      const spread = samples.spread(name);
      return spread === undefined
        ? ''
        : `${format(spread.median)} [${format(spread.min)} – ${format(spread.max)}]`;
    }),
  ]);
}

function goals(results: Results): string {
  const lines = goalsOf(results).map(
    ({ text, reached, met }) => `${text}: **${met ? 'met' : 'missed'}** (${reached})`,
  );
  return list('Goals:', lines);
}

function list(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${heading}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function ratioText(value: number | undefined): string {
  return value === undefined ? '' : `**${value.toFixed(2)}**`;
}

/** Formats a table of the non-empty rows; an empty text if there are none. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const filled = rows.filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  if (filled.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...filled.map(line)].join('\n');
}
