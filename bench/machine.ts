import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** One line on where the figures come from. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}, Node ${process.version}`;
}

/** Runs `work` and gives the processor time in ms that the whole machine spent meanwhile, whoever spent it. */
export async function withCpuTime<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = cpuTime();
  const result = await work();
  return [result, cpuTime() - before];
}

function cpuTime(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

/** Processes that wanted to run during the last minute, on average; other work spoils the figures. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
