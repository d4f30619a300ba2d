import type { Finding } from '../../findings.ts';
import { KUBELET_CONFIG, KUBELET_DROP_IN, KUBELET_DROP_IN_DIR, REPLACED_DIR } from '../../kubeadm/paths.ts';
import { explainUnknown } from './explain-unknown.ts';
import { lastWords } from '../last-words.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { STILL_WANTED } from '../lock/guard.ts';
import { HTTP_STATUS_FUNCTION } from './bash-http.ts';
import { PAUSE_FUNCTION } from './pause.ts';

/** Seconds until a kubelet that was started, and goes on running, must say that it is healthy; a slow host takes minutes. */
const HEALTHY_WITHIN = 240;

/** kubelet's default --root-dir. */
const KUBELET_STATE = '/var/lib/kubelet';

/** Exit codes by which the script tells what stopped it. */
const OVERRULED = 3;
const FAILED = 4;
const NOT_HEALTHY = 5;

/** What may differ between two starts. */
export interface KubeletStart {
  readonly restart: boolean;
  /** Puts drop-in and configuration back as they were, if kubelet does not get healthy with the new ones. */
  readonly goBack?: boolean;
  /** Only starts it: {@link awaitKubelet} waits. */
  readonly awaitedLater?: boolean;
}

/**
 * Guide step 1: loads the drop-in, makes sure that kubelet starts at boot, (re)starts it, and waits for `/healthz` on
 * 127.0.0.1:10248 (kubelet's default healthzPort).
 */
export function startKubelet({ restart, goBack = false, awaitedLater = false }: KubeletStart): RemoteScript {
  return {
    title: 'start kubelet',
    effect: 'changes',
    timeoutMs: (HEALTHY_WITHIN + 60) * 1000,
    script: `${goBack ? GO_BACK : GIVE_UP}
systemctl daemon-reload
unit=$(systemctl show kubelet -p ExecStart -p UnitFileState)
case $unit in
  *--config=${KUBELET_CONFIG}*) ;;
  *) systemctl show kubelet -p DropInPaths --value >&2; give_up ${OVERRULED} ;;
esac
if [[ $unit != *UnitFileState=enabled* ]] && ! systemctl is-enabled --quiet kubelet; then
  systemctl enable --quiet kubelet
  sync -- /etc/systemd/system /etc/systemd/system/*.wants
fi
for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ] && ! [ -s "$file" ]; then rm -f -- "$file"; fi; done
systemctl ${restart ? 'restart' : 'start'} kubelet
${awaitedLater ? '' : AWAIT_HEALTH}
`,
  };
}

/** Waits for a kubelet that {@link startKubelet} has only started. */
export function awaitKubelet(): RemoteScript {
  return {
    title: 'wait for kubelet',
    effect: 'reads',
    timeoutMs: (HEALTHY_WITHIN + 30) * 1000,
    script: `${GIVE_UP}${AWAIT_HEALTH}`,
  };
}

/**
 * kubelet does not fsync the serving certificate that it makes for itself at its first start. After a power cut the two
 * files were there and empty, and kubelet never started again ("missing content for serving cert"). So these two are
 * synced once it is healthy, and empty ones, of an earlier start, are removed before. Other files of that folder come
 * and go.
 */
const AWAIT_HEALTH = `${HTTP_STATUS_FUNCTION}${PAUSE_FUNCTION}
begun=$SECONDS looked=0
while waited=$((SECONDS - begun)) && [ "$waited" -lt ${HEALTHY_WITHIN} ]; do
  http_status 127.0.0.1 10248 /healthz
  if [ "$status" = 200 ]; then
    made=()
    for file in ${KUBELET_STATE}/pki/kubelet.*; do if [ -f "$file" ]; then made+=("$file"); fi; done
    if [ "\${#made[@]}" -gt 0 ]; then sync -- "\${made[@]}" ${KUBELET_STATE}/pki ${KUBELET_STATE}; fi
    exit 0
  fi
  ${STILL_WANTED}
  if [ "$waited" -gt "$looked" ]; then
    looked=$waited
    if [ "$(systemctl show kubelet -p SubState --value)" != running ]; then
      journalctl -u kubelet -t kubelet -n 20 --no-pager -o cat >&2
      give_up ${FAILED}
    fi
  fi
  pause "$SECONDS"
done
journalctl -u kubelet -t kubelet -n 20 --no-pager -o cat >&2
give_up ${NOT_HEALTHY}
`;

/** What is added to an exit code when the files before are back. */
const WENT_BACK = 10;

const GIVE_UP = `
give_up() { exit "$1"; }
`;

/** The files that the delivery has kept, put back in the order in which they were delivered. */
const GO_BACK = `
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
  systemctl restart kubelet
  exit $(($1 + back))
}
`;

/** Why kubelet did not start, from the script's exit code and kubelet's own last lines. */
export function explainKubelet(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  if (result.code !== null && result.code > WENT_BACK && result.code <= NOT_HEALTHY + WENT_BACK) {
    const words = explainKubelet({ ...result, code: result.code - WENT_BACK });
    return { ...words, fact: `${words.fact} Its drop-in and configuration are back as they were.` };
  }
  if (result.code === OVERRULED) {
    return {
      fact: `another drop-in beats the one of this action (${result.stderr.trim()}).`,
      cause: 'systemd reads drop-ins in the order of their names, and a later one sets ExecStart again.',
      fix: 'Rename that drop-in so that it sorts before 20-etcd-service-manager.conf, or remove its ExecStart.',
    };
  }
  if (result.code !== FAILED && result.code !== NOT_HEALTHY) return explainUnknown(result);
  const journal = result.stderr.trim();
  const known = KNOWN_FAILURES.find(({ pattern }) => pattern.test(journal));
  return {
    fact: `kubelet ${result.code === FAILED ? 'stopped right after its start' : `did not get healthy within ${HEALTHY_WITHIN} s`}. Its last words: ${lastWords(journal, 2)}`,
    cause: known?.cause ?? 'kubelet refuses its configuration, or the container runtime does not answer.',
    fix: known?.fix ?? 'Look at `journalctl -u kubelet` on the host, mend what it names, and run again.',
  };
}

const KNOWN_FAILURES = [
  {
    pattern: /cgroup v1/i,
    cause: 'Since release 1.35 kubelet refuses hosts with cgroup v1.',
    fix: 'Boot the host with cgroup v2, or, knowing what it means, set the input `kubelet-config: "failCgroupV1: false"`.',
  },
  {
    pattern: /swap/i,
    cause: 'kubelet refuses hosts with swap switched on.',
    fix: 'Switch swap off (`swapoff -a`, and in /etc/fstab), or set the input `kubelet-config: "failSwapOn: false"`.',
  },
  {
    pattern: /failed to (load|decode|validate) kubelet config|cannot unmarshal/i,
    cause: 'The input `kubelet-config` has a value that this kubelet does not take.',
    fix: 'Correct `kubelet-config` and run again.',
  },
] as const;
