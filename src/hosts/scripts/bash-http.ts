/**
 * Bash function `http_status ADDRESS PORT PATH`: sets `status` to the status code of a plain HTTP answer, or to nothing. Bash's
 * own /dev/tcp, because neither curl nor wget is sure to be on a host.
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
 * The addresses, as the kernel writes them in /proc/net/tcp and tcp6, of a listener that takes connections to loopback: 127.0.0.1, ::1,
 * ::ffff:127.0.0.1, in the byte order of either kind of machine, and the two that mean every address.
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
 * Bash functions by which an answer over plain HTTP on loopback is believed only where it comes from the program that was to give it. Every
 * user of a host may listen on a free port above 1023 and answer 200.
 *
 * `listeners PORT`: sets `listening` to `UID INODE` of each socket that takes connections to loopback there, by the kernel.
 *
 * `holds_socket PID INODE`: whether the process has that socket open; 2 where its files cannot be seen.
 *
 * `own_status ADDRESS PORT PATH TRUSTED`: as `http_status`; but a 200 counts only if one and the same sockets listened before the question
 * and after the answer, and `TRUSTED UID INODE`, a function, takes each of them. Otherwise `status` is `strange`, and `stranger`
 * says whose socket it is.
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
  # not readlink: that of uutils ends at the first file that was closed meanwhile
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
