import type { Step } from '../../cluster/plan.ts';
import { servedCertificate } from '../../etcd/served-certificate.ts';
import { errorMessage } from '../../findings.ts';
import { leafPath } from '../../kubeadm/file-tree.ts';
import { memberOf, stepFailure, transportOf, type ActContext } from './context.ts';

const HANDSHAKE_WITHIN_MS = 10_000;

/** Asks each listener for its certificate and compares it with the one that was delivered. */
export async function proveServed(step: Step & { kind: 'prove-served' }, context: ActContext): Promise<void> {
  const { host, leaves } = step;
  const { clientPort, peerPort } = context.plan.shape;
  const { address } = memberOf(context, host);
  const transport = transportOf(context, host);
  const { credentials } = await context.cluster();
  const issued = await context.material.leaves.get(host);
  const served = await Promise.all(
    leaves.map(async (name) => {
      const port = name === 'server' ? clientPort : peerPort;
      const open = (): ReturnType<typeof transport.openTcp> => transport.openTcp(address, port);
      const certificate = await servedCertificate(open, credentials, HANDSHAKE_WITHIN_MS).catch(
        (error: unknown) => {
          throw stepFailure(step, {
            fact: `port ${port} did not show its certificate: ${errorMessage(error)}`,
            cause: 'etcd is just being restarted, or something else listens on that port.',
            fix: 'Look at the etcd container of that host, then run again.',
          });
        },
      );
      return {
        name,
        port,
        serial: certificate.serialNumber,
        wanted: issued?.[name]?.certificate.serialNumber,
      };
    }),
  );
  const stale = served.filter(({ serial, wanted }) => serial !== wanted);
  for (const { port, serial } of served) context.log.host(host).info(`port ${port} serves serial ${serial}`);
  if (stale.length === 0) return;
  throw stepFailure(step, {
    fact: stale
      .map(
        ({ name, port, serial, wanted }) =>
          `port ${port} serves the serial ${serial}, and ${leafPath(name, 'certificate')} has ${wanted ?? 'none'}`,
      )
      .join('; ')
      .concat('.'),
    cause: "Another etcd listens there, or something between replaces the member's certificate.",
    fix: 'Look at what listens on that port of the host; the old certificate stays valid until its end.',
  });
}
