import { checkOf, type Check, type CheckName } from '../check.ts';
import type { HealthFacts, HostSight, MemberSight, PodContainer } from '../facts.ts';
import { duration, plural } from '../figures.ts';
import { explainLog } from './explain-log.ts';
import { unseenCheck } from './unseen.ts';

const HOUR_MS = 3_600_000;

/** Checks that take a look at the host. */
const OF_HOSTS = [
  'kubelet',
  'pod',
  'manifest',
  'drop-in',
  'stray-files',
  'modes',
  'disk-space',
  'clock',
  'certificate',
] as const satisfies readonly CheckName[];

/** SSH, kubelet, and the static pod of each host. */
export function hostChecks({ members, now }: HealthFacts): Check[] {
  return members.flatMap((member) => {
    const check = checkOf('host', member.name);
    if ('unseen' in member.host) {
      const { fact, cause, fix } = member.host.unseen;
      return [
        check('warn', {
          measured: `The host of ${member.name} could not be looked at: ${fact}`,
          cause: cause ?? null,
          fix: `${fix ?? 'Log in to the host by hand and see.'} Until then a deploy leaves this host out, and nothing on it is renewed.`,
        }),
        ...OF_HOSTS.map((name) =>
          checkOf(name, member.name)('unknown', { measured: 'Not seen: the host could not be looked at.' }),
        ),
      ];
    }
    const sight = member.host.seen;
    const took = sight.roundTripMs === null ? '' : `; a round trip takes ${duration(sight.roundTripMs)}`;
    return [
      check('ok', { measured: `SSH works${took}.` }),
      kubelet(member.name, sight),
      pod(member, sight, now),
    ];
  });
}

function kubelet(name: string, { facts, more }: HostSight): Check {
  const check = checkOf('kubelet', name);
  const notSeen = unseenCheck(check, name, facts, ['kubelet']);
  if (notSeen !== undefined) return notSeen;
  const { active, enabled, subState } = facts.kubelet;
  if (!active) {
    return check('fail', {
      measured: `kubelet does not run on ${name} (${subState || 'unknown state'}).`,
      cause: 'It was stopped, or it ends at each start.',
      fix: `\`systemctl status kubelet\` and \`journalctl -u kubelet -n 50\` on ${name}; etcd runs on meanwhile, and nobody restarts it.`,
    });
  }
  if (more.kubeletHealthz !== 'ok') {
    return check('warn', {
      measured: `kubelet runs on ${name}, and its /healthz says ${more.kubeletHealthz === undefined ? 'nothing' : JSON.stringify(more.kubeletHealthz.slice(0, 200))}.`,
      threshold: 'ok',
      cause: 'It has just started, or the container runtime does not answer it.',
      fix: `\`journalctl -u kubelet -n 50\` on ${name}.`,
    });
  }
  if (!enabled) {
    return check('warn', {
      measured: `kubelet runs on ${name} and is not enabled: after a reboot nobody starts etcd.`,
      cause: 'Somebody has disabled the unit.',
      fix: '`systemctl enable kubelet`.',
    });
  }
  return check('ok', { measured: 'kubelet runs, is enabled, and says that it is healthy.' });
}

function pod(
  { name, endpoint }: MemberSight,
  { facts, more: { containers, lastLog } }: HostSight,
  now: Date,
): Check {
  const check = checkOf('pod', name);
  const notSeen = unseenCheck(check, name, facts, ['containers']);
  if (notSeen !== undefined) return notSeen;
  const running = containers.find((container) => container.running);
  const [ended] = containers.filter((container) => !container.running);
  const why = lastLog.length === 0 ? undefined : explainLog(lastLog);
  if (running === undefined) {
    const exit = ended === undefined ? '' : ` It ${exitWords(ended, now)}.`;
    return check('fail', {
      measured: `No container of etcd runs on ${name}.${exit}${why === undefined ? '' : ` Its log: ${why.quote}`}`,
      cause: why?.cause ?? 'Its manifest is gone or wrong, its image is missing, or kubelet is down.',
      fix:
        why?.fix ??
        `\`crictl ps -a --name '^etcd$'\`, \`crictl logs\` of the newest, and \`journalctl -u kubelet -n 50\` on ${name}.`,
    });
  }
  const restarts = running.attempt;
  const started = running.startedAt === undefined ? NaN : Date.parse(running.startedAt);
  const ago = Number.isNaN(started) ? '' : ` ${duration(Math.max(0, now.getTime() - started))} ago`;
  const measured = `etcd runs on ${name}, started${ago}, ${restarts === 0 ? 'never restarted' : plural(restarts, 'restart')} in this pod.`;
  if (restarts === 0) return check('ok', { measured });
  const exit = ended === undefined ? '' : ` Before that it ${exitWords(ended, now)}.`;
  // A container that a reboot has ended did not fail (containerd: exit code 255, reason Unknown).
  const byReboot = ended?.exitCode === 255 && ended.reason === 'Unknown';
  const isFresh = now.getTime() - started < HOUR_MS;
  if (!isFresh || byReboot || ended === undefined || ended.exitCode === 0) {
    return check('ok', {
      measured: `${measured}${exit}`,
      notice: byReboot ? 'The host was rebooted or lost power.' : null,
    });
  }
  const answers = 'seen' in endpoint.status;
  return check(answers ? 'warn' : 'fail', {
    measured: `${measured}${exit}${why === undefined ? '' : ` Its log: ${why.quote}`}`,
    threshold: 'no restart within the last hour',
    cause: why?.cause ?? 'It ended by itself, was killed for memory, or failed its liveness probe.',
    fix:
      why?.fix ?? `\`crictl logs ${ended.id.slice(0, 13)}\` and \`journalctl -u kubelet -n 50\` on ${name}.`,
  });
}

function exitWords({ exitCode, reason, finishedAt }: PodContainer, now: Date): string {
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  const when =
    finishedAt === undefined ? '' : ` ${duration(Math.max(0, now.getTime() - Date.parse(finishedAt)))} ago`;
  return `ended${when}${code}${why}`;
}
