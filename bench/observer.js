/**
 * Observes the action from inside its process (`node --import`), without a change to the action: the time of its first
 * read of an input, and its peak memory. At exit it writes both to the file that BENCH_OBSERVED names.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

let firstInputRead;

process.env = new Proxy(process.env, {
  get(environment, name) {
    if (String(name).startsWith('INPUT_')) firstInputRead ??= process.hrtime.bigint();
    return environment[name];
  },
});

process.on('exit', () => {
  // The post step loads this module too; it reads no input.
  if (firstInputRead === undefined) return;
  // Not getrusage(2): its maximum includes the process image before Node.
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const observed = { firstInputReadNs: String(firstInputRead), peakMemory: Number(peak) };
  writeFileSync(process.env.BENCH_OBSERVED, JSON.stringify(observed));
});
