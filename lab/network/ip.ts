import { must } from '../machine/run.ts';

/** Where ip-netns(8) keeps a namespace's name. */
export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}

/** Runs commands of ip(8) inside a network namespace, in one go. */
export async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await must(['ip', '-n', namespace, '-batch', '-'], { stdin: commands.join('\n') + '\n' });
}
