/**
 * The command that runs `argv` in a mount and a pid namespace of its own and dies with whoever started it, whatever
 * kills that. So nothing that it mounted or started outlives a lab command.
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
