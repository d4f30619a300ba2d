/** `npm run bench`: our deploy beside the floor, the guide's own shell and Ansible, in a lab of its own; see options.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Lab } from '../lab/client.ts';
import type { Contender } from './contender.ts';
import { ansible } from './contenders/ansible.ts';
import { floor } from './contenders/floor.ts';
import { guide } from './contenders/guide.ts';
import { ours, oursAlone } from './contenders/ours.ts';
import { type Measured, Samples } from './figures.ts';
import { freshHosts } from './fresh-hosts.ts';
import { withInotifyInstances } from './inotify.ts';
import { describeMachine, load } from './machine.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { plot } from './plot/plot.ts';
import { document, type Results, tables } from './results.ts';
import { measureStartUp } from './start-up.ts';

/** Figures of fewer runs are for the eye, not for the record. */
const RUNS_FOR_THE_RECORD = 5;

const RECORD = join(import.meta.dirname, 'RESULTS.md');
const PICTURE = join(import.meta.dirname, 'results.svg');
const REMARKS = join(import.meta.dirname, 'remarks.md');

const CONTENDERS: readonly Contender[] = [ours, floor, guide, ansible];

const options = parseOptions(process.argv.slice(2));
if (options === undefined) {
  process.stdout.write(USAGE);
} else {
  await publish(await measure(options), options);
}

async function publish(results: Results, { only, runs }: BenchOptions): Promise<void> {
  console.log(`\n${tables(results)}`);
  if (only !== undefined || runs < RUNS_FOR_THE_RECORD) {
    console.log(
      `\nbench/RESULTS.md is left as it is: it takes all parts and ${RUNS_FOR_THE_RECORD} runs of each.`,
    );
    return;
  }
  const text = document(results, readFileSync(REMARKS, 'utf8'));
  writeFileSync(RECORD, await format(text, { ...(await resolveConfig(RECORD)), filepath: RECORD }));
  writeFileSync(PICTURE, plot(results));
  console.log('\nbench/RESULTS.md and bench/results.svg are written.');
}

async function measure({ runs, roundTripsMs, members, only }: BenchOptions): Promise<Results> {
  const loadBefore = load();
  const startUp = new Samples();
  if (only === undefined || only === 'start-up') {
    await inRounds(runs, async (keep) => keep(startUp, await measureStartUp()));
  }
  const byRoundTrip = new Map(roundTripsMs.map((roundTrip) => [roundTrip, new Samples()]));
  const contenders = CONTENDERS.filter(({ name }) => only === undefined || only === name);
  if (contenders.length > 0) {
    await inLab(3, (lab) => compete(lab, contenders, runs, byRoundTrip));
  }
  const sizes = only === undefined || only === 'members' ? members : [];
  const byMembers = new Map(sizes.map((size) => [size, new Samples()]));
  for (const [size, samples] of byMembers) {
    await inLab(size, (lab) => compete(lab, [oursAlone, floor], runs, new Map([[0, samples]])));
  }
  return { date: new Date(), machine: describeMachine(), loadBefore, runs, byRoundTrip, byMembers, startUp };
}

/** Lets the contenders set up the cluster in turn, at one round trip after the other. */
async function compete(
  lab: Lab,
  contenders: readonly Contender[],
  runs: number,
  byRoundTrip: ReadonlyMap<number, Samples>,
): Promise<void> {
  for (const contender of contenders) await contender.prepare?.(lab);
  await inRounds(runs, async (keep, round) => {
    for (const [roundTrip, samples] of byRoundTrip) {
      for (const contender of contenders) {
        await freshHosts(lab, roundTrip);
        const measured = await contender.run(lab);
        progress(
          `${round}, ${lab.hosts.length} hosts, ${roundTrip} ms, ${contender.name}: ${inWholeNumbers(measured)}`,
        );
        keep(samples, measured);
      }
    }
  });
}

/** One round to warm up, of which nothing is kept, then the counted ones. */
async function inRounds(
  runs: number,
  work: (keep: (samples: Samples, measured: Measured) => void, round: string) => Promise<void>,
): Promise<void> {
  await work(() => undefined, 'warm-up');
  for (let round = 1; round <= runs; round += 1) {
    await work((samples, measured) => samples.add(measured), `round ${round} of ${runs}`);
  }
}

async function inLab(hosts: number, work: (lab: Lab) => Promise<void>): Promise<void> {
  await withInotifyInstances(hosts, async () => {
    const lab = await Lab.up({ name: 'bench', hosts, fresh: true, progress });
    try {
      await work(lab);
    } finally {
      await lab.down();
    }
  });
}

function inWholeNumbers(measured: Measured): string {
  return JSON.stringify(measured, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value) : value,
  );
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
