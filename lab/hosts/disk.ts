import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { must, run } from '../machine/run.ts';
import type { HostPlace } from '../place.ts';
import { writeIdentity } from './identity.ts';

/** Gives the host a fresh disk, and with it a new machine-id. The host must be off. */
export async function makeFreshDisk(host: HostPlace, goldenDisk: string): Promise<void> {
  mkdirSync(host.folder, { recursive: true });
  await releaseLoopDevices(host);
  removeDisk(host);
  const aside = `${host.disk}.unfinished`;
  // Not just overwritten: the cp of a killed lab may still be writing to it.
  rmSync(aside, { force: true });
  await must(['cp', '--sparse=auto', '--reflink=auto', goldenDisk, aside]);
  writeIdentity(host);
  renameSync(aside, host.disk);
}

/** Reports whether the host has a disk to boot from. */
export function hasDisk(host: HostPlace): boolean {
  return existsSync(host.disk);
}

/** Deletes the host's disk. The host must be off. */
export function removeDisk(host: HostPlace): void {
  rmSync(host.disk, { force: true });
}

/** Detaches loop devices that still hold the disk although the host is off. */
export async function releaseLoopDevices(host: HostPlace): Promise<void> {
  const { stdout } = await run(['losetup', '--noheadings', '--output', 'NAME', '--associated', host.disk]);
  for (const device of stdout.split('\n').filter(Boolean)) await run(['losetup', '--detach', device.trim()]);
}
