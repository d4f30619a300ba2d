import { errorMessage, type Finding } from '../findings.ts';
import { formatGoDuration } from '../text/units.ts';
import {
  AnswerTooLongError,
  EtcdError,
  etcdError,
  type EtcdFailureWords,
  type EtcdPlace,
  tooLongWords,
} from './errors.ts';

/** The progress of a request. */
export type RequestPhase =
  /** Not started. */
  | 'unsent'
  /** Opening a byte stream to the port. */
  | 'open'
  /** TLS handshake. */
  | 'handshake'
  /** Request sent, answer incomplete. */
  | 'answer';

const OTHER_AUTHORITY = new Set([
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The last codes are those of a single request that the member cancelled, and of a member that is shutting down. */
const LOST = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_STREAM_ERROR',
]);

/**
 * Reports whether the error means that an established connection, or a request on it, ended, so that another connection
 * may succeed.
 */
export function isConnectionLost(error: unknown): boolean {
  return LOST.has(errorCode(error));
}

/** Reports whether the member did not process the request (RFC 9113, section 8.7): any request may then be retried. */
export function isRefusedUnprocessed(error: unknown): boolean {
  return (
    errorCode(error) === 'ERR_HTTP2_STREAM_ERROR' && errorMessage(error).includes('NGHTTP2_REFUSED_STREAM')
  );
}

/** Describes a passed deadline, depending on the progress of the request. */
export function timeoutError(place: EtcdPlace, phase: RequestPhase, timeoutMs: number): EtcdError {
  const within = `within ${formatGoDuration(Math.round(timeoutMs * 1e6))}`;
  // The reason is that of clientv3 for every request that did not end in time.
  return etcdError(place, {
    kind: 'timeout',
    reason: 'context deadline exceeded',
    ...TIMEOUT_WORDS[phase](place.endpoint, within),
  });
}

type Words = Omit<EtcdFailureWords, 'kind' | 'reason'>;

const TIMEOUT_WORDS: Readonly<Record<RequestPhase, (endpoint: string, within: string) => Words>> = {
  unsent: (endpoint) => ({
    code: 'etcd-connection-ended',
    fact: `A request to ${endpoint} was not sent: its time was already over.`,
    cause: 'The earlier requests took too long: the member answers slowly or not at all.',
    fix: 'Read the messages about the earlier requests.',
  }),
  open: (endpoint, within) => ({
    code: 'etcd-unreachable',
    fact: `No TCP connection to ${endpoint} ${within}.`,
    cause: 'The host is down, or a firewall drops packets to the client port without refusing them.',
    fix: 'Check that the host is up and that the client port is open to the machine that connects.',
  }),
  handshake: (endpoint, within) => ({
    code: 'etcd-too-slow',
    fact: `${endpoint} accepts connections but did not answer the TLS handshake ${within}.`,
    cause:
      'etcd serves clients only once its member is ready; at the first start that takes a majority of the members. ' +
      'A hung process or an overloaded host looks the same.',
    fix: "Start the other members and check that members can connect to each other's peer ports; the member's log shows what it waits for.",
  }),
  answer: (endpoint, within) => ({
    code: 'etcd-too-slow',
    fact: `${endpoint} did not answer the request ${within}.`,
    cause: 'No majority of the members is reachable from this one, or its disk or CPU is overloaded.',
    fix: "Check that a majority of the members is running, that peers reach each other, and the disk's fsync latency.",
  }),
};

/** Describes an error of the stream, node:tls or node:http2. */
export function connectionError(place: EtcdPlace, phase: RequestPhase, error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const options = { cause: error };
  if (error instanceof AnswerTooLongError) return etcdError(place, tooLongWords(place, error), options);
  if (phase === 'open') return etcdError(place, unreachable(place, error), options);
  const code = errorCode(error);
  const ofServer = serverCertificateWords(place, code, error);
  const words =
    (ofServer && { kind: 'server-certificate' as const, ...ofServer }) ??
    clientCertificateWords(place, code) ??
    tlsWords(place, code, error) ??
    lostWords(place, phase, error);
  return etcdError(place, words, options);
}

function unreachable(place: EtcdPlace, error: unknown): EtcdFailureWords {
  const told = findingOf(error);
  if (told !== undefined) return { kind: 'unreachable', reason: withoutStop(told.fact), ...told };
  if (errorCode(error) === 'ECONNREFUSED') {
    return {
      code: 'etcd-unreachable',
      kind: 'unreachable',
      reason: 'connection refused',
      fact: `Nothing listens at ${place.endpoint} (connection refused).`,
      cause: 'etcd is not running: its static pod was not started, or the container keeps crashing.',
      fix: 'Look at the etcd container on that host: `crictl ps -a --name etcd` and `crictl logs` of the newest.',
    };
  }
  return {
    code: 'etcd-connection-ended',
    kind: 'unreachable',
    reason: errorMessage(error),
    fact: `No connection to ${place.endpoint}: ${errorMessage(error)}.`,
    cause: 'The host is down, or there is no route to it.',
    fix: 'Check that the host is up and that its address is the one in the inputs.',
  };
}

function serverCertificateWords(
  place: EtcdPlace,
  code: string,
  error: unknown,
): Omit<EtcdFailureWords, 'kind'> | undefined {
  if (OTHER_AUTHORITY.has(code)) {
    return {
      code: 'server-certificate-unusable',
      reason: 'certificate signed by unknown authority',
      fact: `The server certificate of ${place.endpoint} is not signed by this cluster's CA (${code}).`,
      cause: 'The host holds certificates of another CA, most often left over from an earlier cluster.',
      fix:
        'Compare /etc/kubernetes/pki/etcd/ca.crt of the hosts with `openssl x509 -noout -fingerprint -sha256`; ' +
        'all must be equal, and this CA must have signed the certificates.',
    };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      code: 'server-certificate-unusable',
      reason: 'certificate has expired',
      fact: `The server certificate of ${place.endpoint}, or the CA that signed it, has expired.`,
      cause:
        'kubeadm issues etcd certificates for one year and nothing renewed them, or the clock here is ahead.',
      fix: 'Renew the certificates (server, peer and both client pairs); if only the clock is off, correct it.',
    };
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      code: 'server-certificate-unusable',
      reason: 'certificate is not yet valid',
      fact: `The server certificate of ${place.endpoint} is not valid yet.`,
      cause:
        'The clock here is more than 5 minutes behind the clock of the machine that issued the certificate.',
      fix: 'Synchronise the clocks (NTP) and try again.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'server-certificate-unusable',
      reason: 'certificate is not valid for this address',
      fact: `The server certificate of ${place.endpoint} does not name that address (${errorMessage(error)}).`,
      cause:
        'The address of the host has changed since the certificate was issued, or the inputs have another address.',
      fix: "Use the address in the certificate's SAN, or reissue the server and peer certificates.",
    };
  }
  if (code === 'INVALID_PURPOSE') {
    return {
      code: 'server-certificate-unusable',
      reason: 'certificate specifies an incompatible key usage',
      fact: `The certificate that ${place.endpoint} serves is not valid for a server (no serverAuth).`,
      cause: '/etc/kubernetes/pki/etcd/server.crt is a client certificate.',
      fix: 'Put the server pair back, with the usages serverAuth and clientAuth.',
    };
  }
  return undefined;
}

function clientCertificateWords(place: EtcdPlace, code: string): EtcdFailureWords | undefined {
  const alert = /ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.exec(code)?.[1];
  if (alert !== undefined) {
    const said = alert.toLowerCase().replaceAll('_', ' ');
    const expired = alert.includes('EXPIRED');
    return {
      code: 'client-certificate-refused',
      kind: 'client-certificate',
      reason: `remote error: tls: ${said}`,
      fact: `${place.endpoint} does not accept the client certificate (TLS alert: ${said}).`,
      cause: expired
        ? "The client certificate has expired, or the host's clock is wrong."
        : "The client certificate is not signed by a CA in the member's trusted-ca-file, has expired, or lacks the usage clientAuth.",
      fix: expired
        ? "Renew the client certificate; check the host's clock."
        : "Check healthcheck-client.crt against the host's etcd/ca.crt: `openssl verify -purpose sslclient -CAfile ca.crt`.",
    };
  }
  if (/KEY_VALUES_MISMATCH|^ERR_OSSL_/.test(code)) {
    return {
      code: 'client-pair-unusable',
      kind: 'client-certificate',
      reason: 'client certificate and key cannot be used',
      fact: `The client certificate, its key or the CA cannot be loaded (${code}).`,
      cause: 'The key belongs to another certificate, or the PEM text is cut off or damaged.',
      fix: 'Give certificate and key of the same pair, complete with their BEGIN and END lines.',
    };
  }
  return undefined;
}

/** Describes a completed handshake that did not negotiate HTTP/2. */
export function noHttp2Error(place: EtcdPlace): EtcdError {
  return etcdError(place, noHttp2Words(place));
}

function noHttp2Words(place: EtcdPlace): EtcdFailureWords {
  return {
    code: 'etcd-protocol-mismatch',
    kind: 'tls',
    reason: 'the server does not speak HTTP/2',
    fact: `The server at ${place.endpoint} speaks TLS, but not HTTP/2 as every etcd since 3.4 does.`,
    cause: 'Another program uses the port, or a proxy between here and etcd terminates TLS.',
    fix: 'Check which program uses the port on that host: `ss -ltnp`.',
  };
}

function tlsWords(place: EtcdPlace, code: string, error: unknown): EtcdFailureWords | undefined {
  if (code.endsWith('NO_APPLICATION_PROTOCOL')) return noHttp2Words(place);
  if (!/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code)) return undefined;
  const plain = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL/.test(code);
  return {
    code: 'etcd-protocol-mismatch',
    kind: 'tls',
    reason: plain ? 'the server does not speak TLS' : withoutStop(errorMessage(error)),
    fact: plain
      ? `The server at ${place.endpoint} does not speak TLS (${code}).`
      : `No TLS session with ${place.endpoint}: ${errorMessage(error)} (${code}).`,
    cause: plain
      ? 'etcd was started with http:// client URLs, or another program uses the port.'
      : 'The two sides have no TLS version or cipher in common (the action needs at least TLS 1.2).',
    fix: plain
      ? 'Check listen-client-urls in the etcd manifest of that host, and which program uses the port: `ss -ltnp`.'
      : 'Check cipher-suites and the tls-min-version and tls-max-version flags of etcd on that host.',
  };
}

function lostWords(place: EtcdPlace, phase: RequestPhase, error: unknown): EtcdFailureWords {
  const where = phase === 'handshake' ? 'in the TLS handshake' : 'before the answer was complete';
  return {
    code: 'etcd-connection-ended',
    kind: 'connection-lost',
    reason: withoutStop(errorMessage(error)),
    fact: `${place.endpoint} ended the connection ${where} (${errorMessage(error)}).`,
    cause: 'The member stopped or is restarting; a refused client certificate can look the same.',
    fix: "Look at the member's log at this time: it names refused certificates (`rejected connection`) and its own stop.",
  };
}

/** Returns the finding of an error that already carries one (a transport's HostError). */
function findingOf(error: unknown): Finding | undefined {
  const finding = property(error, 'finding');
  return typeof finding === 'object' && finding !== null ? (finding as Finding) : undefined;
}

function errorCode(error: unknown): string {
  const code = property(error, 'code');
  return typeof code === 'string' ? code : '';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
