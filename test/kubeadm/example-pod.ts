import { dataFolders, type DataPlaces, PKI_DIR } from '../../src/kubeadm/paths.ts';
import { WAL_VOLUME } from '../../src/kubeadm/patches.ts';

/** A pod as far as tests change it. */
export interface ExamplePod {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown> & {
    containers: Record<string, unknown>[];
    volumes: Record<string, unknown>[];
  };
}

/** The pod as kubeadm 1.34 to 1.37 makes it (cmd/kubeadm/app/phases/etcd/local.go, GetEtcdPodSpec), the log's folder included. */
export function examplePod({
  metricsPort,
  ...places
}: DataPlaces & { readonly metricsPort: number }): ExamplePod {
  const probe = (path: string, more: Record<string, unknown>): Record<string, unknown> => ({
    httpGet: { host: '127.0.0.1', path, port: 'probe-port', scheme: 'HTTP' },
    timeoutSeconds: 15,
    ...more,
  });
  const [dataDir = '', ...log] = dataFolders(places);
  const folders = [dataDir, `${PKI_DIR}/etcd`, ...log];
  const names = ['etcd-data', 'etcd-certs', WAL_VOLUME];
  return {
    metadata: {
      annotations: {},
      labels: { component: 'etcd', tier: 'control-plane' },
      name: 'etcd',
      namespace: 'kube-system',
    },
    spec: {
      containers: [
        {
          command: ['etcd', '--name=infra0'],
          image: 'registry.k8s.io/etcd:3.6.5-0',
          livenessProbe: probe('/livez', { failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10 }),
          name: 'etcd',
          ports: [{ containerPort: metricsPort, name: 'probe-port', protocol: 'TCP' }],
          readinessProbe: probe('/readyz', { failureThreshold: 3, periodSeconds: 1 }),
          startupProbe: probe('/readyz', {
            failureThreshold: 24,
            initialDelaySeconds: 10,
            periodSeconds: 10,
          }),
          volumeMounts: folders.map((mountPath, index) => ({ mountPath, name: names[index] ?? '' })),
        },
      ],
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      volumes: folders.map((path, index) => ({
        hostPath: { path, type: 'DirectoryOrCreate' },
        name: names[index] ?? '',
      })),
    },
  };
}
