import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { forget, record, recorded } from '../hosts/processes.ts';
import { allProcesses, identify, isRunning, type ProcessId, signal } from '../machine/processes.ts';
import { sleep, systemPath } from '../machine/run.ts';
import type { HostPlace, LabPlace } from '../place.ts';
import { namespacePath } from './ip.ts';
import { joinBridge, leaveBridge } from './namespaces.ts';

/** Returns the milliseconds added to each round trip between this host and any other; 0 if none. */
export function currentDelay(host: HostPlace): number {
  if (!recorded(host.relayProcessFile)) return 0;
  return 2 * Number(readFileSync(host.relayControl, 'utf8'));
}

/**
 * Adds `roundTripMs` to each round trip between this host and any other, half of it each way; 0 removes the delay.
 * `relay` is the path of the compiled relay.c.
 */
export async function setDelay(host: HostPlace, roundTripMs: number, relay: string): Promise<void> {
  if (roundTripMs === 0) return removeDelay(host);
  const aside = `${host.relayControl}.new`;
  writeFileSync(aside, `${roundTripMs / 2}\n`);
  renameSync(aside, host.relayControl);
  if (recorded(host.relayProcessFile)) {
    // The relay reads the file ten times a second.
    await sleep(150);
    return;
  }
  await leaveBridge(host.lab, host.port);
  try {
    await startRelay(host, relay);
    await joinBridge(host.lab, host.relayPort);
  } catch (error) {
    await removeDelay(host);
    throw error;
  }
}

async function startRelay(host: HostPlace, relay: string): Promise<void> {
  const inSwitch = ['netns', 'exec', host.lab.switchNamespace];
  const child = spawn('ip', [...inSwitch, relay, host.port, host.relayPort, host.relayControl], {
    cwd: '/',
    env: { PATH: systemPath },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  const started = once(child.stdout, 'data').then(() => true);
  const failed = once(child, 'close').then(() => false);
  if (!(await Promise.race([started, failed])) || child.pid === undefined) {
    throw new Error(`cannot delay ${host.name}: ${complaint.trim()}`);
  }
  record(host.relayProcessFile, child.pid);
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
}

/** Removes the delay. */
export async function removeDelay(host: HostPlace): Promise<void> {
  const relay = recorded(host.relayProcessFile);
  if (relay) await end(relay);
  forget(host.relayProcessFile);
  rmSync(host.relayControl, { force: true });
  await joinBridge(host.lab, host.port);
}

/** Ends relays that a killed lab left in its switch, recorded or not. */
export async function endOrphanedRelays(lab: LabPlace): Promise<void> {
  let inode: number;
  try {
    inode = statSync(namespacePath(lab.switchNamespace)).ino;
  } catch {
    return;
  }
  for (const pid of allProcesses().filter((candidate) => isRelayIn(candidate, inode))) {
    const relay = identify(pid);
    if (relay) await end(relay);
  }
}

function isRelayIn(pid: number, namespaceInode: number): boolean {
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
    return program === 'relay' && statSync(`/proc/${pid}/ns/net`).ino === namespaceInode;
  } catch {
    // A kernel thread, or gone.
    return false;
  }
}

async function end(relay: ProcessId): Promise<void> {
  signal(relay, 'SIGKILL');
  while (isRunning(relay)) await sleep(5);
}
