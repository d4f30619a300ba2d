# Replaces Debian's older uutils by the one of crates.io, one program for all names.
folder=/usr/lib/cargo/bin
for name in $("$folder/uutils" --list); do
  if [ -e "$folder/coreutils/$name" ]; then gnuln -sfn ../uutils "$folder/coreutils/$name"; fi
done
