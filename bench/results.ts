import { type Figure, type FigureName, roundTripFigures, type Samples, startUpFigures } from './figures.ts';

/** Everything that one call of the bench has measured. */
export interface Results {
  readonly date: Date;
  readonly machine: string;
  /** Load average before the bench began. */
  readonly loadBefore: number;
  readonly runs: number;
  readonly byRoundTrip: ReadonlyMap<number, Samples>;
  readonly startUp: Samples;
}

/** How many times the floor our deploy may take, by round trip in ms. */
const GOALS: ReadonlyMap<number, number> = new Map([
  [0, 1.25],
  [20, 1.4],
]);

const RATIOS = [
  { title: 'Our deploy ÷ floor', of: 'deploy', over: 'floor' },
  { title: "The guide's shell ÷ our deploy", of: 'guide', over: 'deploy' },
] as const satisfies readonly { title: string; of: FigureName; over: FigureName }[];

/** The tables: figures that were not measured are left out. */
export function tables({ byRoundTrip, startUp }: Results): string {
  const circumstances = [...byRoundTrip.values()];
  const parts = [
    table(
      ['', ...[...byRoundTrip.keys()].map((roundTrip) => `${roundTrip} ms round trip`)],
      [
        ...figureRows(roundTripFigures, circumstances),
        ...RATIOS.map(({ title, of, over }) => [
          `**${title}**`,
          ...circumstances.map((samples) => ratioText(ratio(samples, of, over))),
        ]),
      ],
    ),
    table(['Start-up of the action', ''], figureRows(startUpFigures, [startUp])),
    goals(byRoundTrip),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** RESULTS.md. */
export function document(results: Results): string {
  return `# Figures

<!-- Written by \`npm run bench\`: do not edit. -->

Measured ${results.date.toISOString().slice(0, 10)} on ${results.machine}.
Load average before it began: ${results.loadBefore.toFixed(2)}.

Each figure is the median of ${results.runs} runs [smallest – largest], taken in turn (ours, floor, guide, ours, …) after one
uncounted round, so that a drift of the machine meets all alike. Ratios are of medians.

${tables(results)}

## What is measured

Three hosts of the lab (real kubeadm, kubelet, containerd, sshd) share the machine with the runner. Before each run of
a contender every host gets a fresh disk, is booted to the end, and has its kubelet failing as kubeadm's packages leave
it: no run finds anything of another, and nobody has to believe that a clean-up was complete. The round trip is added
between the runner and each host; packets between two hosts meet it twice.

- **Our deploy**: \`dist/index.js\` as GitHub's runner starts it, in the runner's network namespace; process start to
  process exit, without upload of artifacts. CA and certificates are made in this time, and the health of the whole
  cluster is proven. Connections and bytes are those of the runner's kernel (IP packets, headers included), channels
  those of the job summary, peak memory is VmHWM.
- **Our re-run without change**: the same again on the cluster that it has made; \`changed\` is false.
- **Our health check**: the operation \`health\` on that cluster, without an artifact and without a second look at the metrics.
- **Floor**: the same remote work with certificates ready, started inside all hosts at once without SSH, from the
  common start until \`/readyz\` of the last member says ok. The files that our deploy makes on the runner lie on the
  hosts as an archive; a script as one would write it by hand unpacks it, syncs, reloads systemd, restarts kubelet, lets
  kubeadm write the manifest while kubelet starts, syncs, and waits. It proves nothing beyond \`/readyz\`.
- **Processor time of the machine**: what hosts and runner together have spent; they share its cores here. A runner of
  its own takes its part of it (Node, the keys) off the hosts' cores.
- **The guide's own shell**: [lab/guide/guide.sh](../lab/guide/guide.sh), the commands of the Kubernetes documentation
  one after the other with a plain OpenSSH client (no shared connections) as \`ubuntu\` with sudo: from the runner to each
  host, and for the copy from the first host to the others, as the guide does it. It ends when \`etcdctl endpoint health\` calls all
  three healthy. What had to be adapted is marked there; nothing of it makes it slower.
- **Start-up**: seen from inside the process by a preloaded module that notes the first read of an \`INPUT_\` variable. Loading
  that module takes some 10 ms, which are in the figure.
`;
}

function figureRows<T extends FigureName>(
  figures: Readonly<Record<T, Figure>>,
  circumstances: readonly Samples[],
): string[][] {
  return (Object.entries(figures) as [T, Figure][]).map(([name, { title, format }]) => [
    title,
    ...circumstances
      .map((samples) => {
        const spread = samples.spread(name);
        return spread && `${format(spread.median)} [${format(spread.min)} – ${format(spread.max)}]`;
      })
      .map((text) => text ?? ''),
  ]);
}

function goals(byRoundTrip: Results['byRoundTrip']): string {
  const lines = [...byRoundTrip].flatMap(([roundTrip, samples]) => {
    const goal = GOALS.get(roundTrip);
    const reached = ratio(samples, 'deploy', 'floor');
    if (goal === undefined || reached === undefined) return [];
    const verdict = reached <= goal ? 'met' : 'missed';
    return [`- Our deploy ≤ ${goal} × floor at ${roundTrip} ms: ${verdict} (${ratioText(reached)})`];
  });
  return lines.length === 0 ? '' : `Goals:\n\n${lines.join('\n')}`;
}

function ratio(samples: Samples, of: FigureName, over: FigureName): number | undefined {
  const [dividend, divisor] = [samples.spread(of), samples.spread(over)];
  return dividend && divisor && dividend.median / divisor.median;
}

function ratioText(value: number | undefined): string {
  return value === undefined ? '' : `**${value.toFixed(2)}**`;
}

/** A table of the rows that hold anything; none if there is no such row. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const filled = rows.filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  if (filled.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...filled.map(line)].join('\n');
}
