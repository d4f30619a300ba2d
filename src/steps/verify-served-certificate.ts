import { servedCertificate } from '../etcd/served-certificate.ts';
import { HostError } from '../hosts/host-error.ts';
import { errorMessage } from '../findings.ts';
import { leafPath } from '../kubeadm/paths.ts';
import { memberOf, stepFailure, transportOf, plannedCluster } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

const HANDSHAKE_WITHIN_MS = 10_000;

/** Verifies that the member serves the delivered certificates, by their serials, without a restart. */
export interface VerifyServedCertificate extends StepOnHost {
  readonly kind: 'verify-served-certificate';
  readonly leaves: readonly ('server' | 'peer')[];
}

const title = 'verify served certificates';

/** The kind of {@link VerifyServedCertificate}. It reads each listener's certificate and compares it with the delivered one. */
export const verifyServedCertificateStep: RunnerKind<VerifyServedCertificate> = {
  title,
  readsOnly: true,
  describe({ leaves }) {
    return `${title}: ${leaves.join(', ')}`;
  },
  async run({ host, leaves }, context) {
    const { clientPort, peerPort } = plannedCluster(context).shape;
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
            throw stepFailure(title, host, {
              code: 'served-certificate-unseen',
              fact: `port ${port} did not show its certificate: ${error instanceof HostError ? error.finding.fact : errorMessage(error)}`,
              cause: 'etcd is restarting, or another program listens on that port.',
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
    for (const { port, serial } of served)
      context.log.host(host).info(`port ${port} serves serial ${serial}`);
    if (stale.length === 0) return;
    throw stepFailure(title, host, {
      code: 'served-certificate-old',
      fact: stale
        .map(
          ({ name, port, serial, wanted }) =>
            `port ${port} serves the serial ${serial}, but ${leafPath(name, 'certificate')} has ${wanted ?? 'none'}`,
        )
        .join('; ')
        .concat('.'),
      cause: "Another etcd listens there, or a proxy replaces the member's certificate.",
      fix: 'Check which program listens on that port of the host; the old certificate stays valid until it expires.',
    });
  },
};
