/**
 * UnitFileState of units that start at boot, or that systemd cannot enable because something else starts them: `static`, `alias`,
 * `indirect` and `generated` (systemctl(1), is-enabled). `enabled-runtime`, `linked` and `disabled` end with the boot or were never
 * begun; `systemctl enable` makes them `enabled`.
 */
export const STARTS_AT_BOOT: readonly string[] = ['enabled', 'static', 'alias', 'indirect', 'generated'];

/** Whether a unit needs no `systemctl enable`; the probe and the script that starts kubelet go by this one rule. */
export function startsAtBoot(unitFileState: string | undefined): boolean {
  return unitFileState !== undefined && STARTS_AT_BOOT.includes(unitFileState);
}
