import type { HostPlace } from '../place.ts';
import { initOf } from './processes.ts';

const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LANG=C.UTF-8',
  'USER=root',
];

/** The command that runs `argv` as root on the host, from outside and without SSH. Throws if the host is not up. */
export function entering(host: HostPlace, argv: readonly string[]): string[] {
  const init = initOf(host);
  if (!init) throw new Error(`${host.name} is not up: start it with "start ${host.name}"`);
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd'];
  const terminal = `TERM=${process.env['TERM'] ?? 'dumb'}`;
  return [
    'nsenter',
    '--target',
    String(init.pid),
    ...namespaces,
    'env',
    '-i',
    ...environment,
    terminal,
    ...argv,
  ];
}
