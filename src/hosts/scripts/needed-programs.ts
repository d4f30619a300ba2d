/**
 * The programs that the scripts of a deploy call on every host, with the package that brings them on most distributions. The probe
 * looks for each of them, and a deploy is refused, as a preflight fails, where one is missing. A script that is to call another
 * program needs an entry here, unless it does without it: see the test.
 */
export const NEEDED_PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...[
    ...['cat', 'chmod', 'chown', 'cp', 'date', 'dd', 'head', 'ls', 'mkdir', 'mktemp', 'mv', 'od', 'paste'],
    ...['rm', 'rmdir', 'sha256sum', 'sleep', 'sort', 'stat', 'sync', 'tail', 'timeout', 'uname', 'uniq'],
  ].map((program) => [program, 'coreutils'] as const),
  ['cmp', 'diffutils'],
  ['find', 'findutils'],
  ['flock', 'util-linux'],
  ['grep', 'grep'],
  ['sed', 'sed'],
  ['systemd-run', 'systemd'],
]);
