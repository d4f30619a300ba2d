# Makes uutils the coreutils of the host and sudo-rs its sudo, laid out as Ubuntu 25.10 and later have them: GNU's programs are
# still there as /usr/bin/gnuNAME, and sudo as /usr/bin/sudo.ws.
ln /usr/bin/ln /usr/bin/gnuln
for path in /usr/lib/cargo/bin/coreutils/*; do
  name=${path##*/}
  # Of what Debian's coreutils do not have (hashsum, and sha3sum and the like) Ubuntu has no link either.
  if [ ! -e "/usr/bin/$name" ] || [ "$name" = coreutils ]; then continue; fi
  gnuln -f "/usr/bin/$name" "/usr/bin/gnu$name"
  gnuln -sfn "../lib/cargo/bin/coreutils/$name" "/usr/bin/$name"
done
for path in /usr/bin/sudo /usr/sbin/visudo; do
  gnuln -f "$path" "$path.ws"
  gnuln -sfn "/usr/lib/cargo/bin/${path##*/}" "/etc/alternatives/${path##*/}"
  gnuln -sfn "/etc/alternatives/${path##*/}" "$path"
done
