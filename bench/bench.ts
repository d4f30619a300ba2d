/**
 * `npm run bench`: our deploy beside the floor and the guide's own shell, in a lab of its own.
 *   --runs N               counted runs of each contender at each round trip (5)
 *   --round-trip MS,MS     round trips between the runner and each host (0,20)
 *   --only PART            start-up, ours, floor or guide
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Lab } from '../lab/client.ts';
import type { Contender } from './contender.ts';
import { floor } from './contenders/floor.ts';
import { guide } from './contenders/guide.ts';
import { ours } from './contenders/ours.ts';
import { type Measured, Samples } from './figures.ts';
import { freshHosts } from './fresh-hosts.ts';
import { describeMachine, load } from './machine.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { document, type Results, tables } from './results.ts';
import { measureStartUp } from './start-up.ts';

/** Figures of fewer runs are for the eye, not for the record. */
const RUNS_FOR_THE_RECORD = 5;

const RECORD = join(import.meta.dirname, 'RESULTS.md');

const CONTENDERS: readonly Contender[] = [ours, floor, guide];

const options = parseOptions(process.argv.slice(2));
const results = await measure(options);
console.log(`\n${tables(results)}`);
if (options.only === undefined && options.runs >= RUNS_FOR_THE_RECORD) {
  writeFileSync(
    RECORD,
    await format(document(results), { ...(await resolveConfig(RECORD)), filepath: RECORD }),
  );
  console.log('\nbench/RESULTS.md is written.');
} else {
  console.log(
    `\nbench/RESULTS.md is left as it is: it takes all contenders and ${RUNS_FOR_THE_RECORD} runs.`,
  );
}

async function measure({ runs, roundTripsMs, only }: BenchOptions): Promise<Results> {
  const loadBefore = load();
  const startUp = new Samples();
  if (only === undefined || only === 'start-up') {
    await inRounds(runs, async (keep) => keep(startUp, await measureStartUp()));
  }
  const byRoundTrip = new Map(roundTripsMs.map((roundTrip) => [roundTrip, new Samples()]));
  const contenders = CONTENDERS.filter(({ name }) => only === undefined || only === name);
  if (contenders.length > 0) await inLab((lab) => compete(lab, contenders, runs, byRoundTrip));
  return { date: new Date(), machine: describeMachine(), loadBefore, runs, byRoundTrip, startUp };
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
        progress(`${round}, ${roundTrip} ms, ${contender.name}: ${inWholeNumbers(measured)}`);
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

async function inLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await Lab.up({ name: 'bench', fresh: true, progress });
  try {
    await work(lab);
  } finally {
    await lab.down();
  }
}

function inWholeNumbers(measured: Measured): string {
  return JSON.stringify(measured, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value) : value,
  );
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
