import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import {
  renderExternalEtcdConfig,
  renderKubeadmConfig,
  type ClusterShape,
} from '../../src/kubeadm/kubeadm-config.ts';

const members = [
  { name: 'infra1', address: '10.0.0.7' },
  { name: 'infra0', address: '10.0.0.6' },
];
const shape: ClusterShape = {
  members,
  token: 'etcd-1',
  clientPort: 2379,
  peerPort: 2380,
  dataDir: '/var/lib/etcd',
  extraArgs: [],
};
const [member] = members;
if (member === undefined) throw new Error('the example has members');

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

test("a host's configuration is the guide's, with a version, a pki folder and a token named", () => {
  const url = (port: number): string => `https://10.0.0.7:${port}`;
  expect(documents(renderKubeadmConfig(shape, member, 'v1.34.4'))).toEqual([
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'InitConfiguration',
      nodeRegistration: { name: 'infra1' },
      localAPIEndpoint: { advertiseAddress: '10.0.0.7' },
    },
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      kubernetesVersion: 'v1.34.4',
      certificatesDir: '/etc/kubernetes/pki',
      etcd: {
        local: {
          dataDir: '/var/lib/etcd',
          serverCertSANs: ['10.0.0.7'],
          peerCertSANs: ['10.0.0.7'],
          extraArgs: [
            { name: 'initial-cluster', value: 'infra0=https://10.0.0.6:2380,infra1=https://10.0.0.7:2380' },
            { name: 'initial-cluster-state', value: 'new' },
            { name: 'initial-cluster-token', value: 'etcd-1' },
            { name: 'name', value: 'infra1' },
            { name: 'listen-peer-urls', value: url(2380) },
            { name: 'listen-client-urls', value: url(2379) },
            { name: 'advertise-client-urls', value: url(2379) },
            { name: 'initial-advertise-peer-urls', value: url(2380) },
          ],
        },
      },
    },
  ]);
});

test('the order in which hosts are given changes no file', () => {
  const reversed = { ...shape, members: members.toReversed() };
  expect(renderKubeadmConfig(reversed, member, 'v1.34.4')).toBe(
    renderKubeadmConfig(shape, member, 'v1.34.4'),
  );
});

test('IPv6 addresses stand in brackets in every URL and bare elsewhere', () => {
  const six = { name: 'infra0', address: 'fd00::6' };
  const text = renderKubeadmConfig({ ...shape, members: [six] }, six, 'v1.34.4');
  expect(text).toContain('advertiseAddress: fd00::6');
  expect(text).toContain('infra0=https://[fd00::6]:2380');
  expect(text).not.toMatch(/https:\/\/fd00/);
});

test('repository, tag and ports of the user are in it', () => {
  const text = renderKubeadmConfig(
    {
      ...shape,
      imageRepository: 'mirror.example/k8s',
      etcdImageTag: '3.6.8-0',
      clientPort: 12379,
      peerPort: 12380,
    },
    member,
    'v1.34.4',
  );
  expect(documents(text)[1]).toMatchObject({
    etcd: { local: { imageRepository: 'mirror.example/k8s', imageTag: '3.6.8-0' } },
  });
  expect(text).toContain('https://10.0.0.7:12379');
  expect(text).not.toContain(':2380');
});

test("the control plane's part names all endpoints and kubeadm's own paths", () => {
  expect(documents(renderExternalEtcdConfig(shape))).toEqual([
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      etcd: {
        external: {
          endpoints: ['https://10.0.0.7:2379', 'https://10.0.0.6:2379'],
          caFile: '/etc/kubernetes/pki/etcd/ca.crt',
          certFile: '/etc/kubernetes/pki/apiserver-etcd-client.crt',
          keyFile: '/etc/kubernetes/pki/apiserver-etcd-client.key',
        },
      },
    },
  ]);
});
