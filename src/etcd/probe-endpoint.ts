/** What /livez or /readyz says. */
export interface ProbeAnswer {
  /** Status 200. */
  readonly ok: boolean;
  /** Each check by its name and whether it passed, e.g. `serializable_read`; empty where etcd does not tell. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
  /** Absent in this release of etcd (before 3.4.29 and 3.5.11): neither good nor bad. */
  readonly unsupported?: true;
}
