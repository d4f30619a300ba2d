import { BLANK_LOG_FUNCTION, BLANK_MEMBER, quoteBash } from '../../hosts/bash.ts';
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
import { BACKUP_FUNCTION } from '../put-files.ts';
import { CRASHED, memberReadyFunctions, NO_PAUSE, NO_POD } from './member-ready.ts';
import { POD_GONE_FUNCTIONS } from './pod-gone.ts';

/** The replacement of one member's manifest. */
export interface ManifestChange extends DataPlaces {
  /** The member's address: IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly criEndpoint: string;
  /** SHA-256 (hex) of the observed manifest in place; `absent` if there is none, and so nothing to take out. */
  readonly currentSha256: string;
  /** SHA-256 (hex) of the rendered manifest that will be put in place. */
  readonly renderedSha256: string;
  /**
   * The cluster was never healthy: the member may have no log yet, and a blank one is set aside. Otherwise a member
   * without a log is not started.
   */
  readonly mayLackData: boolean;
}

/** Name of the systemd unit that performs it. There is never more than one. */
export const RESTART_UNIT = 'etcd-ha-action-restart.service';
/** The unit's result file: one line with an exit code of {@link RESTART_END}. Absent while it works. */
export const RESTART_RESULT = `${RUN_DIR}/restart.result`;

/** The results of a restart. */
export const RESTART_END = {
  done: 0,
  /** The files have changed since the probe; nothing was done. */
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
 * Returns the bash of the unit. Wherever it is interrupted, the files on disk show its progress, and the next run
 * continues from there: only the rendered manifest (not begun), the outgoing one and none in place (taken out), the
 * outgoing one and the new one in place (not known to be ready).
 */
export function restartUnit(change: ManifestChange): string {
  return `${memberReadyFunctions(change)}${POD_GONE_FUNCTIONS}${BLANK_LOG_FUNCTION}${BACKUP_FUNCTION}${RESTART_FUNCTIONS}
${HOLD_STEP_LOCK}
{ printf %s 'restart member' > /proc/$$/comm; } 2> /dev/null || true
current=${quoteBash(change.currentSha256)} rendered=${quoteBash(change.renderedSha256)} data_dir=${quoteBash(change.dataDir)}
log_dir=${quoteBash(logFolder(change))} wal_dir=${quoteBash(change.walDir ?? '')}
may_lack_data=${String(change.mayLackData)}
if ! $may_lack_data && [ -z "$(ls -A "$log_dir" 2> /dev/null)" ]; then finish ${RESTART_END.noData}; fi
if [ "$(stat -c %d ${MANIFEST_DIR})" != "$(stat -c %d ${ACTION_DIR})" ]; then finish ${RESTART_END.otherFilesystem}; fi
if has ${ETCD_MANIFEST} "$rendered" && ! begins_blank; then
  echo 'the new manifest is in place already, not known to be ready'
else
  if ! has ${RENDERED_MANIFEST} "$rendered"; then finish ${RESTART_END.changed}; fi
  find_pods
  if has ${ETCD_MANIFEST} "$current"; then backup_file ${ETCD_MANIFEST}; take_out
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
 * `has FILE SHA256`: reports whether the file has these contents. `move FROM TO`: durably. `take_out`: the manifest
 * that it takes out is the one that a failure restores. If an earlier restart was interrupted before its member was
 * ready, that is the manifest taken out then, and not the untested one in place now; a ready member has tested it.
 * `begins_blank`: reports whether a blank log has to be moved. `set_blank_log_aside`: while no etcd runs; the log is
 * empty, so nothing is lost. `put_back`: restores the old one, if there was one. `finish CODE`: ends with this
 * result. `end_with CODE`: the same, once the old member is ready again.
 */
const RESTART_FUNCTIONS = `
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
