/** Quotes one word for bash, with any content. Not for secrets: those go through standard input. */
export function quoteBash(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Seconds of waiting after which a host counts as slow. */
const SLOW_AFTER = 10;

/**
 * Bash functions for wait loops. They start no process: `nap SECONDS` reads from a pipe without a writer.
 *
 * `pause WAITED`: sleeps until the next check of a condition awaited for WAITED seconds. Short at first; on a slow
 * host the checks themselves would take the processor that it needs.
 */
export const PAUSE_FUNCTION = `
exec {nothing}<> <(:)
nap() { read -r -t "$1" -u "$nothing" _ || true; }
pause() { if [ "$1" -lt ${SLOW_AFTER} ]; then nap 0.05; else nap 0.5; fi; }
`;

/** Present if the kernel runs SELinux, enforcing or not. */
export const SELINUX = '/sys/fs/selinux/enforce';

/**
 * Bash function `relabel PATH…`: on hosts with SELinux, sets files and folders to the labels of the host's policy for
 * their paths. A new file has the label of its folder until then, and a container may be denied files with another
 * label: container-selinux has its own rules for `/var/lib/etcd` and `/etc/kubernetes`. Labels that an administrator
 * chose among the customizable types stay (customizable_types(5)). A path without a label is not an error.
 */
export const RELABEL = `
relabel() {
  if [ $# = 0 ] || ! [ -e ${SELINUX} ] || ! type -p restorecon > /dev/null; then return 0; fi
  restorecon "$@" >&2 || true
  sync -- "$@"
}
`;

/**
 * Bash that flushes imported image layers to disk. The container runtime does not: after a power cut, layers of empty
 * files would count as unpacked. The folders are those of containerd and CRI-O; both may exist, on their own
 * filesystems.
 */
export const SYNC_IMAGES =
  'stores=(); for store in /var/lib/containerd /var/lib/containers; do if [ -d "$store" ]; then stores+=("$store"); fi; done; sync ${stores[@]:+-f -- "${stores[@]}"} || sync';

/**
 * Returns bash that flushes the runtime's files of a new container too. After a power cut CRI-O checks its store, and
 * empties it with all images if a container is incomplete; a host without a registry then has no etcd any more. In
 * containerd such a container costs nothing else.
 */
export function syncContainer(criEndpoint: string): string {
  return /crio/.test(criEndpoint) ? SYNC_IMAGES : ':';
}

/**
 * Bash function `http_status ADDRESS PORT PATH`: sets `status` to the status code of a plain HTTP response, or to
 * nothing. Uses bash's /dev/tcp, because a host may lack both curl and wget.
 */
const HTTP_STATUS_FUNCTION = `
http_status() {
  status=''
  { exec 3<> "/dev/tcp/$1/$2"; } 2>/dev/null || return 0
  printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' "$3" >&3 2>/dev/null || true
  read -r -t 2 _ status _ <&3 || true
  exec 3>&- 3<&-
}
`;

/**
 * The addresses, as the kernel writes them in /proc/net/tcp and tcp6, of a listener that accepts connections to
 * loopback: 127.0.0.1, ::1, ::ffff:127.0.0.1, in the byte order of either kind of machine, and the two wildcard
 * addresses.
 */
const LOOPBACK = [
  '0100007F',
  '7F000001',
  '00000000000000000000000001000000',
  '00000000000000000000000000000001',
  '0000000000000000FFFF00000100007F',
  '00000000000000000000FFFF7F000001',
  '00000000',
  '00000000000000000000000000000000',
].join(' | ');

/**
 * Bash functions that accept an HTTP response on loopback only from the expected program. Every user of a host may
 * listen on a free port above 1023 and answer 200.
 *
 * `listeners PORT`: sets `listening` to `UID INODE` of each socket that accepts connections to loopback there, by the
 * kernel.
 *
 * `holds_socket PID INODE`: reports whether the process has that socket open; 2 if its files cannot be read.
 *
 * `own_status ADDRESS PORT PATH TRUSTED`: like `http_status`; but a 200 counts only if the same sockets listened
 * before the request and after the response, and `TRUSTED UID INODE`, a function, accepts each of them. Otherwise
 * `status` is `strange`, and `stranger` names the owner of the socket.
 */
export const OWN_STATUS_FUNCTIONS = `${HTTP_STATUS_FUNCTION}
listeners() {
  local row rows=() field wanted
  printf -v wanted %04X "$1"
  for row in /proc/net/tcp /proc/net/tcp6; do
    if [ -r "$row" ]; then mapfile -t -O "\${#rows[@]}" rows < "$row"; fi
  done
  listening=()
  for row in "\${rows[@]}"; do
    case $row in *":$wanted "*) ;; *) continue ;; esac
    field=($row) # number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode
    if [ "\${field[3]}" != 0A ] || [ "\${field[1]#*:}" != "$wanted" ]; then continue; fi
    case \${field[1]%:*} in ${LOOPBACK}) listening+=("\${field[7]} \${field[9]}") ;; esac
  done
}
holds_socket() {
  local held
  # not readlink: uutils' stops at the first file that was closed meanwhile
  held=$(find /proc/"$1"/fd -ignore_readdir_race -type l -printf '%l\\n' 2> /dev/null || true)
  case $held in *"socket:[$2]"*) return 0 ;; '') return 2 ;; *) return 1 ;; esac
}
own_status() {
  local before one
  http_status "$1" "$2" "$3"
  if [ "$status" != 200 ]; then return 0; fi
  listeners "$2"
  before="\${listening[*]}"
  http_status "$1" "$2" "$3"
  if [ "$status" != 200 ]; then return 0; fi
  listeners "$2"
  stranger=
  if [ "\${#listening[@]}" = 0 ] || [ "$before" != "\${listening[*]}" ]; then stranger='a socket that was gone a moment later'; fi
  for one in "\${listening[@]}"; do
    if ! "$4" "\${one% *}" "\${one#* }"; then stranger="a socket of the user with the id \${one% *}"; fi
  done
  if [ -n "$stranger" ]; then status=strange; fi
}
`;

/** The prefix of a blank log that was renamed beside its place; the time follows, in seconds since 1970. */
export const BLANK_MEMBER = 'blank-member-';

/**
 * Bash function `has_blank_log LOG_DIR`: reports whether the member's write-ahead log exists and nothing was ever
 * written to it: no entry, no vote. It returns 2, with the message of `od` on standard error, if the log could not be
 * read.
 *
 * etcd creates its log with three records (checksum, metadata, an empty snapshot: wal.Create in
 * server/storage/wal/wal.go) and only then writes the initial members. If it ends between the two (its metrics port
 * is taken, the power fails: seen in 10 to 30 of 100 starts that end at once), it never becomes ready again: it finds
 * a log, so it does not bootstrap, and the log has no member, so it never has a leader.
 *
 * A record is its length (8 bytes, little-endian; of the top byte the low 3 bits are the padding) and a protobuf
 * whose first field is the type (server/storage/wal/{encoder.go,walpb/record.proto}). A log with anything but exactly
 * those three is not blank.
 */
export const BLANK_LOG_FUNCTION = `
has_blank_log() {
  local files=("$1"/*.wal) at=0 length type b
  if [ "\${#files[@]}" != 1 ] || [ ! -f "\${files[0]}" ]; then return 1; fi
  read -r -d '' -a b < <(od -An -v -tu1 -N 4096 -- "\${files[0]}" && printf ' end') || true
  case " \${b[*]-}" in *' end') ;; *) return 2 ;; esac
  if [ "\${#b[@]}" != 4097 ]; then return 1; fi
  for type in 4 1 5; do
    length=$((b[at] + 256 * b[at + 1]))
    if [ "\${b[*]:at + 2:5}" != '0 0 0 0 0' ] || [ "\${b[*]:at + 8:2}" != "8 $type" ]; then return 1; fi
    if [ "\${b[at + 7]}" -ge 128 ]; then length=$((length + b[at + 7] % 8)); fi
    at=$((at + 8 + length))
    if [ "$at" -gt 4000 ]; then return 1; fi
  done
  [ "\${b[*]:at:8}" = '0 0 0 0 0 0 0 0' ]
}
`;

/**
 * The programs that a deploy's scripts call on every host, with the package that contains them on most distributions.
 * The probe checks each of them, and a deploy is refused, as a preflight fails, if one is missing. A script that
 * calls another program needs an entry here, unless the program is optional: see the test.
 */
export const NEEDED_PROGRAMS: ReadonlyMap<string, string> = new Map([
  ...[
    ...['cat', 'chmod', 'chown', 'cp', 'date', 'dd', 'head', 'ls', 'mkdir', 'mktemp', 'mv', 'od', 'paste'],
    ...[
      'rm',
      'rmdir',
      'sha256sum',
      'sleep',
      'sort',
      'stat',
      'sync',
      'tail',
      'tee',
      'timeout',
      'uname',
      'uniq',
    ],
  ].map((program) => [program, 'coreutils'] as const),
  ['cmp', 'diffutils'],
  ['find', 'findutils'],
  ['flock', 'util-linux'],
  ['grep', 'grep'],
  ['sed', 'sed'],
  ['systemd-run', 'systemd'],
]);

/**
 * Bash function `at_exit COMMANDS`: this bash, or the subshell that calls it, runs the commands when it ends, before
 * those of earlier calls, and keeps its exit code. There is one EXIT trap, so no script may set its own. `set -eu` is
 * off for the commands. A subshell killed by a signal runs the trap of the bash around it (5.2), which must do
 * nothing there.
 */
export const AT_EXIT = `at_exit() {
  etcd_ha_at_exit[BASH_SUBSHELL]="$1"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]-}"
  trap -- "etcd_ha_code=\\$?; if [ \\$BASHPID = $BASHPID ]; then set +eu"$'\\n'"\${etcd_ha_at_exit[BASH_SUBSHELL]}"'fi; exit "$etcd_ha_code"' EXIT
}`;
