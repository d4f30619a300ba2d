import type { Finding } from '../findings.ts';
import { OWN_STATUS_FUNCTIONS, PAUSE_FUNCTION } from '../hosts/bash.ts';
import { explainUnknown, type Reason } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import { EXIT_IF_RUN_GONE } from '../hosts/lock/guard.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { STARTS_AT_BOOT } from '../kubeadm/kubelet-config.ts';
import { KUBELET_CONFIG, KUBELET_DROP_IN, KUBELET_DROP_IN_DIR, REPLACED_DIR } from '../kubeadm/paths.ts';
import { printable } from '../text/printable.ts';
import { KUBELET_LOG_FUNCTIONS } from './member/kubelet-words.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Loads the drop-in, enables and (re)starts kubelet, and waits until it is healthy. */
export interface StartKubelet extends StepOnHost {
  readonly kind: 'start-kubelet';
  /** False: a kubelet that already runs with this configuration is only started if it is not active. */
  readonly restart: boolean;
  /** Restores the files that this run has replaced if kubelet does not get healthy with the new ones. */
  readonly goBack?: boolean;
  /** Only starts it: a later step waits, and others run meanwhile. */
  readonly awaitedLater?: boolean;
}

/** The kind of {@link StartKubelet}. */
export const startKubeletStep: ScriptedKind<StartKubelet> = {
  title: 'start kubelet',
  describe({ restart }) {
    return restart ? 'restart kubelet' : 'start kubelet if it is not running';
  },
  restarts({ restart }) {
    return restart ? 'kubelet' : undefined;
  },
  script(step) {
    return { script: startKubelet(step), explain: explainKubelet };
  },
};

/** Seconds until a started and still running kubelet must be healthy; a slow host takes minutes. */
const HEALTHY_WITHIN = 240;

/** kubelet's default healthzPort; no input changes it. */
const HEALTHZ_PORT = 10248;

/** kubelet's default --root-dir. */
const KUBELET_STATE = '/var/lib/kubelet';

/** Exit codes for the reason of a failure. */
const OVERRULED = 3;
const FAILED = 4;
const NOT_HEALTHY = 5;
const PORT_TAKEN = 6;
const MASKED = 7;

/** Seconds until kubelet's log is first read while it runs, and between two times: it starts processes. */
const FIRST_LOG_READ_AFTER = 3;
const LOG_READ_EVERY = 5;

/** Precedes the script's line about the program that responds in place of kubelet. */
const OTHER_PROGRAM = 'answered by ';

/** The options of a start. */
export interface KubeletStart {
  readonly restart: boolean;
  /** Restores drop-in and configuration if kubelet does not get healthy with the new ones. */
  readonly goBack?: boolean;
  /** Only starts it: {@link awaitKubelet} waits. */
  readonly awaitedLater?: boolean;
}

/**
 * Guide step 1. Returns a script that loads the drop-in, makes sure that kubelet starts at boot, (re)starts it, and
 * waits for `/healthz` on 127.0.0.1:10248 (kubelet's default healthzPort).
 */
export function startKubelet({ restart, goBack = false, awaitedLater = false }: KubeletStart): RemoteScript {
  return {
    title: 'start kubelet',
    effect: 'changes',
    timeoutMs: (HEALTHY_WITHIN + 60) * 1000,
    script: `${goBack ? GO_BACK : GIVE_UP}${KUBELET_FUNCTIONS}
systemctl daemon-reload
unit=$(systemctl show kubelet -p ExecStart -p UnitFileState -p LoadState)
case $unit in *LoadState=masked*) exit ${MASKED} ;; esac
case $unit in
  *--config=${KUBELET_CONFIG}*) ;;
  *) systemctl show kubelet -p DropInPaths --value >&2; give_up ${OVERRULED} ;;
esac
state=\${unit##*UnitFileState=}
case \${state%%$'\\n'*} in
  ${STARTS_AT_BOOT.join(' | ')}) ;;
  *)
    systemctl enable --quiet kubelet
    for folder in /etc/systemd/system /etc/systemd/system/*.wants /etc/systemd/system/*.requires; do
      if [ -d "$folder" ]; then sync -- "$folder"; fi
    done ;;
esac
for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ] && ! [ -s "$file" ]; then rm -f -- "$file"; fi; done
started=yes
said=$(systemctl ${restart ? 'restart' : 'start'} kubelet 2>&1) || {
  kubelet_words 20 >&2
  printf '%s\\n' "$said" >&2
  give_up ${FAILED}
}
${awaitedLater ? '' : AWAIT_HEALTH}
`,
  };
}

/** Returns a script that waits for a kubelet that {@link startKubelet} has only started. */
export function awaitKubelet(): RemoteScript {
  return {
    title: 'wait for kubelet',
    effect: 'reads',
    timeoutMs: (HEALTHY_WITHIN + 30) * 1000,
    script: `${GIVE_UP}${KUBELET_FUNCTIONS}${AWAIT_HEALTH}`,
  };
}

/**
 * kubelet does not fsync the serving certificate that it makes for itself at its first start. After a power cut both
 * files existed and were empty, and kubelet never started again ("missing content for serving cert"). So these two
 * are synced once it is healthy, and empty ones of an earlier start are removed before. Other files of that folder
 * are temporary.
 */
const AWAIT_HEALTH = `
is_kubelets() { # a socket of root's; and of kubelet's own process, if its files can be read
  local pid held=0
  [ "$1" = "$EUID" ] || return 1
  pid=$(systemctl show kubelet -p MainPID --value)
  holds_socket "\${pid:-0}" "$2" || held=$?
  [ "$held" != 1 ]
}
begun=$SECONDS looked=0 hear=${FIRST_LOG_READ_AFTER} stranger=
while waited=$((SECONDS - begun)) && [ "$waited" -lt ${HEALTHY_WITHIN} ]; do
  own_status 127.0.0.1 ${HEALTHZ_PORT} /healthz is_kubelets
  if [ "$status" = 200 ]; then
    made=()
    for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ]; then made+=("$file"); fi; done
    if [ "\${#made[@]}" -gt 0 ]; then sync -- "\${made[@]}" ${KUBELET_STATE}/pki ${KUBELET_STATE}; fi
    exit 0
  fi
  ${EXIT_IF_RUN_GONE}
  if [ "$waited" -gt "$looked" ]; then
    looked=$waited
    if [ "$(systemctl show kubelet -p SubState --value)" != running ]; then
      kubelet_words 20 >&2
      give_up ${FAILED}
    fi
    if [ "$waited" -ge "$hear" ]; then
      hear=$((waited + ${LOG_READ_EVERY}))
      case "$(kubelet_words 20)" in *'bind: address already in use'*) kubelet_words 20 >&2; give_up ${PORT_TAKEN} ;; esac
    fi
  fi
  pause "$waited"
done
kubelet_words 20 >&2
if [ -n "$stranger" ]; then printf '${OTHER_PROGRAM}%s\\n' "$stranger" >&2; fi
give_up ${NOT_HEALTHY}
`;

const KUBELET_FUNCTIONS = `${OWN_STATUS_FUNCTIONS}${PAUSE_FUNCTION}${KUBELET_LOG_FUNCTIONS}`;

/** Added to an exit code if the previous files were restored. */
const WENT_BACK = 10;

const GIVE_UP = `
give_up() { exit "$1"; }
`;

/**
 * Restores the files that the delivery has kept, in the order in which they were delivered. A kubelet that this step
 * has not touched keeps running: an overriding drop-in would start another one, which may end etcd as an unknown pod.
 */
const GO_BACK = `
started=
give_up() {
  local path saved aside back=0
  for path in ${KUBELET_CONFIG} ${KUBELET_DROP_IN}; do
    saved=${REPLACED_DIR}/\${path//\\//%}
    if ! [ -f "$saved" ]; then continue; fi
    aside=\${path%/*}/.\${path##*/}.etcd-ha-action
    cp -p -- "$saved" "$aside"
    sync -- "$aside"
    mv -fT -- "$aside" "$path"
    back=${WENT_BACK}
  done
  sync -- ${KUBELET_DROP_IN_DIR}
  systemctl daemon-reload
  # a second failure to start is expected, and must not hide the reason
  if [ -n "$started" ]; then systemctl restart kubelet || true; fi
  exit $(($1 + back))
}
`;

/** Explains by the script's exit code and kubelet's last lines why kubelet did not start. */
export function explainKubelet(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  if (result.code !== null && result.code > WENT_BACK && result.code <= PORT_TAKEN + WENT_BACK) {
    const words = explainKubelet({ ...result, code: result.code - WENT_BACK });
    return {
      ...words,
      code: 'kubelet-config-rolled-back',
      fact: `${words.fact} Its former drop-in and configuration are back.`,
    };
  }
  if (result.code === OVERRULED) {
    return {
      code: 'kubelet-drop-in-beaten',
      fact: `another drop-in overrides the one of this action (${lastWords(result.stderr, 3)}).`,
      cause: 'systemd reads drop-ins in the order of their names, and a later one sets ExecStart again.',
      fix: 'Rename that drop-in so that it sorts before 20-etcd-service-manager.conf, or remove its ExecStart.',
    };
  }
  if (result.code === MASKED) {
    return {
      code: 'kubelet-unit-unusable',
      fact: 'kubelet.service is masked, so systemd may not start it.',
      cause: 'It was masked by hand, or by a tool that disables unused services.',
      fix: 'Run `systemctl unmask kubelet` on the host, and run again.',
    };
  }
  if (result.code !== FAILED && result.code !== NOT_HEALTHY && result.code !== PORT_TAKEN) {
    return explainUnknown(result);
  }
  const [journal, stranger] = kubeletMessages(result.stderr);
  return {
    code: 'kubelet-not-healthy',
    fact: `${outcomeOf(result.code, stranger)} ${journal === '' ? 'Its output could not be read.' : `Its last words: ${lastWords(journal, 2)}`}`,
    ...(KNOWN_FAILURES.find(({ pattern }) => pattern.test(journal))?.reason ?? UNKNOWN_FAILURE),
  };
}

function outcomeOf(code: number, stranger: string | undefined): string {
  if (code === FAILED) return 'kubelet stopped right after its start.';
  if (code === PORT_TAKEN) return 'kubelet cannot listen on its port.';
  const instead = stranger === undefined ? '' : `, and 127.0.0.1:${HEALTHZ_PORT} was answered by ${stranger}`;
  return `kubelet did not become healthy within ${HEALTHY_WITHIN} s${instead}.`;
}

/** Returns kubelet's own messages, and the program that responded in its place, if any. */
function kubeletMessages(stderr: string): readonly [string, string | undefined] {
  const lines = stderr.trim().split('\n');
  const stranger = lines.findLast((line) => line.startsWith(OTHER_PROGRAM));
  const words = lines.filter((line) => line !== stranger).join('\n');
  return [words, stranger === undefined ? undefined : printable(stranger.slice(OTHER_PROGRAM.length))];
}

const UNKNOWN_FAILURE: Reason = {
  fix: 'Look at `journalctl -u kubelet` on the host, or at the file that its unit writes to; fix the error, and run again.',
};

/** Messages of real kubelets (1.31 to 1.35), each with its reason. */
const KNOWN_FAILURES: readonly { readonly pattern: RegExp; readonly reason: Reason }[] = [
  {
    pattern: /cgroup v1/i,
    reason: {
      cause: 'Since release 1.35 kubelet refuses hosts with cgroup v1.',
      fix: 'Boot the host with cgroup v2, or, if you accept the consequences, set the input `kubelet-config: "failCgroupV1: false"`.',
    },
  },
  {
    pattern: /running with swap on/i,
    reason: {
      cause: 'kubelet refuses hosts with swap enabled.',
      fix: 'Disable swap (`swapoff -a`, and in /etc/fstab), or set the input `kubelet-config: "failSwapOn: false"`.',
    },
  },
  {
    pattern: /failed to (load|decode|validate) kubelet config|cannot unmarshal|invalid configuration/i,
    reason: {
      cause: 'The input `kubelet-config` has a value that this kubelet does not accept.',
      fix: 'Correct `kubelet-config` and run again.',
    },
  },
  {
    pattern: /bind: address already in use/,
    reason: {
      cause:
        'Another program listens on a port of kubelet: an agent of k3s or microk8s, another kubelet, or an unrelated service.',
      fix: "Find the program (`ss -ltnp 'sport = :10248 or sport = :10250'`), stop it or move it to another port, and run again.",
    },
  },
  {
    pattern: /validate service connection|validate CRI v1 \w+ API|runtime service failed/i,
    reason: {
      cause: 'The container runtime does not answer kubelet.',
      fix: 'Look at `systemctl status containerd` (or crio) and `crictl info` on the host, fix the error, and run again.',
    },
  },
  {
    pattern: /missing content for serving cert/,
    reason: {
      cause: "A power cut left kubelet's own serving certificate empty.",
      fix: 'Run again: the action removes an empty certificate before it starts kubelet.',
    },
  },
];
