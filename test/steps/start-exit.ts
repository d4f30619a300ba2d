import { startMember } from '../../src/steps/start-member.ts';

/** Returns the code with which the script of a member's start exits for an outcome of its wait. */
export function startExit(outcome: number): number {
  const { script } = startMember({
    address: '10.0.0.6',
    dataDir: '/var/lib/etcd',
    criEndpoint: 'unix:///run/containerd/containerd.sock',
    hadContainers: false,
    onProgress: () => undefined,
  });
  return Number(new RegExp(`\\b${outcome}\\) exit (\\d+)`).exec(script)?.[1]);
}
