/** `npm run bench`: our deploy beside the floor, the guide's own shell and Ansible, in a lab of its own; see options.ts. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import { type BenchOptions, isForTheRecord, isWanted, parseOptions, USAGE } from './options.ts';
import { plot } from './plot/plot.ts';
import { document, type Results, tables } from './results.ts';
import { measureStartUp } from './start-up.ts';

const REMARKS = join(import.meta.dirname, 'remarks.md');

const CONTENDERS: readonly Contender[] = [ours, floor, guide, ansible];

const begun = performance.now();
const options = parseOptions(process.argv.slice(2));
if (options === undefined) {
  process.stdout.write(USAGE);
} else {
  await publish(await measure(options), options);
}

async function publish(results: Results, options: BenchOptions): Promise<void> {
  console.log(`\n${tables(results)}`);
  const folder = options.out ?? (isForTheRecord(options) ? import.meta.dirname : undefined);
  if (folder === undefined) {
    console.log('\nThe record in bench is left as it is: it takes all parts, and runs enough.');
    return;
  }
  mkdirSync(folder, { recursive: true });
  const [record, picture] = [join(folder, 'RESULTS.md'), join(folder, 'results.svg')];
  const text = document(results, readFileSync(REMARKS, 'utf8'));
  writeFileSync(record, await format(text, { ...(await resolveConfig(REMARKS)), filepath: record }));
  writeFileSync(picture, plot(results));
  console.log(`\n${record} and ${picture} are written.`);
}

async function measure({ runs, roundTripsMs, members, only }: BenchOptions): Promise<Results> {
  const loadBefore = load();
  const failures: string[] = [];
  const startUp = new Samples();
  if (isWanted('start-up', only)) {
    await measureStartUp(); // warm-up: reads the bundle from the disk
    for (let run = 0; run < runs; run += 1) startUp.add(await measureStartUp());
  }
  const byRoundTrip = new Map(roundTripsMs.map((roundTrip) => [roundTrip, new Samples()]));
  const contenders = CONTENDERS.filter(({ name }) => isWanted(name, only));
  if (contenders.length > 0) {
    await inLab(3, async (lab) => {
      const ready = await prepared(lab, contenders, failures);
      const warmUp = { roundTripMs: 0, contenders: ready, samples: new Samples() };
      await compete(lab, [warmUp], 1, failures);
      const races = [...byRoundTrip].map(([roundTripMs, samples]) => {
        const takePart = ready.filter(({ name }) => isWanted(name, only, roundTripMs));
        return { roundTripMs, contenders: takePart, samples };
      });
      await compete(lab, races, runs, failures);
    });
  }
  const sizes = isWanted('members', only) ? members : [];
  // The time of three members without an added round trip is known by then, if both took part.
  const both = isWanted('ours', only, 0) && isWanted('floor', only, 0);
  const three = both ? byRoundTrip.get(0) : undefined;
  const byMembers = new Map(sizes.map((size) => [size, (size === 3 ? three : undefined) ?? new Samples()]));
  for (const [size, samples] of byMembers) {
    if (samples === three) continue;
    await inLab(size, async (lab) => {
      const ready = await prepared(lab, [oursAlone, floor], failures);
      await compete(lab, [{ roundTripMs: 0, contenders: ready, samples }], runs, failures);
    });
  }
  const date = new Date();
  return { date, machine: describeMachine(), loadBefore, runs, byRoundTrip, byMembers, startUp, failures };
}

/** Prepares the contenders and returns those that can take part. */
async function prepared(
  lab: Lab,
  contenders: readonly Contender[],
  failures: string[],
): Promise<Contender[]> {
  const ready: Contender[] = [];
  for (const contender of contenders) {
    try {
      await contender.prepare?.(lab);
      ready.push(contender);
    } catch (error) {
      failed(failures, `${contender.name} could not be prepared`, error);
    }
  }
  return ready;
}

/** The contenders at one round trip. */
interface Race {
  readonly roundTripMs: number;
  readonly contenders: readonly Contender[];
  readonly samples: Samples;
}

/** Runs the contenders in turn, in one race after the other, and all of that once per round. */
async function compete(lab: Lab, races: readonly Race[], rounds: number, failures: string[]): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    for (const { roundTripMs, contenders, samples } of races) {
      for (const contender of contenders) {
        const what = `${lab.hosts.length} hosts, ${roundTripMs} ms, ${contender.name}, ${round} of ${rounds}`;
        try {
          await freshHosts(lab, roundTripMs);
          const measured = await contender.run(lab);
          progress(`${what}: ${inWholeNumbers(measured)}`);
          samples.add(measured);
        } catch (error) {
          failed(failures, what, error);
        }
      }
    }
  }
}

function failed(failures: string[], what: string, error: unknown): void {
  progress(`FAILED: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  failures.push(what);
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
  const minutes = (performance.now() - begun) / 60_000;
  process.stderr.write(`${minutes.toFixed(1)} min: ${line}\n`);
}
