/**
 * Runs a command inside a container of the lab as one of its users: `PID USER ARG…`, PID that of its init. Translates
 * this machine's paths into the container's, in arguments and environment. Does not forward signals.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [init = '', user = '', ...argv] = process.argv.slice(2);
const root = `/proc/${init}/root`;
const inside = (text: string): string => text.replaceAll(root, '');

// The runner's files for the step belong to the user who runs it.
const { uid, gid } = statSync(join(root, 'home', user));
const temporary = process.env['RUNNER_TEMP'] ?? '';
giveAway(join(temporary, '../..'));

const environment = Object.entries(process.env).map(([name, value]) => [name, inside(value ?? '')] as const);
const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd'];
const { status } = spawnSync(
  'nsenter',
  [
    ...['--target', init, ...namespaces, '--'],
    ...['setpriv', '--reuid', user, '--regid', user, '--init-groups', '--', ...argv.map(inside)],
  ],
  { stdio: 'inherit', env: { ...Object.fromEntries(environment), USER: user, HOME: `/home/${user}` } },
);
process.exit(status ?? 1);

function giveAway(path: string): void {
  chownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveAway(join(path, name));
}
