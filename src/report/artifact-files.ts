import type { AuditRecord } from '../cluster/audit.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { HealthReport } from '../etcd/health.ts';
import { Refusal, type Finding } from '../findings.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG, PKI_DIR } from '../kubeadm/paths.ts';
import type { Redactor } from './redaction.ts';

/** One file of the artifact. */
export interface ArtifactFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

/** The name of a member, which is the name of its folder. */
const member = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';

/** All that may leave. Nobody masks an artifact, and whoever may read the repository may read it. */
const allowed: readonly RegExp[] = [
  new RegExp(`^${member}/kubeadmcfg\\.yaml$`),
  new RegExp(`^${member}/manifests/etcd\\.yaml$`),
  new RegExp(`^${member}/pki/(?:etcd/)?[a-z-]+\\.crt$`),
  /^external-etcd\.yaml$/,
  /^(?:health-report|plan|audit)\.json$/,
  /^(?:report\.(?:json|md|html)|junit\.xml|metrics\.prom)$/,
];

/**
 * The files of the artifact, chosen from what is known of the hosts: kubeadm's configuration, the manifest and the
 * certificates of each, the health report, the configuration for the control plane, the plan and the audit record.
 * @param publicFiles by member name and path on the host; what else is among them stays behind.
 */
export function artifactFiles(known: {
  readonly publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly health?: HealthReport;
  readonly externalEtcdConfig?: string;
  readonly plan?: PlanDocument;
  readonly audit?: AuditRecord;
}): ArtifactFile[] {
  const ofHosts = [...known.publicFiles].flatMap(([host, files]) =>
    [...files].flatMap(([path, content]) => {
      const name = nameInArtifact(path);
      return name === undefined ? [] : [{ path: `${host}/${name}`, content }];
    }),
  );
  return [
    ...ofHosts,
    ...(known.externalEtcdConfig === undefined
      ? []
      : [{ path: 'external-etcd.yaml', content: known.externalEtcdConfig }]),
    ...(known.health === undefined ? [] : [{ path: 'health-report.json', content: json(known.health) }]),
    ...(known.plan === undefined ? [] : [{ path: 'plan.json', content: json(known.plan) }]),
    ...(known.audit === undefined ? [] : [{ path: 'audit.json', content: json(known.audit) }]),
  ];
}

function nameInArtifact(path: string): string | undefined {
  if (path === KUBEADM_CONFIG) return 'kubeadmcfg.yaml';
  if (path === ETCD_MANIFEST) return 'manifests/etcd.yaml';
  if (path.startsWith(`${PKI_DIR}/`) && path.endsWith('.crt')) return `pki/${path.slice(PKI_DIR.length + 1)}`;
  return undefined;
}

/** JSON that people can read too. */
function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Looks at every file before it may leave.
 * @throws Refusal when one is not on the list of what may leave, or holds anything secret.
 */
export function checkArtifactFiles(files: readonly ArtifactFile[], redactor: Redactor): void {
  const findings = files.flatMap((file) => problemsOf(file, redactor));
  if (findings.length > 0) throw new Refusal('the artifact was not uploaded', findings);
}

function problemsOf({ path, content }: ArtifactFile, redactor: Redactor): Finding[] {
  const at = `artifact ${path}`;
  const secret = redactor.findSecret(content);
  const findings: Finding[] = [];
  if (!allowed.some((pattern) => pattern.test(path)) || path.includes('..')) {
    findings.push({ at, fact: 'this file is not among those that may leave.', fix: 'open an issue.' });
  }
  if (secret !== undefined) {
    findings.push({
      at,
      fact: `it holds ${secret}.`,
      cause: 'a secret is part of a public file on the host.',
      fix: 'look at the file on the host and take the secret out of it; if there is none, open an issue.',
    });
  }
  return findings;
}
