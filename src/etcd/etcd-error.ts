import { describeFinding, type Finding } from '../findings.ts';

/** What kind of trouble it is; what callers decide by. */
export type EtcdErrorKind =
  /** Nobody could try: no host was reached, or none gave a client certificate. */
  | 'not-asked'
  /** No byte stream to the client port. */
  | 'unreachable'
  /** The deadline passed: the port accepts and says nothing, or the answer did not come. */
  | 'timeout'
  /** The member's certificate does not hold before our CA, our clock or its address. */
  | 'server-certificate'
  /** The member does not accept our client certificate. */
  | 'client-certificate'
  /** The two sides could not agree on TLS at all. */
  | 'tls'
  /** The connection ended in the middle of a request. */
  | 'connection-lost'
  /** The member answers and knows of no leader, or got no quorum in time. */
  | 'no-leader'
  /** Authentication is on and the client may not do this. */
  | 'permission-denied'
  /** This release of etcd does not offer what was asked for. */
  | 'unsupported'
  /** etcd answered with any other error. */
  | 'rejected'
  /** Something answered that does not speak as etcd's gateway does. */
  | 'unexpected-answer';

/** A failed request as plain data, so that it can be kept among observations. */
export interface EtcdFailure {
  readonly kind: EtcdErrorKind;
  /** One line without a final stop: etcd's own words where it gave some, else what happened. */
  readonly reason: string;
  readonly finding: Finding;
}

/** A request to a member failed, already in words for the user. */
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

/** Where a failure was met. */
export interface EtcdPlace {
  /** Member or host name. */
  readonly name: string;
  /** The member's client URL. */
  readonly endpoint: string;
}

/** A failure before its place is known. */
export type EtcdFailureWords = Omit<EtcdFailure, 'finding'> & Pick<Finding, 'fact' | 'cause' | 'fix'>;

/** Puts the words together; every failure of this room is made here. */
export function etcdError(place: EtcdPlace, failure: EtcdFailureWords, options?: ErrorOptions): EtcdError {
  const { kind, reason, ...words } = failure;
  return new EtcdError({ kind, reason, finding: { ...words, host: place.name, at: 'etcd' } }, options);
}
