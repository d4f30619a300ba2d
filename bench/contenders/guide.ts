import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { must } from '../../lab/machine/run.ts';
import type { Contender } from '../contender.ts';

/** The commands of the guide, one after the other, by somebody who sits at the runner. */
export const guide: Contender = {
  name: 'guide',
  async run(lab) {
    // Whoever copies from host to host has accepted their keys before.
    await lab.sh(lab.hosts[0]?.name ?? '', `cat > /etc/ssh/ssh_known_hosts << 'END'\n${lab.knownHosts}END`);
    const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-bench-'));
    try {
      writeFileSync(join(folder, 'known_hosts'), lab.knownHosts);
      writeFileSync(join(folder, 'ssh_config'), sshConfig(lab, join(folder, 'known_hosts')));
      const script = join(import.meta.dirname, 'guide.sh');
      const started = performance.now();
      await must(lab.inRunner(['ssh-agent', 'bash', script]), {
        env: { SSH_CONFIG: join(folder, 'ssh_config'), ...hostVariables(lab) },
        title: "the guide's shell",
        timeoutMs: 300_000,
      });
      return { guide: performance.now() - started };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A plain OpenSSH client: no connection is shared. The first host may use the agent, to copy to the others. */
function sshConfig(lab: Lab, knownHosts: string): string {
  return `User ${lab.sshUser}
Port ${lab.sshPort}
IdentityFile ${lab.privateKeyPath}
IdentitiesOnly yes
UserKnownHostsFile ${knownHosts}
AddKeysToAgent yes
ForwardAgent yes
LogLevel ERROR
`;
}

/** HOST0, NAME0, HOST1, … as the guide calls them. */
function hostVariables({ hosts }: Lab): Record<string, string> {
  return Object.fromEntries(
    hosts.flatMap(({ name, address }, index) => [
      [`HOST${index}`, address],
      [`NAME${index}`, name],
    ]),
  );
}
