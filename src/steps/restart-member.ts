import type { Finding } from '../findings.ts';
import { BLANK_LOG_FUNCTION, quoteBash } from '../hosts/bash.ts';
import { explainUnknown, knownReason } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import {
  type DataPlaces,
  ETCD_MANIFEST,
  logFolder,
  OUTGOING_MANIFEST,
  placesOf,
  PUT_MANIFEST_BACK,
  RENDERED_MANIFEST,
  RUN_DIR,
} from '../kubeadm/paths.ts';
import { memberOf, renderedDigest, logProgress } from './context.ts';
import { etcdMessage, READY_WITHIN } from './member/member-ready.ts';
import { whyCrashed, whyLate, whyNoPod } from './member/reasons.ts';
import {
  type ManifestChange,
  RESTART_END,
  RESTART_RESULT,
  RESTART_UNIT,
  restartUnit,
} from './member/restart-unit.ts';
import { GONE_WITHIN } from './member/pod-gone.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/**
 * Replaces the manifest of a running member by the rendered one: the old one out, the pod gone, the new one in, by a
 * systemd unit that continues without the runner; the old one comes back if the member does not get ready. Does
 * nothing if both are the same.
 */
export interface RestartMember extends StepOnHost, DataPlaces {
  readonly kind: 'restart-member';
  readonly criEndpoint: string;
  /** True only if the cluster was never healthy: otherwise a member without its log is not started. */
  readonly mayLackData: boolean;
}

/** The kind of {@link RestartMember}. */
export const restartMemberStep: ScriptedKind<RestartMember> = {
  title: 'restart member',
  replaces() {
    return [ETCD_MANIFEST];
  },
  restarts() {
    return 'etcd';
  },
  // It names the manifests that it exchanges, and one has to be rendered first.
  madeLate: true,
  script(step, context) {
    const { host, criEndpoint, mayLackData } = step;
    const found = context.material.found.get(host);
    const renderedSha256 = renderedDigest(host, context);
    const script = restartMember({
      address: memberOf(context, host).address,
      ...placesOf(step),
      criEndpoint,
      currentSha256: found?.get(ETCD_MANIFEST) ?? 'absent',
      renderedSha256,
      mayLackData,
      onProgress: (line) => logProgress(host, line, context),
    });
    return {
      script,
      explain: explainRestart,
      succeeded: () => void found?.set(ETCD_MANIFEST, renderedSha256),
    };
  },
};

/** The parameters of the script. */
export interface MemberRestart extends ManifestChange {
  readonly onProgress: (line: string) => void;
}

/** The longest time of a unit: out, in, not ready, out, in, ready. Then systemd ends it. */
const UNIT_WITHIN = 2 * (GONE_WITHIN + READY_WITHIN) + 60;

/** Exit code: the unit ended without a result, so it was killed or a required command failed. */
const CUT_OFF = 20;

const UNIT_SCRIPT = `${RUN_DIR}/restart.sh`;
const UNIT_LOG = `${RUN_DIR}/restart.log`;

/**
 * Returns a script that restarts a member with the rendered manifest, the quick way: the old one out, the pod gone,
 * the new one in (about 4 s; changed in place it takes 14 s). If the new member crashes or is not ready within {@link
 * READY_WITHIN}, the old manifest comes back.
 *
 * One detached systemd unit on the host performs it. The script starts the unit, shows its log as progress and waits
 * for its end; if the connection is lost, the unit continues. However the unit ends, systemd ensures that a manifest
 * is in place. If an earlier unit is still running, the script waits for it first. Prints `restarted`, or `unchanged`
 * if the rendered manifest is in place and nothing is left to do.
 */
export function restartMember(restart: MemberRestart): RemoteScript {
  const unit = `set -euo pipefail; umask 077; cd /; exec >> ${UNIT_LOG} 2>&1 < /dev/null\n${restartUnit(restart)}`;
  const blankLog = restart.mayLackData ? ` && ! has_blank_log ${quoteBash(logFolder(restart))}` : '';
  return {
    title: 'restart the member',
    effect: 'changes',
    timeoutMs: (2 * UNIT_WITHIN + 60) * 1000,
    onProgress: restart.onProgress,
    script: `${WAIT_FUNCTIONS}${BLANK_LOG_FUNCTION}
mkdir -p -m 0700 ${RUN_DIR}
outcome=unchanged
if works; then echo 'an earlier restart still works' >&2; outcome=restarted; follow; fi
if ! [ -e ${OUTGOING_MANIFEST} ] && [ -f ${ETCD_MANIFEST} ]${blankLog}; then
  case "$(sha256sum < ${ETCD_MANIFEST})" in
    ${quoteBash(restart.renderedSha256)}' '*)
      rm -f -- ${RENDERED_MANIFEST}
      clear_away
      echo "$outcome"
      exit 0 ;;
  esac
fi
clear_away
printf %s ${quoteBash(unit)} > ${UNIT_SCRIPT}
: > ${UNIT_LOG}
systemd-run --quiet --collect --unit=${RESTART_UNIT} --description='Restart of the etcd member by etcd-ha-action' \\
  --setenv=PATH="$PATH" --setenv=LC_ALL=C --property=RuntimeMaxSec=${UNIT_WITHIN} \\
  --property=ExecStopPost=${quoteBash(`-${PUT_MANIFEST_BACK}`)} "$BASH" ${UNIT_SCRIPT}
follow
result=${CUT_OFF}
if [ -f ${RESTART_RESULT} ]; then read -r result < ${RESTART_RESULT}; fi
clear_away
if [ "$result" = ${RESTART_END.done} ]; then echo restarted; fi
exit "$result"
`,
  };
}

/** `works`: reports whether a unit is running. `follow`: shows its log and waits for its end. */
const WAIT_FUNCTIONS = `
works() {
  case "$(systemctl show ${RESTART_UNIT} -p ActiveState --value)" in inactive | failed) return 1 ;; esac
}
follow() {
  local pid
  pid=$(systemctl show ${RESTART_UNIT} -p MainPID --value)
  if [ "\${pid:-0}" = 0 ]; then cat -- ${UNIT_LOG} >&2
  else tail -n +1 -s 0.1 -f --pid="$pid" -- ${UNIT_LOG} >&2
  fi
  while works; do sleep 0.05; done
}
clear_away() { rm -f -- ${UNIT_SCRIPT} ${UNIT_LOG} ${RESTART_RESULT} ${RESTART_RESULT}.new; }
`;

/** Explains by the script's exit code and etcd's last lines why a restart failed, and the state of the member. */
export function explainRestart(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const last = etcdMessage(result.stderr);
  switch (result.code) {
    case RESTART_END.changed:
      return {
        code: 'changed-during-run',
        fact: `${ETCD_MANIFEST} or the manifest rendered for it has changed since the run began; the member keeps its manifest.`,
        cause: 'Another run, or a person, works on this host at the same time.',
        fix: 'Wait until the other is done, then run again.',
      };
    case RESTART_END.noData:
      return {
        code: 'data-dir-emptied',
        fact: 'its data dir holds no member; nothing was restarted.',
        cause: 'The disk is not mounted, or the folder was emptied or moved.',
        fix: 'Mount the disk or restore the data. Do not start a member without its log.',
      };
    case RESTART_END.otherFilesystem:
      return {
        code: 'manifest-folder-mounted',
        fact: 'the folder of the manifests is a separate file system, so a manifest cannot be moved out or in in one step; nothing was restarted.',
        cause: 'It is a mount point.',
        fix: 'Unmount it; kubelet needs a plain folder there.',
      };
    case RESTART_END.notStopped:
      return {
        code: 'etcd-not-stopped',
        fact: `kubelet did not stop etcd within ${GONE_WITHIN} s after its manifest was removed; the manifest is back and the member is ready.`,
        cause: 'kubelet or the container runtime hangs.',
        fix: 'Look at `journalctl -u kubelet` on the host, fix the error, and run again.',
      };
    case RESTART_END.crashedAndBack:
      return {
        code: 'restart-rolled-back',
        fact: `with the new manifest etcd kept crashing: ${last}. The old manifest is back and the member is ready with it.`,
        ...whyCrashed(last),
      };
    case RESTART_END.refusedAndBack:
      return {
        code: 'pod-not-started',
        fact: `with the new manifest kubelet could not start the pod of etcd: ${last}. The old manifest is back and the member is ready with it.`,
        ...whyNoPod(last),
      };
    case RESTART_END.lateAndBack:
      return {
        code: 'restart-rolled-back',
        fact: `with the new manifest the member was not ready within ${READY_WITHIN} s: ${last}. The old manifest is back and the member is ready with it.`,
        ...whyLate(result.stderr),
      };
    case RESTART_END.backNotReady:
      return {
        code: 'restart-rollback-failed',
        fact: `the member did not become ready with the new manifest, nor with the old one, which is back: ${last}`,
        ...whyLate(result.stderr),
      };
    case RESTART_END.noWayBack:
      return {
        code: 'restart-without-rollback',
        fact: `the member did not become ready, and there was no earlier manifest to return to: ${last}`,
        ...whyLate(result.stderr),
      };
    case CUT_OFF:
      return {
        code: 'restart-unit-ended',
        fact: `the unit ${RESTART_UNIT} ended too early: ${lastWords(result.stderr, 2)} A manifest is in place.`,
        ...(knownReason(result.stderr) ?? {
          fix: `Look at \`journalctl -u ${RESTART_UNIT}\` on the host, fix the error, and run again: the new run continues from here.`,
        }),
      };
    default:
      return explainUnknown(result);
  }
}
