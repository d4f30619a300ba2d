# CRI-O's package has these programs with it, statically linked; here they are the distribution's.
libexec=/usr/libexec/crio
ln -s "$(command -v conmon)" "$libexec/conmon"
for program in crun runc; do
  sed "s|^program=\$|program=$(command -v "$program")|" "$libexec/lab-oci" > "$libexec/$program"
  chmod 755 "$libexec/$program"
done
rm "$libexec/lab-oci"

# Before 1.9 crun takes no other version of the OCI's specification than 1.0, and CRI-O writes a later one. runc takes it.
if dpkg --compare-versions "$(dpkg-query --show --showformat='${Version}' crun)" lt 1.9; then
  printf '[crio.runtime]\ndefault_runtime = "runc"\n' > /etc/crio/crio.conf.d/20-lab.conf
fi
