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
