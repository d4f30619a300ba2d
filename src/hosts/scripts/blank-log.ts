/** What a blank log is renamed to beside its place; the time follows, in seconds since 1970. */
export const BLANK_MEMBER = 'blank-member-';

/**
 * Bash function `has_blank_log LOG_DIR`: whether the member's write-ahead log is there and nothing has ever been written
 * to it: no entry, no vote. It returns 2, with the words of `od` on standard error, where the log could not be read.
 *
 * etcd makes its log with three records (checksum, metadata, an empty snapshot: wal.Create in server/storage/wal/wal.go)
 * and only then writes the members that it begins with. If it ends between the two (its metrics port is taken, the power
 * goes: seen in 10 to 30 of 100 starts that end at once), it never gets ready again: it finds a log, so it does not begin
 * anew, and there is no member in it, so it never has a leader.
 *
 * A record is its length (8 bytes, little-endian; of the top byte the low 3 bits are the padding) and a protobuf whose
 * first field is the type (server/storage/wal/{encoder.go,walpb/record.proto}). Whatever is not exactly those three is no
 * blank log.
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
