import type { RemoteHost } from '../../../src/inputs/settings.ts';

const ADDRESSES = ['10.0.0.6', '10.0.0.7', '10.0.0.8'] as const;
const NAMES = ['infra0', 'infra1', 'infra2'] as const;

function host(index: 0 | 1 | 2, login: Partial<RemoteHost['login']> = {}, name = true): RemoteHost {
  const address = ADDRESSES[index];
  return {
    ...(name && { name: NAMES[index] }),
    address,
    transport: 'ssh2',
    login: { address, port: 22, user: 'ubuntu', ...login },
  };
}

const named = [host(0), host(1), host(2)];
const bare = [host(0, {}, false), host(1, {}, false), host(2, {}, false)];

/** An inventory in each accepted form, and its hosts with `ssh-user: ubuntu`. */
export const inventories: readonly {
  readonly form: string;
  readonly text: string;
  readonly hosts: readonly RemoteHost[];
}[] = [
  {
    form: 'YAML with everything that a host may have',
    text: `
hosts:
  - name: infra0
    address: 10.0.0.6
    ssh: { address: 203.0.113.6, port: 2222, user: admin }
  - name: INFRA1 # names are lower case
    address: "10.0.0.7"
    ssh:
      address: Infra1.Example.ORG.
      port: '22'
  - { name: infra2, address: 10.0.0.8, ssh: { user: 'CORP\\deploy' } }
`,
    hosts: [
      host(0, { address: '203.0.113.6', port: 2222, user: 'admin' }),
      host(1, { address: 'infra1.example.org' }),
      host(2, { user: 'CORP\\deploy' }),
    ],
  },
  {
    form: 'YAML with a beginning, a comment and a list of addresses',
    text: '---\n# rack 1\n- 10.0.0.6\n- 10.0.0.7\n- 10.0.0.8\n...\n',
    hosts: bare,
  },
  {
    form: 'YAML of names and addresses',
    text: 'infra0: 10.0.0.6\ninfra1: 10.0.0.7\ninfra2: 10.0.0.8',
    hosts: named,
  },
  {
    form: 'YAML in which a host is called hosts',
    text: 'hosts: 10.0.0.6',
    hosts: [{ ...host(0), name: 'hosts' }],
  },
  {
    form: 'JSON as jq --tab writes it',
    text: '{\n\t"$schema": "x",\n\t"hosts": [\n\t\t{\n\t\t\t"name": "infra0",\n\t\t\t"address": "10.0.0.6"\n\t\t},\n\t\t{ "name": "infra1", "address": "10.0.0.7" },\n\t\t"infra2 = 10.0.0.8"\n\t]\n}\n',
    hosts: named,
  },
  {
    form: 'a list of strings, terraform output -json NAME',
    text: '["10.0.0.6","10.0.0.7","10.0.0.8"]',
    hosts: bare,
  },
  {
    form: 'a map of names to addresses, terraform output -json NAME',
    text: '{"infra0":"10.0.0.6","infra1":"10.0.0.7","infra2":"10.0.0.8"}',
    hosts: named,
  },
  {
    form: 'a list of objects with optional attributes, terraform output -json NAME',
    text: '[{"address":"10.0.0.6","name":"infra0","ssh":null},{"address":"10.0.0.7","name":"infra1","ssh":{"address":null,"port":2222,"user":null}},{"address":"10.0.0.8","name":null,"ssh":null}]',
    hosts: [host(0), host(1, { port: 2222 }), host(2, {}, false)],
  },
  {
    form: 'a map of objects, terraform output -json NAME',
    text: '{"infra0":{"address":"10.0.0.6"},"infra1":{"address":"10.0.0.7","name":"infra1"},"infra2":{"address":"10.0.0.8","ssh":{"port":"2022"}}}',
    hosts: [host(0), host(1), host(2, { port: 2022 })],
  },
  {
    form: 'the only output, terraform output -json',
    text: '{"nodes":{"sensitive":false,"type":["list","string"],"value":["10.0.0.6","10.0.0.7","10.0.0.8"]}}',
    hosts: bare,
  },
  {
    form: 'one of several outputs, terraform output -json',
    text: `{
  "etcd_hosts": {
    "sensitive": false,
    "type": ["object", { "infra0": "string", "infra1": "string", "infra2": "string" }],
    "value": { "infra0": "10.0.0.6", "infra1": "10.0.0.7", "infra2": "10.0.0.8" }
  },
  "vpc_id": { "sensitive": false, "type": "string", "value": "vpc-0a1b" }
}`,
    hosts: named,
  },
  {
    form: 'the output alone with its wrapping',
    text: '{"sensitive":false,"type":["list","string"],"value":["10.0.0.6","10.0.0.7","10.0.0.8"]}',
    hosts: bare,
  },
  {
    form: 'a tunnel for each host on the runner itself',
    text: '{"infra0":{"address":"fd00::6","ssh":{"address":"127.0.0.1","port":2201}},"infra1":{"address":"[FD00:0::7]","ssh":{"address":"[::1]","port":2202}},"infra2":{"address":"fd00::8","ssh":{"address":"localhost","port":2203}}}',
    hosts: [
      {
        name: 'infra0',
        address: 'fd00::6',
        transport: 'ssh2',
        login: { address: '127.0.0.1', port: 2201, user: 'ubuntu' },
      },
      {
        name: 'infra1',
        address: 'fd00::7',
        transport: 'ssh2',
        login: { address: '::1', port: 2202, user: 'ubuntu' },
      },
      {
        name: 'infra2',
        address: 'fd00::8',
        transport: 'ssh2',
        login: { address: 'localhost', port: 2203, user: 'ubuntu' },
      },
    ],
  },
];

/** Inventories with an invalid form, each with its message and place. */
export const malformed: readonly {
  readonly text: string;
  readonly told: readonly (readonly [at: string, fact: string, fix: string])[];
}[] = [
  { text: '{}', told: [['inventory', 'there are no hosts in it', 'write the hosts']] },
  { text: '[]', told: [['inventory', 'no host is given', 'list the addresses']] },
  { text: 'null', told: [['inventory', 'there are no hosts in it', 'write the hosts']] },
  { text: '10.0.0.6', told: [['inventory, line 1, column 1', '"10.0.0.6" is neither YAML of hosts', '']] },
  { text: 'hosts:', told: [['inventory', 'there are no hosts in it', '']] },
  { text: '[[10.0.0.6]]', told: [['inventory, line 1, column 2', 'a list where a host belongs', '']] },
  { text: '- 10.0.0.6\n-\n- 10.0.0.8', told: [['inventory, line 2, column 2', 'the host has no value', '']] },
  { text: 'infra0: null', told: [['inventory, line 1, column 1', 'the host has no value', '']] },
  {
    text: '- name: infra0',
    told: [['inventory, line 1, column 3', 'the host has no address', 'address: 10.0.0.6']],
  },
  {
    text: '- address: ${{ vars.HOST0 }}',
    told: [
      ['inventory, line 1, column 12', '"${{ vars.HOST0 }}" is an expression that was not evaluated', ''],
    ],
  },
  {
    text: '- address: [10.0.0.6]',
    told: [
      ['inventory, line 1, column 12', '"address" has a list instead of one value', 'address: 10.0.0.6'],
    ],
  },
  {
    text: '- { address: 10.0.0.6, ssh: ubuntu@10.0.0.6 }',
    told: [['inventory, line 1, column 29', 'ssh is not a mapping', 'ssh: {']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { port: 70000 } }',
    told: [['inventory, line 1, column 37', '"70000" is not a whole number from 1 to 65535', 'port: 22']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { user: "a b" } }',
    told: [['inventory, line 1, column 37', '"a b" is not the name of a user', 'user: ubuntu']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { address: "10.0.0.6:22" } }',
    told: [['inventory, line 1, column 40', 'holds a port', 'put the port into port']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { address: "root@10.0.0.6" } }',
    told: [['inventory, line 1, column 40', 'holds a user name', 'put the user into user']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { address: "a_b" } }',
    told: [['inventory, line 1, column 40', 'neither an IP address nor the name of a host', '']],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { address: "fe80::1%eth0" } }',
    told: [['inventory, line 1, column 40', 'has a zone', '']],
  },
  {
    text: 'infra_0: 10.0.0.6',
    told: [['inventory, line 1, column 1', '"infra_0" is not a name that kubeadm takes', '']],
  },
  {
    text: 'infra0: { address: infra0.example.org }',
    told: [['inventory, line 1, column 20', '"infra0.example.org" is not an IP address', '']],
  },
  {
    text: '- { name: infra0, adress: 10.0.0.6 }',
    told: [
      ['inventory, line 1, column 19', '"adress" is not a key of a host', 'Did you mean address?'],
      ['inventory, line 1, column 3', 'the host has no address', ''],
    ],
  },
  {
    text: '- { address: 10.0.0.6, ansible_user: root, ansible_port: 2222, frobnicate: 1 }',
    told: [
      ['inventory, line 1, column 24', '"ansible_user" is not a key', 'ssh: { user: … }'],
      ['inventory, line 1, column 44', '"ansible_port" is not a key', 'ssh: { port: … }'],
      ['inventory, line 1, column 64', '"frobnicate" is not a key', 'Leave it out'],
    ],
  },
  {
    text: '- { address: 10.0.0.6, ssh: { private_key: hunter2 }, sudo_password: hunter2 }',
    told: [
      ['inventory, line 1, column 31', '"private_key" has the name of a secret', 'replace the secret'],
      ['inventory, line 1, column 55', '"sudo_password" has the name of a secret', 'ssh-private-key'],
    ],
  },
  {
    text: '{"etcd":{"value":["10.0.0.6"]},"web":{"value":["10.0.0.9"]}}',
    told: [
      ['inventory, line 1, column 2', '2 outputs of Terraform (etcd, web)', 'terraform output -json NAME'],
    ],
  },
  {
    text: '{"etcd_hosts":{"value":["10.0.0.6"]},"kubeconfig":{"sensitive":true,"value":"hunter2"}}',
    told: [
      [
        'inventory, line 1, column 38',
        'Terraform marks kubeconfig as sensitive',
        'terraform output -json etcd_hosts',
      ],
    ],
  },
];
