import { isIPv6 } from 'node:net';
import type { Finding } from '../../findings.ts';
import { ETCD_MANIFEST, MANIFEST_DIR, RENDERED_MANIFEST } from '../../kubeadm/paths.ts';
import { METRICS_PORT } from '../../kubeadm/ports.ts';
import { explainUnknown } from './explain-unknown.ts';
import { lastWords } from '../last-words.ts';
import { quote } from '../shell.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { HTTP_STATUS_FUNCTION } from './bash-http.ts';

/** What the script needs to know. */
export interface MemberStart {
  readonly address: string;
  readonly dataDir: string;
  readonly criEndpoint: string;
  /** SHA-256 (hex) of the rendered manifest that is to be put in place; absent: it is there already. */
  readonly manifestSha256?: string;
  readonly onProgress: (line: string) => void;
}

/** Seconds until the member must be ready: kubeadm's own start-up budget, as in the manifest's startupProbe. */
export const READY_WITHIN = 240;

/** Exit codes by which the script tells what stopped it. */
const DATA_THERE = 3;
const MANIFEST_CHANGED = 4;
const OTHER_FILESYSTEM = 5;
const CRASHES = 6;
const NOT_READY = 7;

/**
 * Guide step 7: makes the data dir as kubeadm does (0700), renames the rendered manifest to where kubelet reads it, and
 * waits until etcd says that it is ready. `/readyz` does that only with a quorum; releases that lack it answer 404 and
 * are asked for `/health`.
 */
export function startMember(start: MemberStart): RemoteScript {
  const address = isIPv6(start.address) ? '::1' : '127.0.0.1';
  return {
    title: 'start the member',
    timeoutMs: (READY_WITHIN + 30) * 1000,
    onProgress: start.onProgress,
    script: `${HTTP_STATUS_FUNCTION}
${start.manifestSha256 === undefined ? '' : placeManifest(start.dataDir, start.manifestSha256)}
etcd_containers() { crictl --runtime-endpoint ${quote(start.criEndpoint)} ps -a --name '^etcd$' "$@" 2>/dev/null || true; }
# kubelet keeps only the last container that ended; its attempt counts from 0. 0 here: none has ended.
last_ended() {
  local attempt
  attempt=$(etcd_containers --state exited -o json | sed -n 's/.*"attempt": *\\([0-9]*\\).*/\\1/p' | sort -n | tail -n 1)
  echo $((\${attempt:--1} + 1))
}
before=$(last_ended)
seen=$before
probe=/readyz
looked=0
while [ "$SECONDS" -lt ${READY_WITHIN} ]; do
  case "$(http_status ${address} ${METRICS_PORT} $probe)" in
    200) exit 0 ;;
    404) probe=/health ;;
  esac
  if [ "$SECONDS" -ge $((looked + 2)) ]; then
    looked=$SECONDS
    ended=$(last_ended)
    if [ "$ended" -gt "$seen" ]; then seen=$ended; echo "etcd has ended $((ended - before)) time(s)" >&2; fi
    if [ $((ended - before)) -ge 2 ]; then
      crictl --runtime-endpoint ${quote(start.criEndpoint)} logs --tail 8 "$(etcd_containers -q | head -n 1)" 1>&2 || true
      exit ${CRASHES}
    fi
    if [ $((SECONDS % 10)) = 0 ]; then echo "waiting for a quorum since $SECONDS s" >&2; fi
  fi
  sleep 0.05
done
container=$(etcd_containers -q | head -n 1)
if [ -n "$container" ]; then crictl --runtime-endpoint ${quote(start.criEndpoint)} logs --tail 8 "$container" 1>&2 || true
else journalctl -u kubelet -t kubelet -n 8 --no-pager -o cat >&2; fi
exit ${NOT_READY}
`,
  };
}

function placeManifest(dataDir: string, sha256: string): string {
  const dir = quote(dataDir);
  return `
if [ -e ${ETCD_MANIFEST} ]; then exit ${MANIFEST_CHANGED}; fi
if [ -d ${dir} ] && [ -n "$(ls -A ${dir} | grep -vx lost+found)" ]; then exit ${DATA_THERE}; fi
case "$(sha256sum < ${RENDERED_MANIFEST})" in ${sha256}*) ;; *) exit ${MANIFEST_CHANGED} ;; esac
( umask 022; mkdir -p -- "$(dirname ${dir})"; mkdir -p -m 0700 -- ${MANIFEST_DIR} )
mkdir -p -m 0700 -- ${dir}
chmod 0700 -- ${dir}
if [ "$(stat -c %d ${MANIFEST_DIR})" != "$(stat -c %d ${RENDERED_MANIFEST})" ]; then exit ${OTHER_FILESYSTEM}; fi
mv -fT -- ${RENDERED_MANIFEST} ${ETCD_MANIFEST}
sync -- ${MANIFEST_DIR} "$(dirname ${dir})" ${RENDERED_MANIFEST.replace(/\/[^/]*$/, '')}
`;
}

/** Why a member did not get ready, from the script's exit code and etcd's own last lines. */
export function explainMember(result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  const last = complaintOf(result.stderr) ?? lastWords(result.stderr, 2);
  switch (result.code) {
    case DATA_THERE:
      return {
        fact: 'its data dir has been filled since the run began; no etcd was started on it.',
        cause: 'Another run, or somebody by hand, works on this host at the same time.',
        fix: 'Let the other finish, then run again.',
      };
    case MANIFEST_CHANGED:
      return {
        fact: `${ETCD_MANIFEST} or the manifest rendered for it has changed since the run began.`,
        cause: 'Another run, or somebody by hand, works on this host at the same time.',
        fix: 'Let the other finish, then run again.',
      };
    case OTHER_FILESYSTEM:
      return {
        fact: `${MANIFEST_DIR} is a file system of its own, so a manifest cannot be put there in one step.`,
        cause: 'It is a mount point.',
        fix: 'Unmount it; kubelet needs a plain folder there.',
      };
    case CRASHES:
      return {
        fact: `etcd ends again and again. Its last words: ${last}`,
        cause:
          'A file it needs is wrong or missing, its port is taken, or its data does not fit the cluster.',
        fix: 'Mend what etcd names and run again; nothing else has to be undone.',
      };
    case NOT_READY:
      return {
        fact: `the member was not ready within ${READY_WITHIN} s. Last lines: ${last}`,
        cause: 'It finds no quorum: too few of the other members run, or they cannot reach each other.',
        fix: 'Look at the other hosts in this report first, then run again: it goes on from here.',
      };
    default:
      return explainUnknown(result);
  }
}

/** What etcd's own log says went wrong: message and error of its last fatal line, else of its last error. */
function complaintOf(log: string): string | undefined {
  return lastOfLevel(log, 'fatal|panic') ?? lastOfLevel(log, 'error');
}

function lastOfLevel(log: string, levels: string): string | undefined {
  const lines = log.split('\n').filter((line) => new RegExp(`\\{"level":"(?:${levels})"`).test(line));
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  try {
    const { msg, error } = JSON.parse(last.slice(last.indexOf('{'))) as { msg?: string; error?: string };
    return [msg, error].filter((part) => part !== undefined).join(': ');
  } catch {
    return undefined; // a line that was cut
  }
}
