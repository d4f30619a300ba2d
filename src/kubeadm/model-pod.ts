import { dataFolders, type DataPlaces, PKI_DIR } from './paths.ts';
import type { Json, JsonMapping } from './json-patch.ts';
import { WAL_VOLUME } from './patches.ts';

/**
 * The pod as kubeadm 1.34 to 1.37 makes it (cmd/kubeadm/app/phases/etcd/local.go, GetEtcdPodSpec), as far as patches can
 * meet it: what a patch makes of it tells beforehand what it will make of the real one, which only kubeadm renders.
 */
export function modelPod({ metricsPort, ...places }: DataPlaces & { readonly metricsPort: number }): Json {
  const probe = (path: string, more: JsonMapping): JsonMapping => ({
    httpGet: { host: '127.0.0.1', path, port: 'probe-port', scheme: 'HTTP' },
    timeoutSeconds: 15,
    ...more,
  });
  // the action's own patch comes last
  const [dataDir = '', ...log] = dataFolders(places);
  const folders = [dataDir, `${PKI_DIR}/etcd`, ...log];
  const names = ['etcd-data', 'etcd-certs', WAL_VOLUME];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      annotations: {},
      labels: { component: 'etcd', tier: 'control-plane' },
      name: 'etcd',
      namespace: 'kube-system',
    },
    spec: {
      containers: [
        {
          command: ['etcd'],
          image: 'registry.k8s.io/etcd',
          imagePullPolicy: 'IfNotPresent',
          livenessProbe: probe('/livez', { failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10 }),
          name: 'etcd',
          ports: [{ containerPort: metricsPort, name: 'probe-port', protocol: 'TCP' }],
          readinessProbe: probe('/readyz', { failureThreshold: 3, periodSeconds: 1 }),
          resources: { requests: { cpu: '100m', memory: '100Mi' } },
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
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: folders
        .map((path, index) => ({ hostPath: { path, type: 'DirectoryOrCreate' }, name: names[index] ?? '' }))
        // kubeadm sorts them by name, the mounts it does not
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    },
    status: {},
  };
}
