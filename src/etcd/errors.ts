import { describeFinding, type Finding } from '../findings.ts';
import { fieldsOf } from '../text/json-fields.ts';
import { printable } from '../text/printable.ts';

/** The kind of a failure, on which callers decide. */
export type EtcdErrorKind =
  /** No request was possible: no host was reached, or none provided a client certificate. */
  | 'not-asked'
  /** No byte stream to the client port. */
  | 'unreachable'
  /** The deadline passed: the port accepts and stays silent, or the answer did not arrive. */
  | 'timeout'
  /** The member's certificate is not valid for our CA, our clock or its address. */
  | 'server-certificate'
  /** The member does not accept our client certificate. */
  | 'client-certificate'
  /** The two sides could not negotiate TLS at all. */
  | 'tls'
  /** The connection ended in the middle of a request. */
  | 'connection-lost'
  /** The member answers and knows no leader, or got no quorum in time. */
  | 'no-leader'
  /** Authentication is on and the client may not do this. */
  | 'permission-denied'
  /** This release of etcd does not offer the request. */
  | 'unsupported'
  /** etcd answered with any other error. */
  | 'rejected'
  /** The answer is not one of etcd's gateway. */
  | 'unexpected-answer';

/** A failed request as plain data, to be kept among observations. */
export interface EtcdFailure {
  readonly kind: EtcdErrorKind;
  /** One line without a full stop: etcd's own words if it gave some, else a description. */
  readonly reason: string;
  readonly finding: Finding;
}

/** A request to a member failed; described for the user. */
export class EtcdError extends Error implements EtcdFailure {
  readonly kind: EtcdErrorKind;
  readonly reason: string;
  readonly finding: Finding;

  constructor(failure: EtcdFailure, options?: ErrorOptions) {
    super(describeFinding(failure.finding), options);
    this.name = 'EtcdError';
    this.kind = failure.kind;
    this.reason = failure.reason;
    this.finding = failure.finding;
  }
}

/** The member at which a failure occurred. */
export interface EtcdPlace {
  /** Member or host name. */
  readonly name: string;
  /** The member's client URL. */
  readonly endpoint: string;
}

/** A failure before its place is known. */
export type EtcdFailureWords = Omit<EtcdFailure, 'finding'> &
  Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>;

/** Builds every error of this folder. */
export function etcdError(place: EtcdPlace, failure: EtcdFailureWords, options?: ErrorOptions): EtcdError {
  const { kind, reason, ...words } = failure;
  return new EtcdError({ kind, reason, finding: { ...words, host: place.name, at: 'etcd' } }, options);
}

/** gRPC status codes that the gateway puts into its error bodies (grpc/codes). */
const GRPC = { deadlineExceeded: 4, permissionDenied: 7, unavailable: 14 } as const;

/** etcd's words for a request that found no leader or no majority in time (api/v3rpc/rpctypes/error.go). */
const NO_QUORUM = /etcdserver: (no leader|leader changed|request timed out)|context deadline exceeded/;

/** etcd's words for leadership that was not moved (api/v3rpc/rpctypes/error.go). */
const NOT_HANDED_OVER: readonly { readonly said: RegExp; readonly cause: string; readonly fix: string }[] = [
  {
    said: /etcdserver: not leader/,
    cause: 'Another member leads now: there was an election meanwhile.',
    fix: 'If it is still needed, find out which member leads and ask that one.',
  },
  {
    said: /etcdserver: bad leader transferee/,
    cause: 'The new leader is a learner, or no longer a member.',
    fix: 'Name a voting member.',
  },
];

/** Authentication is on and the request has no valid token. */
const NO_TOKEN = /etcdserver: (user name is empty|invalid auth token)/;

/** The gateway's refusal of any client certificate with a common name while authentication is on (embed/serve.go). */
const COMMON_NAME = 'CommonName of client sending a request against gateway';

/**
 * Describes an answer other than 200. The body is {error, message, code} in etcd 3.4 and 3.5 (grpc-gateway 1), {code,
 * message, details} from 3.6 on (grpc-gateway 2), and plain text if the request did not reach the gateway.
 */
export function gatewayError(place: EtcdPlace, request: string, answer: HttpAnswer): EtcdError {
  const body = parseErrorBody(answer.body);
  if (body === undefined) return plainTextError(place, request, answer);
  const { code, message } = body;
  const notHandedOver = NOT_HANDED_OVER.find(({ said }) => said.test(message));
  if (notHandedOver !== undefined) {
    const fact = `${place.endpoint} did not hand leadership over: "${message}".`;
    const { cause, fix } = notHandedOver;
    return etcdError(place, {
      code: 'leadership-not-moved',
      kind: 'rejected',
      reason: message,
      fact,
      cause,
      fix,
    });
  }
  if (code === GRPC.deadlineExceeded || NO_QUORUM.test(message)) {
    return etcdError(place, {
      code: 'etcd-too-slow',
      kind: 'no-leader',
      reason: message,
      fact: `${place.endpoint} could not complete ${request}: "${message}".`,
      cause:
        'The member reaches no leader: a majority of the members is down or cut off from it, or an election is under way.',
      fix: 'Start the members that are down and check that the peer ports reach each other; then look again.',
    });
  }
  if (code === GRPC.permissionDenied) return authenticationIsOn(place, 'permission-denied', request, message);
  if (NO_TOKEN.test(message)) return authenticationIsOn(place, 'rejected', request, message);
  // Unavailable without etcd's own words: the gateway failed to dial its own member.
  if (code === GRPC.unavailable && !message.startsWith('etcdserver: ')) {
    return etcdError(place, {
      code: 'server-certificate-unusable',
      kind: 'rejected',
      reason: message,
      fact: `The gateway of ${place.endpoint} cannot reach its own member: "${message}".`,
      cause:
        'The gateway connects to its member with server.crt as client certificate; usually that lacks the usage clientAuth.',
      fix: 'Reissue the server certificate with serverAuth and clientAuth, as kubeadm does.',
    });
  }
  return etcdError(place, {
    code: 'etcd-request-refused',
    kind: 'rejected',
    reason: message,
    fact: `${place.endpoint} refused ${request}: "${message}" (code ${code}, HTTP ${answer.status}).`,
    fix: "See the member's log at this time.",
  });
}

/** Describes an answer of 200 that does not fit the request. */
export function unexpectedAnswer(place: EtcdPlace, request: string, what: string): EtcdError {
  return etcdError(place, {
    code: 'etcd-protocol-mismatch',
    kind: 'unexpected-answer',
    reason: `unexpected answer: ${what}`,
    fact: `${place.endpoint} answered ${request} in an unknown form: ${what}.`,
    cause: 'The server is not etcd 3.4 or later, or a proxy changes the answers.',
    fix: `Ask it yourself: \`curl --cacert … --cert … --key … ${place.endpoint}/version\`.`,
  });
}

function authenticationIsOn(
  place: EtcdPlace,
  kind: 'permission-denied' | 'rejected',
  request: string,
  message: string,
): EtcdError {
  return etcdError(place, {
    code: 'etcd-authentication-on',
    kind,
    reason: message,
    fact: `${place.endpoint} denies ${request}: "${message}".`,
    cause:
      "etcd's authentication is on, and its gateway then accepts no client certificate that has a common name.",
    fix: 'Turn it off (`etcdctl auth disable`): kubeadm protects etcd only with client certificates.',
  });
}

function plainTextError(place: EtcdPlace, request: string, answer: HttpAnswer): EtcdError {
  const text = printable(/^"(.*)"$/s.exec(answer.body.trim())?.[1] ?? answer.body, 200);
  if (text.includes(COMMON_NAME)) return authenticationIsOn(place, 'rejected', request, text);
  return unexpectedAnswer(place, request, `HTTP ${answer.status} "${text}"`);
}

function parseErrorBody(body: string): { code: number; message: string } | undefined {
  const parsed = fieldsOf(body);
  if (parsed === undefined) return undefined;
  const { code, message, error } = parsed;
  const text = typeof message === 'string' ? message : error;
  if (typeof text !== 'string') return undefined;
  return { code: typeof code === 'number' ? code : 0, message: printable(text) };
}

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** The answer exceeds the limit. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError';
  /** Bytes. */
  readonly limit: number;

  constructor(limit: number) {
    super(`the answer is longer than ${limit} bytes`);
    this.limit = limit;
  }
}

/** Describes an answer that exceeds the limit. */
export function tooLongWords(place: EtcdPlace, { limit }: AnswerTooLongError): EtcdFailureWords {
  return {
    code: 'output-too-large',
    kind: 'unexpected-answer',
    reason: `the answer is longer than ${limit / 1024 ** 2} MiB`,
    fact: `${place.endpoint} sent more than ${limit / 1024 ** 2} MiB in one answer; the action closed the connection and did not read the rest.`,
    cause: 'etcd sends no such answer: another program uses the port, or the host cannot be trusted.',
    fix: 'Check which program uses the port on that host: `ss -ltnp`.',
  };
}
