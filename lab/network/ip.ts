import { must } from '../machine/run.ts';

/** Returns the path of a namespace's name in ip-netns(8). */
export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}

/** Runs commands of ip(8) inside a network namespace, in one batch. */
export async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await must(['ip', '-n', namespace, '-batch', '-'], { stdin: commands.join('\n') + '\n' });
}
