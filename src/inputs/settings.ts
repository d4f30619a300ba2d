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
export type { RunIdentity } from './run/identity.ts';
export type { ArtifactSettings, Bootstrap } from './run/intent.ts';

/** The settings that groups of inputs are parsed to, all of them together. */
export type SettingsOf<Groups extends readonly InputGroup[]> = UnionToIntersection<
  Groups[number] extends infer Group ? (Group extends InputGroup<string, infer Own> ? Own : never) : never
>;

/** A function that takes each of the types takes what is all of them. */
type UnionToIntersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer Intersection extends object,
) => void
  ? Intersection
  : never;

/**
 * Everything the user asked for, validated and immutable: the settings of every group, and what a run brings of its own. Groups
 * that the operation does not use have what they have when none of their inputs is given.
 */
export interface Settings extends SettingsOf<typeof inputGroups> {
  readonly run: RunIdentity;
  /** Of all inputs that are not secret, defaults included: SHA-256, hex. */
  readonly inputDigest: string;
  /** What is accepted but deserves a look. */
  readonly warnings: readonly Finding[];
}
