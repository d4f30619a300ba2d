/**
 * Bash function `http_status ADDRESS PORT PATH`: sets `status` to the status code of a plain HTTP answer, or to nothing. Bash's
 * own /dev/tcp, because neither curl nor wget is sure to be on a host.
 */
export const HTTP_STATUS_FUNCTION = `
http_status() {
  status=''
  { exec 3<> "/dev/tcp/$1/$2"; } 2>/dev/null || return 0
  printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' "$3" >&3 2>/dev/null || true
  read -r -t 2 _ status _ <&3 || true
  exec 3>&- 3<&-
}
`;
