import { DATA_DIR_MODE, openDataFolders } from '../cluster/data-dir.ts';
import { differsFromRecord, expectedModes, isClosedEnough, strangeFlags } from '../cluster/differences.ts';
import type { HealthFacts } from '../facts/health.ts';
import type { HostState } from '../facts/host-state.ts';
import { memberManifest, type StandingFacts } from '../facts/host.ts';
import { argumentDifferences } from '../kubeadm/etcd-manifest.ts';
import {
  type DataPlaces,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  MANIFEST_DIR,
  OUTGOING_MANIFEST,
  PRIVATE_MODE,
} from '../kubeadm/paths.ts';
import { extraArguments } from '../kubeadm/kubeadm-config.ts';
import { type Check, checkOf } from './check.ts';
import { missingFactCheck } from './view.ts';

/** Checks the files of each host against the record of the last run and the guide. */
export function fileChecks({ members, ...places }: HealthFacts): Check[] {
  return members.flatMap(({ name, host }) => {
    if ('failure' in host) return [];
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
  'If the change was intended, add it to the inputs of the deploy (`extra-args`). Then run the deploy: it reverts what the inputs do not ask for, one member at a time.';

function manifest(name: string, facts: StandingFacts, record: HostState | undefined): Check {
  const check = checkOf('manifest', name);
  const notSeen = missingFactCheck(check, name, facts, ['files', 'digests']);
  if (notSeen !== undefined) return notSeen;
  if (!facts.files.has(ETCD_MANIFEST)) {
    const isOut = facts.files.has(OUTGOING_MANIFEST);
    return check('fail', {
      code: 'manifest-missing',
      measured: `${ETCD_MANIFEST} is missing on ${name}.`,
      cause: isOut
        ? 'A run ended while it restarted this member.'
        : 'It was moved or removed; kubelet then stops etcd.',
      fix: isOut
        ? 'Run the deploy again: it continues where that run ended.'
        : 'Put it back if you have a copy; otherwise run the deploy: it renders the manifest again and leaves the data as it is.',
    });
  }
  const found = memberManifest(facts);
  if (found === undefined) {
    return check('fail', {
      code: 'managed-file-edited',
      measured: `${ETCD_MANIFEST} of ${name} is not a pod that runs etcd.`,
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
      measured: `etcd runs from ${ETCD_MANIFEST}, and the action has no record of it.`,
      notice: 'The cluster was set up in another way; a deploy takes it over.',
    });
  }
  if (!isEdited && differences.length === 0) {
    return check('ok', { measured: 'The manifest is the one that the last run wrote.' });
  }
  const what = differences.length === 0 ? 'limits, probes or comments' : differences.join('; ');
  return check('warn', {
    code: 'managed-file-edited',
    measured: `The manifest of ${name} differs from the one that the last run wrote: ${what}.`,
    cause: 'It was edited by hand, or by another tool.',
    fix: CONVERGE,
  });
}

function dropIn(name: string, facts: StandingFacts, record: HostState | undefined): Check {
  const check = checkOf('drop-in', name);
  const notSeen = missingFactCheck(check, name, facts, ['files', 'digests', 'kubelet']);
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
    ...edited.map((path) => `${path} differs from the one that the last run wrote`),
    ...(missing.includes(KUBELET_DROP_IN) || isRead ? [] : [`systemd has not read ${KUBELET_DROP_IN}`]),
  ];
  if (problems.length === 0) {
    return check('ok', { measured: "kubelet's drop-in and configuration are those of the last run." });
  }
  return check(missing.length > 0 ? 'fail' : 'warn', {
    code: 'managed-file-edited',
    measured: `On ${name} ${problems.join('; ')}.`,
    cause:
      'It was edited or removed by hand; kubelet reads it at its next start, and etcd depends on kubelet.',
    fix: 'Run the deploy: it puts back what the inputs ask for.',
  });
}

function strayFiles(name: string, facts: StandingFacts): Check {
  const check = checkOf('stray-files', name);
  const notSeen = missingFactCheck(check, name, facts, ['files']);
  if (notSeen !== undefined) return notSeen;
  const strays = [...facts.files.values()]
    .filter(({ path, kind }) => kind !== 'directory' && path.startsWith(`${MANIFEST_DIR}/`))
    .map(({ path }) => path)
    // kubelet passes over what begins with a dot (pkg/kubelet/config/file.go)
    .filter((path) => path !== ETCD_MANIFEST && !path.slice(MANIFEST_DIR.length + 1).startsWith('.'));
  if (strays.length === 0)
    return check('ok', { measured: `${MANIFEST_DIR} holds etcd's manifest and nothing else.` });
  return check('warn', {
    code: 'other-static-pods',
    measured: `${MANIFEST_DIR} of ${name} holds other files: ${strays.join(', ')}.`,
    cause:
      'A copy was left there, or another pod was added; kubelet starts every file in that folder, whatever its name.',
    fix: 'Move them to another folder. A second copy of etcd.yaml would use the same ports and data as the first.',
  });
}

function modes(name: string, facts: StandingFacts, record: HostState | undefined, places: DataPlaces): Check {
  const check = checkOf('modes', name);
  const notSeen = missingFactCheck(check, name, facts, ['files', 'data-dir']);
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
    code: 'file-modes-differ',
    measured: `On ${name} ${wrong.map(({ path, is, wanted }) => `${path} is ${is}, wanted ${wanted} 0:0`).join('; ')}.`,
    cause: 'Files were copied or edited by hand.',
    fix: `${wrong.map(({ path, wanted }) => `chmod ${wanted} ${path}`).join('; ')}; chown root:root the same. ${wrong.some(({ isPrivate }) => isPrivate) ? 'Other accounts of this host may have read a key: renew it if there are any.' : ''}`.trim(),
  });
}
