import type { HealthFacts, HostObservation, MemberFacts, PodContainer } from '../facts/health.ts';
import { fieldsOf, textsIn } from '../text/json-fields.ts';
import { duration } from '../text/units.ts';
import { type Check, type CheckName, checkOf } from './check.ts';
import { plural, missingFactCheck } from './view.ts';

const HOUR_MS = 3_600_000;

/** Checks that need a connection to the host. */
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

/** Checks SSH, kubelet, and the static pod of each host. */
export function hostChecks({ members, now }: HealthFacts): Check[] {
  return members.flatMap((member) => {
    const check = checkOf('host', member.name);
    if ('failure' in member.host) {
      const { code, fact, cause, fix } = member.host.failure;
      return [
        check('warn', {
          code,
          measured: `The host of ${member.name} could not be examined: ${fact}`,
          cause: cause ?? null,
          fix: `${fix ?? 'Log in to the host by hand to see why.'} Until then a deploy leaves this host out, and nothing on it is renewed.`,
        }),
        ...OF_HOSTS.map((name) =>
          checkOf(name, member.name)('unknown', { measured: 'Not seen: the host could not be examined.' }),
        ),
      ];
    }
    const observed = member.host.seen;
    const took =
      observed.roundTripMs === null ? '' : `; a round trip takes ${duration(observed.roundTripMs)}`;
    return [
      check('ok', { measured: `SSH works${took}.` }),
      kubelet(member.name, observed),
      pod(member, observed, now),
    ];
  });
}

function kubelet(name: string, { facts, more }: HostObservation): Check {
  const check = checkOf('kubelet', name);
  const notSeen = missingFactCheck(check, name, facts, ['kubelet']);
  if (notSeen !== undefined) return notSeen;
  const { active, enabled, subState } = facts.kubelet;
  if (!active) {
    return check('fail', {
      code: 'kubelet-not-healthy',
      measured: `kubelet does not run on ${name} (${subState || 'unknown state'}).`,
      cause: 'It was stopped, or it fails at each start.',
      fix: `\`systemctl status kubelet\` and \`journalctl -u kubelet -n 50\` on ${name}; etcd keeps running meanwhile, and is not restarted if it ends.`,
    });
  }
  if (more.kubeletHealthz !== 'ok') {
    return check('warn', {
      code: 'kubelet-not-healthy',
      measured: `kubelet runs on ${name}, and its /healthz returns ${more.kubeletHealthz === undefined ? 'nothing' : JSON.stringify(more.kubeletHealthz.slice(0, 200))}.`,
      threshold: 'ok',
      cause: 'It has just started, or the container runtime does not answer it.',
      fix: `\`journalctl -u kubelet -n 50\` on ${name}.`,
    });
  }
  if (!enabled) {
    return check('warn', {
      code: 'kubelet-not-enabled',
      measured: `kubelet runs on ${name} and is not enabled: after a reboot etcd does not start.`,
      cause: 'The unit was disabled.',
      fix: '`systemctl enable kubelet`.',
    });
  }
  return check('ok', { measured: 'kubelet runs, is enabled, and reports that it is healthy.' });
}

function pod(
  { name, endpoint }: MemberFacts,
  { facts, more: { containers, lastLog } }: HostObservation,
  now: Date,
): Check {
  const check = checkOf('pod', name);
  const notSeen = missingFactCheck(check, name, facts, ['containers']);
  if (notSeen !== undefined) return notSeen;
  const running = containers.find((container) => container.running);
  const [ended] = containers.filter((container) => !container.running);
  const why = lastLog.length === 0 ? undefined : explainLog(lastLog);
  if (running === undefined) {
    const exit = ended === undefined ? '' : ` It ${exitWords(ended, now)}.`;
    return check('fail', {
      code: 'etcd-not-running',
      measured: `No container of etcd runs on ${name}.${exit}${why === undefined ? '' : ` Its log: ${why.quote}`}`,
      cause: why?.cause ?? 'Its manifest is missing or wrong, its image is missing, or kubelet is down.',
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
    code: 'etcd-restarted',
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

/** The explanation of the end of a log. */
export interface LogExplanation {
  /** The line that explains it, shortened. */
  readonly quote: string;
  readonly cause?: string;
  readonly fix?: string;
}

interface Known {
  readonly said: RegExp;
  readonly cause: string;
  readonly fix: string;
}

const REPLACE =
  'Take a backup from a healthy member. Then replace this one: `etcdctl member remove`, keep its data dir aside, and add it again with an empty one.';

/** etcd's messages before it ends permanently (server/embed, server/etcdserver, server/storage). */
const KNOWN: readonly Known[] = [
  {
    said: /found data inconsistency with peers|checkInitialHashKV failed|data inconsistency/i,
    cause:
      "Its data differs from the other members' (corrupt), and etcd refuses to start with it (initial-corrupt-check).",
    fix: REPLACE,
  },
  {
    said: /permanently removed from the cluster|member has been removed|the member has been permanently removed/i,
    cause: 'The member was removed from the cluster.',
    fix: 'If that was intended, remove its manifest, and this host from the inputs. If not, keep its data dir aside and add it as a new member with an empty one; it cannot come back with its old data.',
  },
  {
    said: /no space left on device/i,
    cause: 'The disk of the data dir is full.',
    fix: 'Make room on that filesystem; kubelet then starts etcd again. Delete nothing within the data dir.',
  },
  {
    said: /crc mismatch|walpb: |wal: .*(?:corrupt|mismatch)|snap: .*(?:corrupt|mismatch)|unexpected EOF.*wal|file checksum/i,
    cause: 'Its write-ahead log or snapshot is damaged on the disk.',
    fix: REPLACE,
  },
  {
    said: /has already been bootstrapped/i,
    cause: 'Its data dir is empty or new while the cluster already has this member.',
    fix: 'If its data is lost, remove the member and add it again; if its data dir is elsewhere, put it back.',
  },
  {
    said: /member count is unequal|mismatched member|unmatched member/i,
    cause: 'initial-cluster does not fit the members that the cluster has.',
    fix: 'Compare initial-cluster in its manifest with `etcdctl member list`.',
  },
  {
    said: /x509|certificate|tls: /i,
    cause: 'A certificate or key cannot be read, or is not valid.',
    fix: 'See the checks of certificates of this host.',
  },
  {
    said: /permission denied/i,
    cause: 'etcd may not read one of its files.',
    fix: 'See the check "File modes" of this host.',
  },
  {
    said: /address already in use/i,
    cause: 'Another program listens on one of its ports.',
    fix: '`ss -ltnp` on that host names it.',
  },
  {
    said: /flag provided but not defined|invalid value .* for flag/i,
    cause: 'Its manifest has a flag that this etcd does not accept.',
    fix: 'See the check "Manifest" of this host.',
  },
];

const LONGEST_QUOTE = 300;

/** Explains the end of etcd by the last lines of its log; undefined if they do not. */
export function explainLog(lines: readonly string[]): LogExplanation | undefined {
  const severe = lines.filter((line) => /"level":"(?:fatal|panic|error)"|^panic|fatal/i.test(line));
  for (const line of [...severe.toReversed(), ...lines.toReversed()]) {
    const known = KNOWN.find(({ said }) => said.test(line));
    if (known !== undefined && (severe.includes(line) || !/"level":"(?:info|debug)"/.test(line))) {
      return { quote: quoteOf(line), cause: known.cause, fix: known.fix };
    }
  }
  const last = severe.at(-1);
  return last === undefined ? undefined : { quote: quoteOf(last) };
}

/** Message and error of a line that zap wrote as JSON, else the line. */
function quoteOf(line: string): string {
  const { msg, error } = fieldsOf(line) ?? {};
  const text = textsIn([msg, error]).join(': ') || line;
  return `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}"`;
}
