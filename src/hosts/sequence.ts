import { randomUUID } from 'node:crypto';
import { EXIT_IF_RUN_GONE } from './lock/guard.ts';
import { MAX_OUTPUT, type RemoteResult, type RemoteScript } from './transport.ts';

/** Several scripts as one, and how to split its result. */
export interface Sequence {
  readonly script: RemoteScript;
  /**
   * Returns the results of the scripts in order, as far as they began; the last one may have failed. A script that
   * had not ended has no result.
   */
  readonly resultsOf: (result: RemoteResult) => RemoteResult[];
}

/**
 * Runs scripts one after the other in one round trip and one shell. No script starts after a failed one, or after the
 * connection has ended. Each has its own subshell. From their common standard input each must read exactly its own
 * part.
 * @param onEnded called when a script has ended, with its index and exit code.
 * @throws Error for a script whose input is a stream.
 */
export function sequenceScripts(
  title: string,
  scripts: readonly RemoteScript[],
  onEnded: (index: number, code: number) => void,
): Sequence {
  const mark = randomUUID();
  const parts = scripts.map((one, index) => markedPart(one, mark, index));
  const script = `set +e\n${parts.join(`\n${EXIT_IF_RUN_GONE}\n`)}`;
  const inputs = scripts.flatMap(({ title: one, input = [] }) => {
    if (typeof input === 'function') throw new Error(`the input of "${one}" has no known end`);
    return input;
  });
  return {
    script: {
      title,
      effect: scripts.every(({ effect }) => effect === 'reads') ? 'reads' : 'changes',
      script,
      ...(inputs.length > 0 && { input: Buffer.concat(inputs) }),
      timeoutMs: scripts.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0),
      maxOutput: scripts.reduce((sum, { maxOutput = MAX_OUTPUT }) => sum + maxOutput, 0),
      onProgress: progressOf(scripts, mark, onEnded),
    },
    resultsOf: (result) => split(result, mark),
  };
}

/**
 * Prints the mark on both outputs, at the start of a line. Index and exit code go to standard error, which is read as
 * it arrives, and of which only the end is kept.
 */
function markedPart({ script }: RemoteScript, mark: string, index: number): string {
  return `(
set -e
${script}
)
code=$?
printf '\\n${mark}\\n'
printf '\\n${mark} ${index} %s\\n' "$code" >&2
if [ "$code" != 0 ]; then exit "$code"; fi`;
}

function progressOf(
  scripts: readonly RemoteScript[],
  mark: string,
  onEnded: (index: number, code: number) => void,
): (line: string) => void {
  let index = 0;
  return (line) => {
    if (line.startsWith(`${mark} `)) onEnded(index++, Number(line.slice(mark.length + 1).split(' ')[1]));
    else if (line !== '') scripts[index]?.onProgress?.(line);
  };
}

function split({ stdout, stderr }: RemoteResult, mark: string): RemoteResult[] {
  const said = stderr.split(new RegExp(`\\n${mark} (\\d+) (\\d+)\\n`));
  const first = Number(said[1] ?? 0);
  // A script whose mark was cut off was followed by another, so it succeeded.
  const lost = Array.from({ length: first }, () => ({ code: 0, words: '' }));
  const kept = [];
  for (let at = 0; at + 2 < said.length; at += 3)
    kept.push({ code: Number(said[at + 2]), words: said[at] ?? '' });
  let at = 0;
  return [...lost, ...kept].map(({ code, words }) => {
    const end = stdout.indexOf(`\n${mark}\n`, at);
    const result = { code, stdout: stdout.subarray(at, end), stderr: words };
    at = end + mark.length + 2;
    return result;
  });
}
