import { dirname } from 'node:path';
import type { RestoredData } from '../facts/restored-data.ts';
import type { Finding } from '../findings.ts';
import { quoteBash, RELABEL } from '../hosts/bash.ts';
import { explainUnknown } from '../hosts/explain-unknown.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import {
  dataFolders,
  type DataPlaces,
  ETCD_MANIFEST,
  MANIFEST_DIR,
  placesOf,
  RENDERED_MANIFEST,
} from '../kubeadm/paths.ts';
import { memberOf, renderedDigest, logProgress, plannedCluster } from './context.ts';
import {
  CRASHED,
  etcdMessage,
  memberReadyFunctions,
  NO_PAUSE,
  NO_POD,
  READY_WITHIN,
} from './member/member-ready.ts';
import { whyCrashed, whyLate, whyNoPod } from './member/reasons.ts';
import {
  explainUnfinished,
  NOT_EMPTY,
  placeRestored,
  REQUIRE_EMPTY,
  requireRestored,
  workFolder,
} from './restore/work-folder.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/**
 * Makes the data dir and the folder of the log, puts the rendered manifest where kubelet reads it, and waits until
 * the member is ready.
 */
export interface StartMember extends StepOnHost, DataPlaces {
  readonly kind: 'start-member';
  readonly criEndpoint: string;
  /** False: the manifest is in place already; only wait. */
  readonly placeManifest: boolean;
  /** A container of etcd is on the host already, running or ended: its exits are counted from there. */
  readonly hadContainers: boolean;
  /** Ids of containers that kubelet is about to end: the member is ready once another one is. */
  readonly outgoing?: readonly string[];
  /**
   * Name of the member that starts a moment before this one, so that no two members of a new cluster wait for each
   * other.
   */
  readonly behind?: string;
  /** It starts on the restored data that is noted with these values, and not on an empty data dir. */
  readonly restoredFrom?: Omit<RestoredData, 'memberName'>;
}

const title = 'start member';

/** The kind of {@link StartMember}. */
export const startMemberStep: ScriptedKind<StartMember> = {
  title,
  describe(step) {
    return step.placeManifest
      ? `${title} with ${step.restoredFrom === undefined ? 'its data' : 'the restored data'} in ${dataFolders(step).join(' and ')}`
      : 'wait for member';
  },
  replaces({ placeManifest }) {
    return placeManifest ? [ETCD_MANIFEST] : [];
  },
  // It names the manifest that it puts in place, which has to be rendered first.
  madeLate: true,
  script(step, context) {
    const { host, criEndpoint, placeManifest, hadContainers, outgoing, behind, restoredFrom } = step;
    const { peerPort, members } = plannedCluster(context).shape;
    const script = startMember({
      address: memberOf(context, host).address,
      ...placesOf(step),
      criEndpoint,
      hadContainers,
      ...(outgoing && { outgoing }),
      ...(restoredFrom && { restored: { ...restoredFrom, memberName: host } }),
      onProgress: (line) => logProgress(host, line, context),
      ...(placeManifest ? { manifestSha256: renderedDigest(host, context) } : {}),
      ...(behind !== undefined && {
        behind: { address: memberOf(context, behind).address, peerPort, peers: members.length - 1 },
      }),
    });
    return {
      script,
      explain: explainMember,
      succeeded: () => {
        if (placeManifest)
          context.material.found.get(host)?.set(ETCD_MANIFEST, renderedDigest(host, context));
      },
    };
  },
};

/** The parameters of the script. */
export interface MemberStart extends DataPlaces {
  readonly address: string;
  readonly criEndpoint: string;
  /** SHA-256 (hex) of the rendered manifest that will be put in place; absent: it is in place already. */
  readonly manifestSha256?: string;
  /** The member that starts before this one. */
  readonly behind?: FirstMember;
  /** A container of etcd was on the host before, running or ended. */
  readonly hadContainers: boolean;
  /**
   * Ids of containers that kubelet is about to end: while one of them runs, a readiness answer comes from the old
   * one.
   */
  readonly outgoing?: readonly string[];
  /** The restored data to start on; absent: the data dir must be empty. */
  readonly restored?: RestoredData;
  readonly onProgress: (line: string) => void;
}

/** Exit codes for the reason of a failure. */
const MANIFEST_CHANGED = 4;
const OTHER_FILESYSTEM = 5;
const CRASHES = 6;
const NOT_READY = 7;
const WITHOUT_PAUSE = 8;
const WITHOUT_POD = 9;

/**
 * Guide step 7. Returns a script that makes the data dir as kubeadm does (0700), and the folder of the log the same,
 * renames the rendered manifest to where kubelet reads it, and waits until etcd reports that it is ready, which takes
 * a quorum.
 */
export function startMember(start: MemberStart): RemoteScript {
  return {
    title: 'start the member',
    effect: 'changes',
    timeoutMs: (READY_WITHIN + REPLACED_WITHIN + 30) * 1000,
    onProgress: start.onProgress,
    script: `${memberReadyFunctions(start)}
${start.manifestSha256 === undefined ? '' : placeManifest(start, start.manifestSha256)}
${start.outgoing === undefined ? '' : awaitOldPodEnd(start.outgoing)}
outcome=0
await_ready${start.hadContainers ? '' : ' none-yet'} || outcome=$?
if [ "$outcome" = 0 ]; then exit 0; fi
etcd_words
case $outcome in
  ${CRASHED}) exit ${CRASHES} ;;
  ${NO_PAUSE}) exit ${WITHOUT_PAUSE} ;;
  ${NO_POD}) exit ${WITHOUT_POD} ;;
  *) exit ${NOT_READY} ;;
esac
`,
  };
}

/** Seconds in which kubelet ends a pod after its start, observed: 1.5. After that it keeps the pod. */
const REPLACED_WITHIN = 45;

/** Retries if the runtime does not answer. */
function awaitOldPodEnd(ids: readonly string[]): string {
  return `
runs_still() {
  local running id
  running=$(cri ps -q --name '^etcd$') || return 0
  for id in ${ids.map(quoteBash).join(' ')}; do case $running in *"$id"*) return 0 ;; esac; done
  return 1
}
begun=$SECONDS
while [ $((SECONDS - begun)) -lt ${REPLACED_WITHIN} ] && runs_still; do nap 0.2; done
`;
}

function placeManifest(start: MemberStart, sha256: string): string {
  const folders = dataFolders(start);
  const parents = [...new Set(folders.map((folder) => dirname(folder)))];
  return `${RELABEL}${workFolder(start.dataDir)}
${start.behind === undefined ? '' : bootstrapStagger(start.behind)}
folders=(${folders.map(quoteBash).join(' ')}) parents=(${parents.map(quoteBash).join(' ')})
if [ -e ${ETCD_MANIFEST} ]; then exit ${MANIFEST_CHANGED}; fi
${start.restored === undefined ? REQUIRE_EMPTY : requireRestored(start.restored)}
case "$(sha256sum < ${RENDERED_MANIFEST})" in ${sha256}*) ;; *) exit ${MANIFEST_CHANGED} ;; esac
for folder in "\${parents[@]}"; do if ! [ -d "$folder" ]; then ( umask 022; mkdir -p -- "$folder" ); fi; done
if ! [ -d ${MANIFEST_DIR} ]; then ( umask 022; mkdir -p -m 0700 -- ${MANIFEST_DIR} ); fi
for folder in "\${folders[@]}"; do if [ -d "$folder" ]; then chmod 0700 -- "$folder"; else mkdir -m 0700 -- "$folder"; fi; done
relabel ${MANIFEST_DIR} "\${folders[@]}"
${start.restored === undefined ? '' : placeRestored(start)}
devices=$(stat -c %d -- ${MANIFEST_DIR} ${RENDERED_MANIFEST})
if [ "\${devices%%$'\\n'*}" != "\${devices##*$'\\n'}" ]; then exit ${OTHER_FILESYSTEM}; fi
mv -fT -- ${RENDERED_MANIFEST} ${ETCD_MANIFEST}
sync -- ${MANIFEST_DIR} "\${parents[@]}" ${quoteBash(dirname(RENDERED_MANIFEST))}
`;
}

/** Explains by the script's exit code and etcd's last lines why a member did not get ready. */
export function explainMember(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const last = etcdMessage(result.stderr);
  switch (result.code) {
    case NOT_EMPTY:
      return {
        code: 'changed-during-run',
        fact: 'its data dir, or the folder of its log, is no longer empty; no etcd was started on it.',
        cause: 'Another run, or a person, works on this host at the same time.',
        fix: 'Wait until the other is done, then run again.',
      };
    case MANIFEST_CHANGED:
      return {
        code: 'changed-during-run',
        fact: `${ETCD_MANIFEST} or the manifest rendered for it has changed since the run began.`,
        cause: 'Another run, or a person, works on this host at the same time.',
        fix: 'Wait until the other is done, then run again.',
      };
    case OTHER_FILESYSTEM:
      return {
        code: 'manifest-folder-mounted',
        fact: `${MANIFEST_DIR} is a separate file system, so a manifest cannot be moved there in one step.`,
        cause: 'It is a mount point.',
        fix: 'Unmount it; kubelet needs a plain folder there.',
      };
    case CRASHES:
      return {
        code: 'etcd-crash-loop',
        fact: `etcd keeps crashing. Its last words: ${last}`,
        ...whyCrashed(last),
      };
    case WITHOUT_PAUSE:
      return {
        code: 'pause-image-missing',
        fact: `kubelet can start no pod: ${last}.`,
        ...whyNoPod(last),
      };
    case NOT_READY:
      return {
        code: 'member-not-ready',
        fact: `the member was not ready within ${READY_WITHIN} s: ${last}.`,
        ...whyLate(result.stderr),
      };
    case WITHOUT_POD:
      return {
        code: 'pod-not-started',
        fact: `kubelet cannot start the pod of etcd: ${last}.`,
        ...whyNoPod(last),
      };
    default:
      return explainUnfinished(result.code) ?? explainUnknown(result);
  }
}

/** The member that starts first, and where its peers reach it. */
interface FirstMember {
  readonly address: string;
  readonly peerPort: number;
  /** Number of peers that it queries before it answers any. */
  readonly peers: number;
}

/**
 * All in hundredths of a second, the unit of Linux's uptime. The time of a member to write its first log, besides its
 * queries.
 */
const STAGGER_BASE = 8;
/** Allowance for different start times; at most the members' own round trips. */
const STAGGER_ALLOWANCE = 12;
const MAX_STAGGER = 300;

/**
 * Returns bash that delays this member's start behind another one of a new cluster. It needs `nap` of
 * `PAUSE_FUNCTION`.
 *
 * A new member first queries the others, in the order of their peer URLs, whether it was bootstrapped before
 * (isMemberBootstrapped in etcd's server/etcdserver/cluster_util.go). It already listens then, but answers only after
 * that. So members that start at the same moment wait for each other, a second for each peer
 * (BootstrapTimeoutEffective in server/config/config.go). A member that starts first finds no listening peer, which
 * costs it one round trip each; the others query it first, and get its answer at once.
 *
 * The round trip is measured by a connection to that member's future port. If it is neither refused nor accepted
 * within a second, the delay is useless and is skipped.
 */
export function bootstrapStagger({ address, peerPort, peers }: FirstMember): string {
  return `
uptime_hundredths() { local up; read -r up _ < /proc/uptime; printf -v "$1" %d "$((10#\${up/./}))"; }
uptime_hundredths begun
outcome=0
timeout 1 bash -c '{ exec 3<> "/dev/tcp/$0/$1"; } 2> /dev/null' ${quoteBash(address)} ${peerPort} || outcome=$?
uptime_hundredths answered
took=$((answered - begun))
lead=$((${STAGGER_BASE} + ${peers} * took + (2 * took < ${STAGGER_ALLOWANCE} ? 2 * took : ${STAGGER_ALLOWANCE})))
left=$(((lead < ${MAX_STAGGER} ? lead : ${MAX_STAGGER}) - took))
if [ "$outcome" != 124 ] && [ "$left" -gt 0 ]; then nap "$((left / 100)).$(printf %02d $((left % 100)))"; fi
`;
}
