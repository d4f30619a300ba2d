import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderKubeletConfig, renderKubeletDropIn } from '../../src/kubeadm/kubelet-config.ts';

const runtime = { endpoint: 'unix:///run/crio/crio.sock', cgroupDriver: 'cgroupfs' } as const;

test("the KubeletConfiguration is the guide's, with what the host's runtime says", () => {
  expect(parse(renderKubeletConfig(runtime, {}))).toEqual({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    address: '127.0.0.1',
    containerRuntimeEndpoint: 'unix:///run/crio/crio.sock',
    staticPodPath: '/etc/kubernetes/manifests',
  });
});

test('additions of the user are merged in', () => {
  expect(parse(renderKubeletConfig(runtime, { failCgroupV1: false }))).toMatchObject({ failCgroupV1: false });
});

test('the drop-in clears the ExecStart of the package, waits for the disk of the data and ends a restart that was cut off', () => {
  expect(renderKubeletDropIn('/usr/local/bin/kubelet', { dataDir: '/data/etcd' })).toBe(
    [
      '[Unit]',
      'RequiresMountsFor=/data/etcd',
      '[Service]',
      "ExecStartPre=-/bin/sh -c 'test -e /etc/kubernetes/manifests/etcd.yaml || test ! -e /etc/kubernetes/etcd-ha-action/etcd.outgoing.yaml || mv -n /etc/kubernetes/etcd-ha-action/etcd.outgoing.yaml /etc/kubernetes/manifests/etcd.yaml'",
      'ExecStart=',
      'ExecStart=/usr/local/bin/kubelet --config=/etc/systemd/system/kubelet.service.d/etcd-kubelet-config.yaml',
      'Restart=always',
      '',
    ].join('\n'),
  );
});

// Go's parser follows YAML 1.1: a bare `yes` would reach kubelet as a boolean.
test('a string that YAML 1.1 takes for a boolean is quoted', () => {
  expect(renderKubeletConfig(runtime, { clusterDomain: 'yes' })).toContain('clusterDomain: "yes"');
});
