/**
 * Returns the beginning of a command that root runs on a host from outside: its environment, which has only the
 * terminal type of the caller's.
 */
export function rootEnvironment(): string[] {
  const variables = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin',
    'HOME=/root',
    'LANG=C.UTF-8',
    'USER=root',
    `TERM=${process.env['TERM'] ?? 'dumb'}`,
  ];
  return ['env', '-i', ...variables];
}
