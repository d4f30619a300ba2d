/** Port of kubeadm's own listen-metrics-urls (cmd/kubeadm/app/constants/constants.go, EtcdMetricsPort). */
export const DEFAULT_METRICS_PORT = 2381;
