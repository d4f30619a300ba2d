# Makes uutils the coreutils of the host and sudo-rs its sudo, in the layout of Ubuntu 25.10 and later: GNU's programs remain
# as /usr/bin/gnuNAME, and sudo as /usr/bin/sudo.ws.
ln /usr/bin/ln /usr/bin/gnuln
for path in /usr/lib/cargo/bin/coreutils/*; do
  name=${path##*/}
  # Ubuntu has no links for programs that Debian's coreutils lack (hashsum, and sha3sum and the like).
  if [ ! -e "/usr/bin/$name" ] || [ "$name" = coreutils ]; then continue; fi
  gnuln -f "/usr/bin/$name" "/usr/bin/gnu$name"
  gnuln -sfn "../lib/cargo/bin/coreutils/$name" "/usr/bin/$name"
done
for path in /usr/bin/sudo /usr/sbin/visudo; do
  gnuln -f "$path" "$path.ws"
  gnuln -sfn "/usr/lib/cargo/bin/${path##*/}" "/etc/alternatives/${path##*/}"
  gnuln -sfn "/etc/alternatives/${path##*/}" "$path"
done
