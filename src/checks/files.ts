import {
  DATA_DIR_MODE,
  differsFromRecord,
  expectedModes,
  isClosedEnough,
  openDataFolders,
  strangeFlags,
} from '../cluster/differences.ts';
import type { HealthFacts } from '../facts/health.ts';
import type { HostState } from '../facts/host-state.ts';
import { memberManifest, type StandingFacts } from '../facts/host.ts';
import { argumentDifferences } from '../kubeadm/etcd-manifest.ts';
import { PRIVATE_MODE } from '../kubeadm/file-tree.ts';
import { extraArguments } from '../kubeadm/kubeadm-config.ts';
import {
  type DataPlaces,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  MANIFEST_DIR,
  OUTGOING_MANIFEST,
} from '../kubeadm/paths.ts';
import { type Check, checkOf } from './check.ts';
import { unseenCheck } from './view.ts';

/** Files of each host against what the action has recorded there and what the guide wants. */
export function fileChecks({ members, ...places }: HealthFacts): Check[] {
  return members.flatMap(({ name, host }) => {
    if ('unseen' in host) return [];
    const { facts } = host.seen;
    const record = typeof facts.state === 'object' ? facts.state : undefined;
    return [
      manifest(name, facts, record),
      dropIn(name, facts, record),
      strayFiles(name, facts),
      modes(name, facts, record, places),
    ];
  });
}

const CONVERGE =
  'If the change was meant, write it into the inputs of the deploy (`extra-args`). Then run the deploy: it takes back what the inputs do not ask for, one member at a time.';

function manifest(name: string, facts: StandingFacts, record: HostState | undefined): Check {
  const check = checkOf('manifest', name);
  const notSeen = unseenCheck(check, name, facts, ['files', 'digests']);
  if (notSeen !== undefined) return notSeen;
  if (!facts.files.has(ETCD_MANIFEST)) {
    const isOut = facts.files.has(OUTGOING_MANIFEST);
    return check('fail', {
      measured: `${ETCD_MANIFEST} is missing on ${name}.`,
      cause: isOut
        ? 'A run was cut off while it restarted this member.'
        : 'It was moved or removed; kubelet then ends etcd.',
      fix: isOut
        ? 'Run the deploy again: it goes on where that run ended.'
        : 'Put it back if you have it; else run the deploy: it makes the manifest anew and leaves the data as it is.',
    });
  }
  const found = memberManifest(facts);
  if (found === undefined) {
    return check('fail', {
      measured: `${ETCD_MANIFEST} of ${name} is no pod that runs etcd.`,
      cause: 'It was edited by hand, or replaced.',
      fix: CONVERGE,
    });
  }
  const wanted = extraArguments(facts.files.get(KUBEADM_CONFIG)?.text ?? '');
  const differences = [
    ...argumentDifferences(found, wanted),
    ...strangeFlags(found, wanted).map((flag) => `--${flag} is set, and no input asks for it`),
  ];
  const isEdited = differsFromRecord(record, facts, ETCD_MANIFEST);
  if (record === undefined) {
    return check('ok', {
      measured: `etcd runs by ${ETCD_MANIFEST}, and the action has no record of it.`,
      notice: 'The cluster was set up in another way; a deploy takes it over.',
    });
  }
  if (!isEdited && differences.length === 0) {
    return check('ok', { measured: 'The manifest is the one that the last run has left.' });
  }
  const what = differences.length === 0 ? 'limits, probes or comments' : differences.join('; ');
  return check('warn', {
    measured: `The manifest of ${name} is not what the last run has left; what differs: ${what}.`,
    cause: 'It was edited by hand, or by another tool.',
    fix: CONVERGE,
  });
}

function dropIn(name: string, facts: StandingFacts, record: HostState | undefined): Check {
  const check = checkOf('drop-in', name);
  const notSeen = unseenCheck(check, name, facts, ['files', 'digests', 'kubelet']);
  if (notSeen !== undefined) return notSeen;
  if (record === undefined) {
    return check('ok', { measured: 'The action has set no drop-in here.' });
  }
  const paths = [KUBELET_DROP_IN, KUBELET_CONFIG];
  const missing = paths.filter((path) => !facts.files.has(path));
  const edited = paths.filter((path) => !missing.includes(path) && differsFromRecord(record, facts, path));
  const isRead = facts.kubelet.dropIns.includes(KUBELET_DROP_IN);
  const problems = [
    ...missing.map((path) => `${path} is missing`),
    ...edited.map((path) => `${path} is not what the last run has left`),
    ...(missing.includes(KUBELET_DROP_IN) || isRead ? [] : [`systemd has not read ${KUBELET_DROP_IN}`]),
  ];
  if (problems.length === 0) {
    return check('ok', { measured: "kubelet's drop-in and configuration are those of the last run." });
  }
  return check(missing.length > 0 ? 'fail' : 'warn', {
    measured: `On ${name} ${problems.join('; ')}.`,
    cause:
      'It was edited or removed by hand; kubelet takes it up at its next start, and etcd hangs on kubelet.',
    fix: 'Run the deploy: it puts back what the inputs ask for.',
  });
}

function strayFiles(name: string, facts: StandingFacts): Check {
  const check = checkOf('stray-files', name);
  const notSeen = unseenCheck(check, name, facts, ['files']);
  if (notSeen !== undefined) return notSeen;
  const strays = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${MANIFEST_DIR}/`))
    .map(({ path }) => path)
    // kubelet passes over what begins with a dot (pkg/kubelet/config/file.go)
    .filter((path) => path !== ETCD_MANIFEST && !path.slice(MANIFEST_DIR.length + 1).startsWith('.'));
  if (strays.length === 0)
    return check('ok', { measured: `${MANIFEST_DIR} holds etcd's manifest and nothing else.` });
  return check('warn', {
    measured: `${MANIFEST_DIR} of ${name} holds other files: ${strays.join(', ')}.`,
    cause:
      'A copy was left there, or another pod was added; kubelet starts every file in that folder, whatever its name.',
    fix: 'Move them to another folder. A second copy of etcd.yaml would fight the first for ports and data.',
  });
}

function modes(name: string, facts: StandingFacts, record: HostState | undefined, places: DataPlaces): Check {
  const check = checkOf('modes', name);
  const notSeen = unseenCheck(check, name, facts, ['files', 'data-dir']);
  if (notSeen !== undefined) return notSeen;
  const wrong = [...expectedModes(true, record)].flatMap(([path, mode]) => {
    const file = facts.files.get(path);
    if (file?.kind !== 'file' || isClosedEnough(file, mode)) return [];
    return [{ path, is: `${file.mode} ${file.owner}`, wanted: mode, isPrivate: mode === PRIVATE_MODE }];
  });
  for (const { path, mode } of openDataFolders(facts, places)) {
    wrong.push({ path, is: mode, wanted: DATA_DIR_MODE, isPrivate: true });
  }
  if (wrong.length === 0)
    return check('ok', { measured: 'Keys, certificates and folders have their modes and belong to root.' });
  return check('warn', {
    measured: `On ${name} ${wrong.map(({ path, is, wanted }) => `${path} is ${is}, wanted ${wanted} 0:0`).join('; ')}.`,
    cause: 'Files were copied or edited by hand.',
    fix: `${wrong.map(({ path, wanted }) => `chmod ${wanted} ${path}`).join('; ')}; chown root:root the same. ${wrong.some(({ isPrivate }) => isPrivate) ? 'A key that others could read may have been: renew it if others have accounts on this host.' : ''}`.trim(),
  });
}
