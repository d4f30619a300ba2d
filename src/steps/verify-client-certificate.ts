import { EtcdClient } from '../etcd/client.ts';
import type { EtcdCredentials } from '../etcd/endpoint.ts';
import { EtcdError } from '../etcd/errors.ts';
import { RunError, type Finding } from '../findings.ts';
import { transportOf, type StepContext, plannedCluster } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

const ANSWER_WITHIN_MS = 10_000;

/** Verifies that every member accepts the delivered client pair from this control plane host. */
export interface VerifyClientCertificate extends StepOnHost {
  readonly kind: 'verify-client-certificate';
}

const title = 'verify client certificate';

/**
 * The kind of {@link VerifyClientCertificate}. It queries every member for its version, the first request of `kubeadm init`, by
 * the same route and with the same files.
 */
export const verifyClientCertificateStep: RunnerKind<VerifyClientCertificate> = {
  title,
  readsOnly: true,
  /** @throws RunError with each member that does not answer. */
  async run({ host }, context) {
    const { members, clientPort } = plannedCluster(context).shape;
    const transport = transportOf(context, host);
    const credentials = await credentialsOf(host, context);
    const answers = await Promise.all(
      members.map(async ({ name, address }): Promise<Finding[]> => {
        const client = new EtcdClient({
          name,
          address,
          port: clientPort,
          open: () => transport.openTcp(address, clientPort),
          credentials,
          requestTimeoutMs: ANSWER_WITHIN_MS,
        });
        try {
          const { server } = await client.version();
          context.log.host(host).info(`${client.endpoint} answers (etcd ${server})`);
          return [];
        } catch (error) {
          if (!(error instanceof EtcdError)) throw error;
          return [failure(host, client.endpoint, error)];
        } finally {
          client.close();
        }
      }),
    );
    const findings = answers.flat();
    if (findings.length > 0) throw new RunError(`not every member answers ${host}`, findings);
  },
};

function failure(host: string, endpoint: string, { reason, finding: { cause, fix } }: EtcdError): Finding {
  return {
    code: 'control-plane-client-unanswered',
    host,
    at: title,
    fact: `${endpoint} does not answer to its new client pair: ${reason}.`,
    ...(cause !== undefined && { cause }),
    ...(fix !== undefined && { fix }),
  };
}

async function credentialsOf(host: string, { material }: StepContext): Promise<EtcdCredentials> {
  const pair = (await material.leaves.get(host))?.apiserverEtcdClient;
  if (pair === undefined) throw new Error(`no client certificate is issued for ${host}`);
  const { certificatePem, keyPem } = pair;
  return { caPem: (await material.authority).certificatePem, certificatePem, keyPem };
}
