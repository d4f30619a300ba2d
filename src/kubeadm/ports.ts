/** Port of kubeadm's listen-metrics-urls (cmd/kubeadm/app/constants/constants.go, EtcdMetricsPort). */
export const METRICS_PORT = 2381;
