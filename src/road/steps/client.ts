import type { Step } from '../../cluster/plan.ts';
import { EtcdClient } from '../../etcd/client.ts';
import type { EtcdCredentials } from '../../etcd/etcd-credentials.ts';
import { EtcdError } from '../../etcd/etcd-error.ts';
import { Refusal, type Finding } from '../../findings.ts';
import { STEP_TITLES } from '../../cluster/step-titles.ts';
import { transportOf, type ActContext } from './context.ts';

const ANSWER_WITHIN_MS = 10_000;

/**
 * Asks every member for its version from a host of the control plane, with the client pair that was just delivered there:
 * what `kubeadm init` asks first, by the same way and with the same files.
 * @throws Refusal with each member that does not answer.
 */
export async function proveClient(step: Step & { kind: 'prove-client' }, context: ActContext): Promise<void> {
  const { host } = step;
  const { members, clientPort } = context.plan.shape;
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
        return [failure(step, client.endpoint, error)];
      } finally {
        client.close();
      }
    }),
  );
  const findings = answers.flat();
  if (findings.length > 0) throw new Refusal(`not every member answers ${host}`, findings);
}

function failure(
  { host, kind }: Step,
  endpoint: string,
  { reason, finding: { cause, fix } }: EtcdError,
): Finding {
  return {
    host,
    at: STEP_TITLES[kind],
    fact: `${endpoint} does not answer to its new client pair: ${reason}.`,
    ...(cause !== undefined && { cause }),
    ...(fix !== undefined && { fix }),
  };
}

async function credentialsOf(host: string, { material }: ActContext): Promise<EtcdCredentials> {
  const pair = (await material.leaves.get(host))?.apiserverEtcdClient;
  if (pair === undefined) throw new Error(`no client certificate is issued for ${host}`);
  const { certificatePem, keyPem } = pair;
  return { caPem: (await material.authority).certificatePem, certificatePem, keyPem };
}
