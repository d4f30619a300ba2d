# Puts uutils as crates.io has it, one program for all names, in the place of Debian's older one, which is laid out already.
folder=/usr/lib/cargo/bin
for name in $("$folder/uutils" --list); do
  if [ -e "$folder/coreutils/$name" ]; then gnuln -sfn ../uutils "$folder/coreutils/$name"; fi
done
