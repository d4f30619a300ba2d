import type { Lab } from '../lab/client.ts';

/** Waits until the host has booted, and kubelet is in the state of its packages: failing, to be restarted in 10 s. */
const SETTLED = `
systemctl is-system-running --wait > /dev/null || true
until [ "$(systemctl show kubelet -p SubState --value)" = auto-restart ]; do sleep 0.1; done
sync -f /
`;

/** Gives every host a fresh disk, boots it, and sets the round trip between the runner and each host. */
export async function freshHosts(lab: Lab, roundTripMs: number): Promise<void> {
  await eachHost(lab, async (host) => {
    await lab.reset(host);
    await lab.delay(host, roundTripMs);
    await lab.sh(host, SETTLED);
  });
}

/** Does the same on all hosts at once and returns the results in the order of the hosts. */
export function eachHost<T>(lab: Lab, work: (host: string, index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(lab.hosts.map(({ name }, index) => work(name, index)));
}
