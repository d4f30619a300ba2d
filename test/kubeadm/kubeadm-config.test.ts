import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import {
  certSans,
  renderExternalEtcdConfig,
  etcdArguments,
  renderKubeadmConfig,
  type ClusterShape,
} from '../../src/kubeadm/kubeadm-config.ts';
import { KUBEADM_POLICY, type CertificatePolicy } from '../../src/pki/authority.ts';

const members = [
  { name: 'infra1', address: '10.0.0.7' },
  { name: 'infra0', address: '10.0.0.6' },
];
const shape: ClusterShape = {
  members,
  token: 'etcd-1',
  clientPort: 2379,
  peerPort: 2380,
  metricsPort: 2381,
  dataDir: '/var/lib/etcd',
  extraArgs: [],
  patches: [],
};
const [member] = members;
if (member === undefined) throw new Error('the example has members');

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

test("a host's configuration is the guide's, with a version, a pki folder and a token named", () => {
  const url = (port: number): string => `https://10.0.0.7:${port}`;
  expect(documents(renderKubeadmConfig(shape, member, 'v1.34.4', KUBEADM_POLICY))).toEqual([
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
  expect(renderKubeadmConfig(reversed, member, 'v1.34.4', KUBEADM_POLICY)).toBe(
    renderKubeadmConfig(shape, member, 'v1.34.4', KUBEADM_POLICY),
  );
});

test('IPv6 addresses stand in brackets in every URL and bare elsewhere', () => {
  const six = { name: 'infra0', address: 'fd00::6' };
  const text = renderKubeadmConfig({ ...shape, members: [six] }, six, 'v1.34.4', KUBEADM_POLICY);
  expect(text).toContain('advertiseAddress: fd00::6');
  expect(text).toContain('infra0=https://[fd00::6]:2380');
  expect(text).not.toMatch(/https:\/\/fd00/);
});

test("a port of the user's for the metrics stands on loopback; kubeadm's own goes without saying", () => {
  const six = { name: 'infra0', address: 'fd00::6' };
  const metricsOf = (of: typeof six, metricsPort: number): string[] =>
    etcdArguments({ ...shape, metricsPort }, of)
      .filter(({ name }) => name === 'listen-metrics-urls')
      .map(({ value }) => value);
  expect(metricsOf(member, 9381)).toEqual(['http://127.0.0.1:9381']);
  expect(metricsOf(six, 9381)).toEqual(['http://[::1]:9381']);
  expect(metricsOf(member, 2381)).toEqual([]);
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
    KUBEADM_POLICY,
  );
  expect(documents(text)[1]).toMatchObject({
    etcd: { local: { imageRepository: 'mirror.example/k8s', imageTag: '3.6.8-0' } },
  });
  expect(text).toContain('https://10.0.0.7:12379');
  expect(text).not.toContain(':2380');
});

describe('what it says of certificates', () => {
  const said = (changes: Partial<CertificatePolicy>, version = 'v1.34.4'): unknown => {
    const text = renderKubeadmConfig(shape, member, version, { ...KUBEADM_POLICY, ...changes });
    const { encryptionAlgorithm, certificateValidityPeriod, caCertificateValidityPeriod } = documents(
      text,
    )[1] as Record<string, string>;
    return { encryptionAlgorithm, certificateValidityPeriod, caCertificateValidityPeriod };
  };

  test("kubeadm's own goes without saying: files of clusters that have it stay as they are", () => {
    expect(said({})).toEqual({});
  });

  test.each(['RSA-3072', 'RSA-4096', 'ECDSA-P256', 'ECDSA-P384'] as const)('%s', (keyAlgorithm) => {
    expect(said({ keyAlgorithm }, 'v1.34.0')).toEqual({ encryptionAlgorithm: keyAlgorithm });
  });

  // kubeadm 1.31 refuses the whole file: "Invalid encryption algorithm "ECDSA-P384". Must be one of …"
  test('a kind of key that a release does not know is left out', () => {
    expect(said({ keyAlgorithm: 'ECDSA-P384' }, 'v1.33.9')).toEqual({});
    expect(said({ keyAlgorithm: 'ECDSA-P256' }, 'v1.31.0')).toEqual({ encryptionAlgorithm: 'ECDSA-P256' });
  });

  test('further names, and read back from what a run has left on a host', () => {
    const certificates = { ...KUBEADM_POLICY, extraSans: ['etcd.example.com', 'fd00::9'] };
    const text = renderKubeadmConfig(shape, member, 'v1.34.4', certificates);
    const names = ['10.0.0.7', 'etcd.example.com', 'fd00::9'];
    expect(documents(text)[1]).toMatchObject({
      etcd: { local: { serverCertSANs: names, peerCertSANs: names } },
    });
    expect(certSans(text)).toEqual(names);
    expect(certSans('a: [')).toEqual([]);
    expect(certSans('etcd: { local: { serverCertSANs: x, peerCertSANs: [1, b] } }')).toEqual(['b']);
  });

  test('periods as Go writes them', () => {
    expect(said({ leafDays: 90, authorityDays: 1825 })).toEqual({
      certificateValidityPeriod: '2160h0m0s',
      caCertificateValidityPeriod: '43800h0m0s',
    });
  });
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
