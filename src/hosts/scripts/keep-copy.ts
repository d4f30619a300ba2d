import { ACTION_DIR, REPLACED_DIR } from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';

/**
 * Bash function `keep_copy PATH`: keeps a copy of a file in {@link REPLACED_DIR}, unless there is one. The first copy of a run is the
 * one that was proven, so it is never replaced; it is written aside, synced and renamed, so that a run that is killed, or a host
 * that loses power, leaves a whole copy or none.
 *
 * `cp -n` does not do that: its exit code for a file that is there is 0 in coreutils before 9.2 and from 9.5 on, and 1 between
 * (NEWS of 9.2 and 9.5).
 */
export const KEEP_COPY_FUNCTION = `
keep_copy() {
  local copy=${quote(REPLACED_DIR)}/"\${1//\\//%}"
  if [ -e "$copy" ]; then return 0; fi
  mkdir -p -m 0700 -- ${quote(REPLACED_DIR)}
  cp -p -- "$1" "$copy.new"
  sync -- "$copy.new"
  mv -fT -- "$copy.new" "$copy"
  sync -- ${quote(REPLACED_DIR)} ${quote(ACTION_DIR)}
}
`;
