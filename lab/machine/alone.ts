/**
 * Returns the command that runs `argv` in a mount and a pid namespace of its own and dies with its parent, however that
 * is killed. So its mounts and processes never outlive a lab command.
 */
export function alone(argv: readonly string[]): string[] {
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--mount-proc',
    '--fork',
    '--kill-child',
  ];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...namespaces, ...argv];
}
