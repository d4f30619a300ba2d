import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { EtcdClient } from '../etcd/client.ts';
import type { EtcdCredentials } from '../etcd/gateway-connection.ts';
import type { HealthReport } from '../etcd/health.ts';
import { checkHealth } from '../etcd/health-check.ts';
import { Refusal } from '../findings.ts';
import { leafPath } from '../kubeadm/file-tree.ts';
import type { Transport } from '../hosts/transport.ts';
import type { Log } from '../log.ts';
import { readText, type Material } from './material.ts';
import type { Timeline } from './timeline.ts';

/** What the proof needs. */
export interface ProofInput {
  readonly shape: ClusterShape;
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly material: Material;
  readonly maskSecret: (secret: string) => void;
  readonly now: () => Date;
  readonly log: Log;
  readonly timeline: Timeline;
}

/** The cluster is not as it has to be. Carries the report, so that it can be shown all the same. */
export class ProofFailed extends Refusal {
  readonly health: HealthReport;

  constructor(health: HealthReport) {
    super('the cluster is not healthy', health.findings);
    this.name = 'ProofFailed';
    this.health = health;
  }
}

/** A member that has just got ready may still have to publish itself; a leader may just be elected. */
const SETTLE_WITHIN_MS = 15_000;
const CHECK_WITHIN_MS = 5_000;
const PAUSE_MS = 250;

/**
 * Proves that the whole cluster is healthy and has exactly the expected members, through the SSH connections.
 * @throws ProofFailed when it is not, after giving it time to settle.
 */
export async function prove(input: ProofInput): Promise<HealthReport> {
  const { shape, hosts, log, timeline } = input;
  const credentials = await clientCredentials(input);
  const members = shape.members.map(({ name, address }) => {
    const transport = hosts.get(name);
    if (transport === undefined) throw new Error(`no connection to ${name}`);
    const open = (): ReturnType<Transport['openTcp']> => transport.openTcp(address, shape.clientPort);
    const client = new EtcdClient({
      name,
      address,
      port: shape.clientPort,
      open,
      credentials,
      requestTimeoutMs: CHECK_WITHIN_MS,
    });
    return { name, address, client };
  });
  const expected = { clientPort: shape.clientPort, peerPort: shape.peerPort };
  const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
  try {
    return await timeline.record(
      { stage: 'Prove', title: 'health of the whole cluster', changes: false },
      async () => {
        let lastSaid = '';
        for (;;) {
          const report = await checkHealth({
            members,
            expected,
            now: input.now,
            deadlineMs: CHECK_WITHIN_MS,
          });
          if (report.healthy) return report;
          if (timeline.elapsedMs() > deadline) throw new ProofFailed(report);
          const said = `Not healthy yet: ${report.findings.map(({ fact }) => fact).join('; ')}`;
          if (said !== lastSaid) log.info(said);
          lastSaid = said;
          await sleep(PAUSE_MS);
        }
      },
    );
  } finally {
    for (const { client } of members) client.close();
  }
}

/** The healthcheck client's pair: made in this run, else read from a host that has it. */
async function clientCredentials({
  material,
  shape,
  hosts,
  maskSecret,
}: ProofInput): Promise<EtcdCredentials> {
  const caPem = (await material.authority).certificatePem;
  for (const leaves of material.leaves.values()) {
    const { certificatePem, keyPem } = (await leaves).healthcheckClient;
    return { caPem, certificatePem, keyPem };
  }
  const transport = hosts.get(shape.members[0]?.name ?? '');
  if (transport === undefined) throw new Error('a cluster has at least one member');
  const [certificatePem, keyPem] = await Promise.all([
    readText(transport, leafPath('healthcheckClient', 'certificate')),
    readText(transport, leafPath('healthcheckClient', 'key'), maskSecret),
  ]);
  return { caPem, certificatePem, keyPem };
}
