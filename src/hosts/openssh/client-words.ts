import { closedAtLogin, type ConnectFailure, type ConnectStage } from '../ssh/connect-failure.ts';

/** Why an ssh(1) has not logged in; which key the host has shown is known elsewhere. */
export type ClientFailure = ConnectFailure | { readonly kind: 'refused-host-key'; readonly said: string };

/** How far ssh had come, by what it says at `-v` (sshconnect.c, kex.c, sshconnect2.c). */
export function stageOf(said: string): ConnectStage {
  if (/^debug1: SSH2_MSG_NEWKEYS received/m.test(said)) return 'authentication';
  if (/^debug1: Remote protocol version /m.test(said)) return 'key exchange';
  return /^debug1: Connection established/m.test(said) ? 'greeting' : 'connect';
}

/** What was agreed on with the server, for the log. */
export function agreedOn(said: string): string {
  const all = [
    /kex: algorithm: (\S+)/,
    /kex: host key algorithm: (\S+)/,
    /kex: client->server cipher: (\S+)/,
  ];
  return all.flatMap((pattern) => pattern.exec(said)?.slice(1) ?? []).join(', ');
}

/**
 * Why ssh has ended before it was logged in. It exits with 255 whatever it was, so its words have to tell (sshconnect.c,
 * kex.c, packet.c, sshconnect2.c, readconf.c of OpenSSH 9.2; LC_ALL=C makes the system's words English).
 * @param said all that came on standard error, at `-v`.
 * @param limitMs of the attempt, for the message.
 */
export function clientFailure(said: string, limitMs: number): ClientFailure {
  for (const { pattern, read } of SAYINGS) {
    const match = pattern.exec(said);
    if (match !== null) return read({ words: match.slice(1), said, limitMs });
  }
  return { kind: 'protocol', said: lastWordsOf(said) };
}

/** What ssh says last, without what it says for those who look for faults. */
export function lastWordsOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^(?:debug\d:|OpenSSH_)/.test(line));
  return lines.slice(-3).join(' / ');
}

/** What ssh itself says without a mark before it (sshconnect2.c, clientloop.c, packet.c, log.c). */
const OWN_WORDS =
  /^(?:debug\d:|OpenSSH_|Authenticated |Load key |Warning: |Connection (?:closed|reset) by|Received disconnect |Disconnected from|\S+: Permission denied|Permission denied|ssh_dispatch_run_fatal|Timeout, server|sign_and_send_pubkey|agent |Unable to negotiate)/;

/**
 * What the server has said to the user before the login, which ssh prints as it comes: its banner, and PAM's words behind it,
 * of which the last are told.
 */
function bannerOf(said: string): string {
  const [, login = ''] = said.split(/^debug1: SSH2_MSG_SERVICE_ACCEPT received$/m);
  // Each banner comes in one piece, between what ssh does.
  const banners = login.split(/^debug\d: .*$/m).map((text) =>
    text
      .split('\n')
      .filter((line) => !OWN_WORDS.test(line))
      .join('\n')
      .trim(),
  );
  return banners.findLast((text) => text !== '') ?? '';
}

interface Heard {
  /** What the pattern's groups have matched. */
  readonly words: readonly string[];
  readonly said: string;
  readonly limitMs: number;
}

/** First match wins. */
const SAYINGS: readonly { readonly pattern: RegExp; readonly read: (heard: Heard) => ClientFailure }[] = [
  {
    pattern:
      /^(.*: (?:line \d+: )?(?:Bad configuration option|Bad owner or permissions|terminating, \d+ bad).*)$/m,
    read: ({ words: [line = ''] }) => ({ kind: 'client-config', said: line }),
  },
  {
    pattern: /Unable to locate executable file: (\S+)/,
    read: () => ({ kind: 'no-client' }),
  },
  {
    pattern: /^((?:No user exists for uid|You don't exist, go away).*)$/m,
    read: ({ words: [words = ''] }) => ({ kind: 'no-account', said: words.trim() }),
  },
  {
    pattern: /^Bad server host key: (.+)$/m,
    read: ({ words: [words = ''] }) => ({ kind: 'unfit-host-key', said: words.trim() }),
  },
  {
    pattern: /^ssh: Could not resolve hostname \S+: (.+)$/m,
    read: ({ words: [words = ''] }) => ({
      kind: 'name',
      code: /temporary failure/i.test(words) ? 'EAI_AGAIN' : words.trim(),
    }),
  },
  {
    pattern: /^ssh: connect to host .*: (.+)$/m,
    read: ({ words: [words = ''], limitMs }) => unconnected(words.trim(), limitMs),
  },
  {
    pattern: /^Host key verification failed\.|Host key .* revoked/m,
    read: ({ said }) => ({ kind: 'refused-host-key', said: lastWordsOf(said) }),
  },
  {
    pattern: /incorrect signature|error in libcrypto/,
    read: () => ({ kind: 'host-key-unproven' }),
  },
  {
    pattern: /no matching (.+?) found/,
    read: ({ words: [what = ''] }) => ({ kind: 'algorithms', what: NAMES[what] ?? what }),
  },
  {
    pattern: /no mutual signature algorithm/,
    read: () => ({ kind: 'sha1-only' }),
  },
  {
    pattern: /^Received disconnect from .*? port \d+:\d+: (.*)$/m,
    read: ({ words: [words = ''] }) => ({ kind: 'disconnected', said: words }),
  },
  {
    pattern:
      /(?:agent refused operation|communication with agent failed|Could not open a connection to your authentication agent)/,
    read: ({ said }) => ({ kind: 'agent', said: lastWordsOf(said) }),
  },
  {
    pattern: /Permission denied \(([^)]*)\)/,
    read: ({ words: [methods = ''], said }) => ({
      kind: /partial success/.test(said) ? 'second-factor' : 'authentication',
      methods: methods.split(',').filter((method) => method !== ''),
      said: bannerOf(said),
    }),
  },
  {
    pattern: /^kex_exchange_identification: |^Connection timed out during banner exchange/m,
    read: ({ said, limitMs }) => unidentified(said, limitMs),
  },
  {
    pattern:
      /^(?:Connection (?:closed|reset) by|ssh_dispatch_run_fatal: .*(?:Connection reset|Broken pipe)|Timeout, server)/m,
    read: ({ said }) => {
      const stage = stageOf(said);
      return stage === 'authentication' ? closedAtLogin(bannerOf(said)) : { kind: 'closed', stage, said: '' };
    },
  },
];

/** How ssh2's words name what both sides must have in common. */
const NAMES: Readonly<Record<string, string>> = {
  'host key type': 'host key format',
  'key exchange method': 'key exchange algorithm',
  cipher: 'cipher',
  MAC: 'MAC',
};

/** The system's words for a connection that did not come about (strerror(3)). */
function unconnected(words: string, limitMs: number): ConnectFailure {
  if (words === 'Connection refused') return { kind: 'refused' };
  if (words === 'Connection timed out') return { kind: 'silent', stage: 'connect', afterMs: limitMs };
  return { kind: 'unreachable', code: words };
}

/** What OpenSSH says in clear before it hangs up (sshd.c: MaxStartups; 9.8 and later: PerSourcePenalties). */
const SSHD_FAREWELL = /^(?:Exceeded MaxStartups|Not allowed at this time)/;

/** The server has not said that it is one. */
function unidentified(said: string, limitMs: number): ConnectFailure {
  const greeting = [...said.matchAll(/^debug1: kex_exchange_identification: banner line \d+: (.*)$/gm)]
    .map(([, line = '']) => line)
    .join('\n');
  if (greeting !== '' && !SSHD_FAREWELL.test(greeting)) return { kind: 'not-ssh', said: greeting };
  return /^Connection timed out during banner exchange/m.test(said)
    ? { kind: 'silent', stage: 'greeting', afterMs: limitMs }
    : { kind: 'closed', stage: 'greeting', said: greeting };
}
