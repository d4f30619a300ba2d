import type { Lab } from '../../lab/client.ts';
import { KUBEADM_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN, PKI_DIR } from '../../src/kubeadm/paths.ts';
import type { Contender } from '../contender.ts';
import { eachHost, freshHosts } from '../fresh-hosts.ts';
import { withCpuTime } from '../machine.ts';
import { deployInLab } from './ours.ts';

const STAGED = '/root/staging/files.tar';

/** Prints an archive of the action's files on a host, except those that the host itself makes. */
const PACK = `tar -c -C / ${[PKI_DIR, KUBEADM_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN].map((path) => path.slice(1)).join(' ')} | base64 -w0`;

const STAGE = `mkdir -p "$(dirname ${STAGED})"; cat > ${STAGED}; sync -f /`;

/**
 * The remaining work on a host, as a handwritten script for that host. The manifest is written while kubelet starts.
 * All hosts share the machine's clock.
 */
const WORK = `set -e
ready() {
  { exec 3<> /dev/tcp/127.0.0.1/2381; } 2> /dev/null || return
  printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]
}
echo "$EPOCHREALTIME"
tar -x -C / -f ${STAGED}
sync -f /etc
systemctl daemon-reload
systemctl restart kubelet
kubeadm init phase etcd local --config ${KUBEADM_CONFIG} > /dev/null
sync -f /etc
until ready; do sleep 0.05; done
echo "$EPOCHREALTIME"
`;

let archives: Buffer<ArrayBuffer>[] = [];

/** The same remote work with finished certificates and no SSH: the lower bound for any tool. */
export const floor: Contender = {
  name: 'floor',
  async prepare(lab) {
    await freshHosts(lab, 0);
    await deployInLab(lab);
    archives = await eachHost(lab, async (host) => Buffer.from(await lab.sh(host, PACK), 'base64'));
  },
  async run(lab) {
    await eachHost(lab, (host, index) => succeed(lab, host, STAGE, archives[index]));
    const [clocks, floorCpu] = await withCpuTime(() =>
      eachHost(lab, async (host) => {
        const [started = 0, ready = 0] = (await succeed(lab, host, WORK)).trim().split('\n').map(Number);
        return { started, ready };
      }),
    );
    const started = Math.min(...clocks.map((clock) => clock.started));
    return { floor: (Math.max(...clocks.map((clock) => clock.ready)) - started) * 1000, floorCpu };
  },
};

async function succeed(lab: Lab, host: string, script: string, stdin = Buffer.alloc(0)): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, script, { stdin, timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`the floor failed on ${host}, code ${code}:\n${stderr}`);
  return stdout;
}
