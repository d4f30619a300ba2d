import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Describes in one line the machine of the figures. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Linux ${release()}, Node ${process.version}`;
}

/** Runs `work` and returns the processor time in ms that all processes of the machine used meanwhile. */
export async function withCpuTime<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = cpuTime();
  const result = await work();
  return [result, cpuTime() - before];
}

function cpuTime(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

/** Returns the load average of the last minute; other work distorts the figures. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
