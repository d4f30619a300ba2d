import { BLANK_LOG_FUNCTION, BLANK_MEMBER, quote } from '../../hosts/bash.ts';
import { HOLD_STEP_LOCK } from '../../hosts/lock/guard.ts';
import {
  ACTION_DIR,
  type DataPlaces,
  ETCD_MANIFEST,
  logFolder,
  MANIFEST_DIR,
  OUTGOING_MANIFEST,
  RENDERED_MANIFEST,
  RUN_DIR,
} from '../../kubeadm/paths.ts';
import { KEEP_COPY_FUNCTION } from '../put-files.ts';
import { CRASHED, memberReadyFunctions, NO_PAUSE, NO_POD } from './member-ready.ts';

/** The replacement of one member's manifest. */
export interface ManifestChange extends DataPlaces {
  /** The member's address: IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly criEndpoint: string;
  /** SHA-256 (hex) of the manifest in place, as it was seen; `absent` when there is none, and so nothing to take out. */
  readonly currentSha256: string;
  /** SHA-256 (hex) of the rendered manifest that is to be put in place. */
  readonly renderedSha256: string;
  /**
   * The cluster has never been healthy: the member may have no log yet, and a blank one is set aside. Elsewhere a member
   * without a log is left alone.
   */
  readonly mayLackData: boolean;
}

/** Name of the unit of systemd that does it. There is never more than one. */
export const RESTART_UNIT = 'etcd-ha-action-restart.service';
/** Where the unit writes its one line of result: an exit code of {@link RESTART_END}. Absent while it works. */
export const RESTART_RESULT = `${RUN_DIR}/restart.result`;

/** How a restart ended. */
export const RESTART_END = {
  done: 0,
  /** What lies there is not what was seen; nothing was done. */
  changed: 3,
  /** The member has no data; nothing was done. */
  noData: 4,
  otherFilesystem: 5,
  /** kubelet did not end the pod; its manifest is back. */
  notStopped: 6,
  /** The old manifest is back and its member ready, because the new one's crashed. */
  crashedAndBack: 7,
  /** The old manifest is back and its member ready, because the new one's was not ready in time. */
  lateAndBack: 8,
  /** The old manifest is back, and its member is not ready either. */
  backNotReady: 9,
  /** The new one's member is not ready and there was none before. */
  noWayBack: 10,
  /** The old manifest is back and its member ready, because kubelet could not start the new one's pod. */
  refusedAndBack: 11,
} as const;

/**
 * The bash of the unit. Whenever it is cut off, what lies on the disk tells how far it had come, and the next run goes on
 * from there: only the rendered manifest (not begun), the outgoing one and none in place (taken out), the outgoing one
 * and the new one in place (not known to be ready).
 */
export function restartUnit(change: ManifestChange): string {
  return `${memberReadyFunctions(change)}${POD_GONE_FUNCTIONS}${BLANK_LOG_FUNCTION}${KEEP_COPY_FUNCTION}${FUNCTIONS}
${HOLD_STEP_LOCK}
{ printf %s 'restart member' > /proc/$$/comm; } 2> /dev/null || true
current=${quote(change.currentSha256)} rendered=${quote(change.renderedSha256)} data_dir=${quote(change.dataDir)}
log_dir=${quote(logFolder(change))} wal_dir=${quote(change.walDir ?? '')}
may_lack_data=${String(change.mayLackData)}
if ! $may_lack_data && [ -z "$(ls -A "$log_dir" 2> /dev/null)" ]; then finish ${RESTART_END.noData}; fi
if [ "$(stat -c %d ${MANIFEST_DIR})" != "$(stat -c %d ${ACTION_DIR})" ]; then finish ${RESTART_END.otherFilesystem}; fi
if has ${ETCD_MANIFEST} "$rendered" && ! begins_blank; then
  echo 'the new manifest is in place already, not known to be ready'
else
  if ! has ${RENDERED_MANIFEST} "$rendered"; then finish ${RESTART_END.changed}; fi
  find_pods
  if has ${ETCD_MANIFEST} "$current"; then keep_copy ${ETCD_MANIFEST}; take_out
  elif [ -e ${ETCD_MANIFEST} ]; then finish ${RESTART_END.changed}
  elif [ "$current" != absent ] && ! has ${OUTGOING_MANIFEST} "$current"; then finish ${RESTART_END.changed}
  fi
  if ! await_gone; then put_back; end_with ${RESTART_END.notStopped}; fi
  if ! has ${RENDERED_MANIFEST} "$rendered"; then put_back; end_with ${RESTART_END.changed}; fi
  if begins_blank; then set_blank_log_aside; fi
  move ${RENDERED_MANIFEST} ${ETCD_MANIFEST}
  echo 'the new manifest is in place'
fi
outcome=0
await_ready || outcome=$?
if [ "$outcome" = 0 ]; then
  rm -f -- ${OUTGOING_MANIFEST} ${RENDERED_MANIFEST}
  sync -- ${ACTION_DIR}
  finish ${RESTART_END.done}
fi
etcd_words
if ! [ -e ${OUTGOING_MANIFEST} ]; then finish ${RESTART_END.noWayBack}; fi
echo 'the member is not ready with the new manifest: going back to the old one'
find_pods || true
move ${ETCD_MANIFEST} ${RENDERED_MANIFEST}
await_gone || true
put_back
case $outcome in
  ${CRASHED}) end_with ${RESTART_END.crashedAndBack} ;;
  ${NO_PAUSE} | ${NO_POD}) end_with ${RESTART_END.refusedAndBack} ;;
  *) end_with ${RESTART_END.lateAndBack} ;;
esac
`;
}

/**
 * `has FILE SHA256`: whether it has these contents.
 * `move FROM TO`: durably.
 * `take_out`: what is taken out is what a failure goes back to. If an earlier restart was cut off before its member was
 * ready, that is what went out then, and not what lies there now unproven; a member that is ready has proven it.
 * `begins_blank`: whether there is a blank log that has to give way. `set_blank_log_aside`: while no etcd runs; nothing is
 * lost with it, for there is nothing in it.
 * `put_back`: the old one, if there was one.
 * `finish CODE`: ends with this result. `end_with CODE`: the same, once the old member is ready again.
 */
const FUNCTIONS = `
has() { [ -f "$1" ] && case "$(sha256sum < "$1")" in "$2 "*) ;; *) return 1 ;; esac; }
move() { mv -fT -- "$1" "$2"; sync -- ${MANIFEST_DIR} ${ACTION_DIR}; }
take_out() {
  if [ -e ${OUTGOING_MANIFEST} ] && ! is_ready; then rm -f -- ${ETCD_MANIFEST}; sync -- ${MANIFEST_DIR}
  else move ${ETCD_MANIFEST} ${OUTGOING_MANIFEST}
  fi
  echo 'the old manifest is out'
}
begins_blank() { $may_lack_data && has_blank_log "$log_dir"; }
set_blank_log_aside() {
  local now aside folder
  now=$(date +%s)
  for folder in "$data_dir/member" \${wal_dir:+"$log_dir"}; do
    [ -e "$folder" ] || continue
    aside=\${folder%/*}/${BLANK_MEMBER}$now
    mv -T -- "$folder" "$aside"
    sync -- "\${folder%/*}"
    echo "etcd had ended before it wrote anything to its log; set aside as $aside"
  done
}
put_back() {
  if [ -e ${ETCD_MANIFEST} ] || ! [ -e ${OUTGOING_MANIFEST} ]; then return; fi
  move ${OUTGOING_MANIFEST} ${ETCD_MANIFEST}
  echo 'the old manifest is back'
}
finish() {
  echo "$1" > ${RESTART_RESULT}.new
  mv -fT -- ${RESTART_RESULT}.new ${RESTART_RESULT}
  exit 0
}
end_with() {
  if await_ready; then finish "$1"; fi
  etcd_words
  finish ${RESTART_END.backNotReady}
}
`;

/** Seconds in which kubelet must have done away with a pod; it gives etcd 30 s to end. */
export const GONE_WITHIN = 60;

/** kubelet's pods, below its default --root-dir. */
const PODS = '/var/lib/kubelet/pods';

/**
 * Bash functions to wait by until kubelet has done with a pod whose manifest was taken out. They need `cri`, `move`, `nap`.
 *
 * A new static pod of the same name that comes before that is put off by 10 to 15 s (podWorkers.allowStaticPodStart in
 * pkg/kubelet/pod_workers.go). kubelet does not say when it is done, but its last acts show: it stops the sandbox, removes
 * the pod's cgroups, and at the next of its housekeepings, every 2 s, the pod's folder. Measured with kubelet 1.34: the
 * folder is gone 2.8 to 3.2 s after the manifest, and the new member is ready 0.9 s after that; with a new
 * manifest as soon as the container or the sandbox has ended, 13 s later. But a housekeeping that comes upon a pod
 * between its last container and its end removes cgroups and folder both, at once; so when they go together, the
 * next housekeeping is awaited.
 *
 * `find_pods`: sets `pods` to the ids of etcd's pods.
 * `await_gone`: waits for that; in the end it is enough that etcd has ended. If kubelet starts meanwhile, its drop-in puts
 * the old manifest back, and it has to go out once more.
 */
const POD_GONE_FUNCTIONS = `
find_pods() {
  local found
  found=$(cri pods --namespace '^kube-system$' --name '^etcd-' -o json)
  pods=$(sed -n 's/.*"uid": *"\\([^"]*\\)".*/\\1/p' <<< "$found")
}
has_ended() {
  local running
  running=$(cri ps -q --name '^etcd$') && [ -z "$running" ]
}
has_folder() {
  local pod
  for pod in $pods; do if [ -e "${PODS}/$pod" ]; then return 0; fi; done
  return 1
}
has_cgroup() {
  local pod path
  for pod in $pods; do
    # cgroup v2 or v1; below them the drivers systemd and cgroupfs, with a class of service between or not
    for path in /sys/fs/cgroup{,/*}/kubepods*{,/*}/*pod"$pod"*; do if [ -e "$path" ]; then return 0; fi; done
  done
  return 1
}
await_gone() {
  local begun=$SECONDS since_cgroup=100
  while has_folder || ! has_ended; do
    if [ $((SECONDS - begun)) -ge ${GONE_WITHIN} ]; then has_ended; return; fi
    if [ -e ${ETCD_MANIFEST} ] && ! [ -e ${OUTGOING_MANIFEST} ]; then move ${ETCD_MANIFEST} ${OUTGOING_MANIFEST}; fi
    if has_cgroup; then since_cgroup=0; else since_cgroup=$((since_cgroup + 1)); fi
    nap 0.05
  done
  if [ "$since_cgroup" -lt 8 ]; then nap 2.2; fi
}
`;
