import type { Finding } from '../findings.ts';
import type { InputGroup } from './group.ts';
import type { inputGroups } from './groups.ts';
import type { RunIdentity } from './run/identity.ts';

export {
  type HostLogin,
  type HostSettings,
  type LocalHost,
  type MemberSettings,
  type RemoteHost,
  type SshSettings,
  type TransportName,
  TRANSPORTS,
} from './hosts/host-settings.ts';
export type { RegistryLogin } from './images/images.ts';
export type { AuthoritySettings, CaCustody } from './pki/certificates.ts';
export type { BackupSettings } from './run/backup.ts';
export type { HealthSettings, HistorySettings } from './run/health.ts';
export type { RestoreSettings } from './run/restore.ts';
export type { RunIdentity } from './run/identity.ts';
export type { ArtifactSettings, Bootstrap } from './run/intent.ts';

/** The combined settings of these groups. */
export type SettingsOf<Groups extends readonly InputGroup[]> = UnionToIntersection<
  Groups[number] extends infer Group ? (Group extends InputGroup<string, infer Own> ? Own : never) : never
>;

/** Converts a union to an intersection: a function that accepts each member accepts the intersection. */
type UnionToIntersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer Intersection extends object,
) => void
  ? Intersection
  : never;

/**
 * All settings of a run, validated and immutable: those of every group, and the context of the run. Groups that the
 * operation does not use have the settings of absent inputs.
 */
export interface Settings extends SettingsOf<typeof inputGroups> {
  readonly run: RunIdentity;
  /** Digest of all inputs that are not secret, including defaults: SHA-256, hex. */
  readonly inputDigest: string;
  /** Values that are accepted but probably unintended. */
  readonly warnings: readonly Finding[];
}
