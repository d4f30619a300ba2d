import type { GroupedInputs } from './input.ts';

/** Which hosts there are. */
export const hostInputs = {
  hosts: {
    description:
      'Addresses of the etcd hosts, IPv4 or IPv6, separated by commas or new lines: 1, 3, 5, 7 or 9 of ' +
      'them. An entry may name its member: `infra0=10.0.0.6`. Text after `#` is a comment. Either this or ' +
      '`inventory` is needed.',
    common: true,
  },
  names: {
    description:
      'Names of the members, in the order of `hosts`, separated by commas or new lines. Left out: each ' +
      "host's own short hostname.",
  },
  inventory: {
    description:
      'The etcd hosts instead of `hosts` and `names`, as YAML or JSON, or the path of such a file in the ' +
      'workspace that ends in `.yaml`, `.yml` or `.json`: each with `address`, and optionally `name` and ' +
      '`ssh: { address, port, user }` or `transport`. Outputs of Terraform are taken as they are ' +
      '(docs/hosts.md).',
    common: true,
  },
  'allow-even-members': {
    description:
      '`true`: accept two, four, six or eight hosts with a warning, although they survive no more losses ' +
      'than one host less.',
    default: 'false',
  },
  'control-plane-hosts': {
    description:
      'Addresses of the hosts of the control plane, in the forms of `hosts`, reached as those are. A ' +
      'deploy copies the files that their API servers need to these hosts, and renews them: ' +
      '`etcd/ca.crt` and `apiserver-etcd-client.crt` with its key, below `/etc/kubernetes/pki`. It ' +
      'changes nothing else on these hosts. A health check reports whether they have the files, and for ' +
      'how long.',
    common: true,
  },
} as const satisfies GroupedInputs;

/** Which cluster it is. */
export const clusterNameInput = {
  'cluster-name': {
    description:
      'Name of this cluster in reports and on the hosts: lower-case letters, digits and dashes, at most 63.',
    default: 'etcd',
    common: true,
  },
} as const satisfies GroupedInputs;

/** By which way each host is reached, and as whom it is logged in to. */
export const reachInputs = {
  transport: {
    description:
      'How to reach the hosts: `ssh2`, SSH with the library of the action; `openssh`, SSH with the ' +
      "runner's own OpenSSH client, which supports certificates and post-quantum key exchange; `local`, " +
      'without SSH, if the job runs on the only host.',
    default: 'ssh2',
  },
  'local-host': {
    description:
      'Name or address of the one host of the list that the job runs on (a self-hosted runner that is a ' +
      'member): it needs no SSH, and `transport` applies to the others.',
  },
  'ssh-user': {
    description:
      'User for the login on every host without a user in `inventory`: root, or a user that may use sudo.',
    common: true,
  },
  'ssh-port': {
    description: 'TCP port of the SSH server on every host without a port in `inventory`.',
    default: '22',
  },
} as const satisfies GroupedInputs;

/** How hosts are logged in to, apart from where and as whom. */
export const accessInputs = {
  'ssh-private-key': {
    description:
      'Private key of that user, the whole text of the file. Pass it from a secret. Left out: the keys of ' +
      'the ssh-agent that `SSH_AUTH_SOCK` names.',
    secret: true,
    common: true,
  },
  'ssh-key-passphrase': {
    description: 'Passphrase of the private key, if it has one. Pass it from a secret.',
    secret: true,
  },
  'ssh-certificate': {
    description:
      'Certificate of that key, for hosts that trust its authority: the line of the file that `ssh-keygen ' +
      '-s` writes. It is public: pass it from a variable. Needs `transport: openssh`.',
  },
  'ssh-connect-timeout': {
    description:
      'Time limit for connecting and logging in to one host or bastion, all attempts together, as `20s` ' +
      'or `1m`; two seconds to five minutes.',
    default: '20s',
  },
  'sudo-password': {
    description:
      'Password of that user for sudo, if sudo asks for one; the same on every host. It goes only to ' +
      "sudo's standard input. Pass it from a secret.",
    secret: true,
  },
  'ssh-known-hosts': {
    description:
      'Host keys of all hosts, as in a known_hosts file: plain, hashed and `[host]:port` entries, ' +
      'patterns, `@revoked`, and, with `transport: openssh`, `@cert-authority`. The action refuses a ' +
      'host whose key is neither here nor in `ssh-host-fingerprints`.',
    common: true,
  },
  'ssh-host-fingerprints': {
    description:
      'Instead of host keys or in addition to them: on each line a host, by name or address, and the ' +
      'SHA-256 fingerprints of its keys, as in `10.0.0.6 SHA256:…`; or what `ssh-keygen -lf known_hosts` ' +
      'prints.',
  },
  'host-key-policy': {
    description:
      'What to do with a host that has no pinned key: `strict` refuses it; `accept-new` accepts any key ' +
      'that it shows, warns, and sets the output `accepted-host-keys`. It never applies to a host that ' +
      'is pinned.',
    default: 'strict',
  },
  'ssh-bastion': {
    description:
      'Jump hosts on the way to all hosts, `user@host:port`, several in their order separated by commas; ' +
      'IPv6 in brackets. User and port may be left out: `ssh-user`, and 22. Each needs its own host key ' +
      'in the inputs above.',
  },
  'ssh-bastion-private-key': {
    description: 'Private key for the bastions, if it is not `ssh-private-key`. Pass it from a secret.',
    secret: true,
  },
  'ssh-bastion-key-passphrase': {
    description: 'Passphrase of that key, if it has one. Pass it from a secret.',
    secret: true,
  },
} as const satisfies GroupedInputs;
