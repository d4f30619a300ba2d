/**
 * Loaded into the action's process (`node --import`) to see from inside what cannot be seen from outside, without a
 * change to the action: when it reads its first input, and how much memory it took. At exit it writes both to the file
 * that BENCH_OBSERVED names.
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
  // The post step is loaded with this too; it reads no input.
  if (firstInputRead === undefined) return;
  // Not getrusage(2): its maximum takes in what this process was before it became Node.
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const observed = { firstInputReadNs: String(firstInputRead), peakMemory: Number(peak) };
  writeFileSync(process.env.BENCH_OBSERVED, JSON.stringify(observed));
});
