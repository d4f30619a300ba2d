/**
 * The beginning of a command that root runs on a host from outside: its environment, and nothing of the caller's but
 * the kind of terminal.
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
