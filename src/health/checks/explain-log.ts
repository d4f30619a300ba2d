/** What the end of a log tells. */
export interface LogExplanation {
  /** The telling line, shortened. */
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
  'Take a backup from a healthy member. Then replace this one: `etcdctl member remove`, keep its data dir aside, and add it anew with an empty one.';

/** What etcd says before it ends for good, by its own words (server/embed, server/etcdserver, server/storage). */
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
    fix: 'If that was meant, take its manifest and this host out of the inputs. If not, add it anew with an empty data dir, its old one kept aside; it cannot come back with its old data.',
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
    fix: 'If its data is lost, remove the member and add it anew; if its data dir is elsewhere, put it back.',
  },
  {
    said: /member count is unequal|mismatched member|unmatched member/i,
    cause: 'initial-cluster does not fit the members that the cluster has.',
    fix: 'Compare initial-cluster in its manifest with `etcdctl member list`.',
  },
  {
    said: /x509|certificate|tls: /i,
    cause: 'A certificate or key cannot be read, or does not hold.',
    fix: 'See the checks of certificates of this host.',
  },
  {
    said: /permission denied/i,
    cause: 'etcd may not read one of its files.',
    fix: 'See the check "File modes" of this host.',
  },
  {
    said: /address already in use/i,
    cause: 'Something else listens on one of its ports.',
    fix: '`ss -ltnp` on that host names it.',
  },
  {
    said: /flag provided but not defined|invalid value .* for flag/i,
    cause: 'Its manifest has a flag that this etcd does not take.',
    fix: 'See the check "Manifest" of this host.',
  },
];

const LONGEST_QUOTE = 300;

/** What the last lines of etcd's log say about its end. */
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
  let text = line;
  try {
    const { msg, error } = JSON.parse(line) as { msg?: unknown; error?: unknown };
    const parts = [msg, error].filter((part) => typeof part === 'string');
    if (parts.length > 0) text = parts.join(': ');
  } catch {
    // Not all that etcd prints is JSON.
  }
  return `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}"`;
}
