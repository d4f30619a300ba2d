import type { GroupedInputs } from './input.ts';

/** The CA, and what it signs. A health check reads `ca-certificate` alone, to tell which hosts to believe. */
export const certificateInputs = {
  'ca-certificate': {
    description:
      'Certificate of your own etcd CA, PEM, alone or with those above it up to the root; needs ' +
      '`ca-key`, except for a health check, which believes the members by it. It is public: pass it ' +
      'from a variable, not from a secret, or the runner drops every output that holds it. Left out: ' +
      'the CA found on the hosts, else a new one.',
  },
  'ca-key': {
    description:
      'Private key of your own etcd CA, PEM, not encrypted; needs `ca-certificate`. Pass it from a ' +
      'secret.',
    secret: true,
  },
  'ca-custody': {
    description:
      'Where the key of the CA is kept: `first-host`, in `etcd/ca.key` on one host; `input-only`, on no ' +
      'host: each run needs `ca-certificate` and `ca-key`, and removes a key from a host once the ' +
      'cluster is healthy.',
    default: 'first-host',
  },
  'key-algorithm': {
    description:
      "Kind of the keys that the action makes, as kubeadm's `encryptionAlgorithm`: `RSA-2048`, " +
      '`RSA-3072`, `RSA-4096`, `ECDSA-P256` or `ECDSA-P384`. It applies to new keys; existing keys stay ' +
      'until they are renewed.',
    default: 'RSA-2048',
  },
  'certificate-validity-days': {
    description:
      "Days that the certificates of members and clients are valid, as kubeadm's " +
      '`certificateValidityPeriod`: 1 to 3650, more than `renew-before-days`. It applies to new ' +
      'certificates.',
    default: '365',
  },
  'ca-validity-days': {
    description:
      "Days that a CA which the action makes is valid, as kubeadm's `caCertificateValidityPeriod`: 2 to " +
      '36500, more than `certificate-validity-days`. An existing CA keeps its own.',
    default: '3650',
  },
  'extra-sans': {
    description:
      'Further names and addresses for the server and peer certificates of all members, separated by ' +
      'commas or new lines: `etcd.example.com`, `*.etcd.example.com`, `10.0.0.100`. A changed list needs ' +
      'no restart.',
  },
  'renew-before-days': {
    description:
      'Certificates that expire within this many days are reissued from the same CA, 0 to 3650. With `0` ' +
      'only expired ones.',
    default: '30',
  },
} as const satisfies GroupedInputs;

/** What the control plane has already. */
export const clientCopyInputs = {
  'client-certificate-copied': {
    description:
      'SHA-256 fingerprints, with or without colons, separated by commas or new lines, of the renewed ' +
      '`apiserver-etcd-client.crt` that you have copied to the control plane: the run no longer warns of ' +
      'it.',
  },
} as const satisfies GroupedInputs;
