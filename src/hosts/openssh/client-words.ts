import { closedAtLogin, type ConnectFailure, type ConnectStage, isFarewell } from '../ssh/connect-failure.ts';

/** Reason that an ssh(1) has not logged in; the host key that was shown is known elsewhere. */
export type ClientFailure = ConnectFailure | { readonly kind: 'refused-host-key'; readonly said: string };

/** Returns the stage that ssh had reached, by its messages at `-v` (sshconnect.c, kex.c, sshconnect2.c). */
export function stageOf(said: string): ConnectStage {
  if (/^debug1: SSH2_MSG_NEWKEYS received/m.test(said)) return 'authentication';
  if (/^debug1: Remote protocol version /m.test(said)) return 'key exchange';
  return /^debug1: Connection established/m.test(said) ? 'greeting' : 'connect';
}

/** Returns the algorithms negotiated with the server, for the log. */
export function agreedOn(said: string): string {
  const all = [
    /kex: algorithm: (\S+)/,
    /kex: host key algorithm: (\S+)/,
    /kex: client->server cipher: (\S+)/,
  ];
  return all.flatMap((pattern) => pattern.exec(said)?.slice(1) ?? []).join(', ');
}

/**
 * Explains why ssh ended before it was logged in. It always exits with 255, so its messages have to tell
 * (sshconnect.c, kex.c, packet.c, sshconnect2.c, readconf.c of OpenSSH 9.2; LC_ALL=C makes the system's messages
 * English).
 * @param said all of standard error, at `-v`.
 * @param limitMs of the attempt, for the message.
 */
export function clientFailure(said: string, limitMs: number): ClientFailure {
  for (const { pattern, read } of SSH_MESSAGES) {
    const match = pattern.exec(said);
    if (match !== null) return read({ words: match.slice(1), said, limitMs });
  }
  return { kind: 'protocol', said: lastMessageOf(said) };
}

/** Returns the last message of ssh, without its debug output. */
export function lastMessageOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^(?:debug\d:|OpenSSH_)/.test(line));
  return lines.slice(-3).join(' / ');
}

/** Messages that ssh prints without a prefix (sshconnect2.c, clientloop.c, packet.c, log.c). */
const OWN_MESSAGES =
  /^(?:debug\d:|OpenSSH_|Authenticated |Load key |Warning: |Connection (?:closed|reset) by|Received disconnect |Disconnected from|\S+: Permission denied|Permission denied|ssh_dispatch_run_fatal|Timeout, server|sign_and_send_pubkey|agent |Unable to negotiate)/;

/**
 * Returns the server's last message before the login. ssh prints these as they arrive: first the banner, then PAM's
 * messages.
 */
function bannerOf(said: string): string {
  const [, login = ''] = said.split(/^debug1: SSH2_MSG_SERVICE_ACCEPT received$/m);
  // Each banner arrives in one piece, between ssh's own messages.
  const banners = login.split(/^debug\d: .*$/m).map((text) =>
    text
      .split('\n')
      .filter((line) => !OWN_MESSAGES.test(line))
      .join('\n')
      .trim(),
  );
  return banners.findLast((text) => text !== '') ?? '';
}

interface MatchedOutput {
  /** The matches of the pattern's groups. */
  readonly words: readonly string[];
  readonly said: string;
  readonly limitMs: number;
}

/** The first match wins. */
const SSH_MESSAGES: readonly {
  readonly pattern: RegExp;
  readonly read: (heard: MatchedOutput) => ClientFailure;
}[] = [
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
    read: ({ words: [words = ''], limitMs }) => connectError(words.trim(), limitMs),
  },
  {
    pattern: /^Host key verification failed\.|Host key .* revoked/m,
    read: ({ said }) => ({ kind: 'refused-host-key', said: lastMessageOf(said) }),
  },
  {
    pattern: /incorrect signature|error in libcrypto/,
    read: () => ({ kind: 'host-key-unproven' }),
  },
  {
    pattern: /no matching (.+?) found/,
    read: ({ words: [what = ''] }) => ({ kind: 'algorithms', what: ALGORITHM_KINDS[what] ?? what }),
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
    read: ({ said }) => ({ kind: 'agent', said: lastMessageOf(said) }),
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

/** ssh2's names for the algorithms that both sides must have in common. */
const ALGORITHM_KINDS: Readonly<Record<string, string>> = {
  'host key type': 'host key format',
  'key exchange method': 'key exchange algorithm',
  cipher: 'cipher',
  MAC: 'MAC',
};

/** Parses the system's message for a failed connection (strerror(3)). */
function connectError(words: string, limitMs: number): ConnectFailure {
  if (words === 'Connection refused') return { kind: 'refused' };
  if (words === 'Connection timed out') return { kind: 'silent', stage: 'connect', afterMs: limitMs };
  return { kind: 'unreachable', code: words };
}

/** The server has not identified itself as SSH. */
function unidentified(said: string, limitMs: number): ConnectFailure {
  const greeting = [...said.matchAll(/^debug1: kex_exchange_identification: banner line \d+: (.*)$/gm)]
    .map(([, line = '']) => line)
    .join('\n');
  if (greeting !== '' && !isFarewell(greeting)) return { kind: 'not-ssh', said: greeting };
  return /^Connection timed out during banner exchange/m.test(said)
    ? { kind: 'silent', stage: 'greeting', afterMs: limitMs }
    : { kind: 'closed', stage: 'greeting', said: greeting };
}
