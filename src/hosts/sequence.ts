import { randomUUID } from 'node:crypto';
import { STILL_WANTED } from './lock/guard.ts';
import { MOST_OUTPUT, type RemoteResult, type RemoteScript } from './transport.ts';

/** Several scripts as one, and what to make of its result. */
export interface Sequence {
  readonly script: RemoteScript;
  /**
   * What each script gave, in their order, as far as they have begun: the last one may have failed. Of one that had not ended
   * when the result came there is none.
   */
  readonly resultsOf: (result: RemoteResult) => RemoteResult[];
}

/**
 * Runs scripts one after the other in one round trip and one shell; none is begun after one that failed, or when nobody waits
 * any more. Each has a subshell of its own. Of their common standard input each must read its own part and no more.
 * @param onEnded called as soon as one has ended, with its place in the list and its exit code.
 * @throws Error for a script whose input is a stream.
 */
export function sequence(
  title: string,
  scripts: readonly RemoteScript[],
  onEnded: (index: number, code: number) => void,
): Sequence {
  const mark = randomUUID();
  const parts = scripts.map((one, index) => part(one, mark, index));
  const script = `set +e\n${parts.join(`\n${STILL_WANTED}\n`)}`;
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
      mostOutput: scripts.reduce((sum, { mostOutput = MOST_OUTPUT }) => sum + mostOutput, 0),
      onProgress: progressOf(scripts, mark, onEnded),
    },
    resultsOf: (result) => split(result, mark),
  };
}

/**
 * The mark is on both outputs, at the start of a line. Place and exit code are with standard error, which is read as it comes,
 * and of which only the end is kept.
 */
function part({ script }: RemoteScript, mark: string, index: number): string {
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
  // Whatever is no longer there was followed by another script, so it ended well.
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
