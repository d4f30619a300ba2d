# CRI-O's package contains these programs, statically linked; here they are the distribution's.
libexec=/usr/libexec/crio
ln -s "$(command -v conmon)" "$libexec/conmon"
for program in crun runc; do
  sed "s|^program=\$|program=$(command -v "$program")|" "$libexec/lab-oci" > "$libexec/$program"
  chmod 755 "$libexec/$program"
done
rm "$libexec/lab-oci"

# Before 1.9 crun accepts only version 1.0 of the OCI specification, and CRI-O writes a later one, which runc accepts.
if dpkg --compare-versions "$(dpkg-query --show --showformat='${Version}' crun)" lt 1.9; then
  printf '[crio.runtime]\ndefault_runtime = "runc"\n' > /etc/crio/crio.conf.d/20-lab.conf
fi
