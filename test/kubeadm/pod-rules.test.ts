import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../src/kubeadm/yaml.ts';
import { patchedPodProblems } from '../../src/kubeadm/pod-rules.ts';
import { examplePod, type ExamplePod } from './example-pod.ts';

const PLACES = { dataDir: '/var/lib/etcd', metricsPort: 2381 };

type Container = ExamplePod['spec']['containers'][number];
type Change = (pod: ExamplePod, container: Container) => void;

function problemsOf(change: Change, places: Partial<typeof PLACES> & { walDir?: string } = {}): string[] {
  const all = { ...PLACES, ...places };
  const pod = examplePod(all);
  change(pod, pod.spec.containers[0] ?? {});
  const asJson = (value: ExamplePod): Json => JSON.parse(JSON.stringify(value)) as Json;
  return patchedPodProblems(asJson(pod), asJson(examplePod(all)), { ...all, address: '10.0.0.6' });
}

function probe(container: Container, name: string): Record<string, unknown> {
  return (container[name] as Record<string, Record<string, unknown>>)['httpGet'] ?? {};
}

function mounts(container: Container): Record<string, unknown>[] {
  return container['volumeMounts'] as Record<string, unknown>[];
}

describe('what patches may change', () => {
  test.each<[string, Change]>([
    ['nothing', () => undefined],
    ['the process ids of the host', ({ spec }) => (spec['hostPID'] = false)],
    ['a sidecar behind etcd', ({ spec }) => spec.containers.push({ name: 'side', image: 'x' })],
    [
      'a mount and a volume of its own',
      ({ spec }, container) => {
        mounts(container).push({ name: 'x', mountPath: '/x' });
        spec.volumes.push({ name: 'x', hostPath: { path: '/x' } });
      },
    ],
    ['another variable', (_, container) => (container['env'] = [{ name: 'GOMAXPROCS', value: '2' }])],
    [
      'patience of the probes',
      (_, container) => {
        Object.assign(container['startupProbe'] as object, { failureThreshold: 60 });
        delete container['livenessProbe'];
      },
    ],
  ])('%s', (_what, change) => {
    expect(problemsOf(change)).toEqual([]);
    expect(problemsOf(change, { walDir: '/wal' })).toEqual([]);
  });
});

describe('what the action relies on', () => {
  test.each<[string, Change]>([
    ['hostNetwork is not true', ({ spec }) => (spec['hostNetwork'] = false)],
    ['hostNetwork is not true', ({ spec }) => delete spec['hostNetwork']],
    ['the first container is not named etcd', (pod) => Object.assign(pod, { spec: null })],
    ['the first container is not named etcd', ({ spec }) => spec.containers.unshift({ name: 'side' })],
    ['the pod is not named etcd', ({ metadata }) => (metadata['name'] = 'db')],
    ['the pod is not named etcd', ({ metadata }) => (metadata['namespace'] = 'default')],
    ['restartPolicy is not Always', ({ spec }) => (spec['restartPolicy'] = 'Never')],
    ['its command is different', (_, own) => (own['command'] = ['etcd', '--force-new-cluster'])],
    ['its command is different', (_, own) => (own['command'] as string[]).push('--x')],
    ['its image is different', (_, own) => (own['image'] = 'x')],
    ['args are more flags', (_, own) => (own['args'] = ['--force-new-cluster'])],
    ['ETCD_FORCE_NEW_CLUSTER as a flag', (_, own) => (own['env'] = [{ name: 'ETCD_FORCE_NEW_CLUSTER' }])],
    ['envFrom could hold any variable', (_, own) => (own['envFrom'] = [{ configMapRef: { name: 'x' } }])],
    ['livenessProbe does not ask 127.0.0.1', (_, own) => (probe(own, 'livenessProbe')['host'] = '10.0.0.6')],
    ['readinessProbe does not ask', (_, own) => (probe(own, 'readinessProbe')['port'] = 9999)],
    ['startupProbe does not ask', (_, own) => Object.assign(own['startupProbe'] as object, { exec: {} })],
    ['startupProbe does not ask', (_, own) => (probe(own, 'startupProbe')['scheme'] = 'HTTPS')],
    ['does not ask 127.0.0.1, port 2381', (_, own) => (own['ports'] = [])],
    ['/var/lib/etcd is not mounted from', (_, own) => Object.assign(mounts(own)[0] ?? {}, { name: 'x' })],
    [
      '/var/lib/etcd is not mounted from',
      (_, own) => Object.assign(mounts(own)[0] ?? {}, { readOnly: true }),
    ],
    ['/var/lib/etcd is not mounted from', (_, own) => Object.assign(mounts(own)[0] ?? {}, { subPath: 'a' })],
    [
      '/var/lib/etcd/member is mounted over or within',
      (_, own) => mounts(own).push({ mountPath: '/var/lib/etcd/member/', name: 'etcd-certs' }),
    ],
    [
      '/var is mounted over or within /var/lib/etcd',
      (_, own) => mounts(own).push({ mountPath: '/var', name: 'etcd-certs' }),
    ],
    ['/var/lib/etcd is not mounted from', ({ spec }) => (spec.volumes = [])],
    [
      '/etc/kubernetes/pki/etcd is not mounted from',
      ({ spec }) => (spec.volumes[1] = { name: 'etcd-certs', emptyDir: {} }),
    ],
  ])('%s', (words, change) => {
    expect(problemsOf(change)).toContainEqual(expect.stringContaining(words));
  });

  test('the folder of the log, where it has one of its own', () => {
    const change: Change = ({ spec }) =>
      (spec.volumes = spec.volumes.map((volume) =>
        volume['name'] === 'etcd-wal' ? { name: 'etcd-wal', hostPath: { path: '/x' } } : volume,
      ));
    expect(problemsOf(change)).toEqual([]);
    expect(problemsOf(change, { walDir: '/wal' })).toEqual(['/wal is not mounted from /wal of the host']);
  });

  test('the port that the inputs name', () => {
    expect(problemsOf(() => undefined, { metricsPort: 9381 })).toEqual([]);
  });
});
