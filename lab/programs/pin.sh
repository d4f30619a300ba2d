#!/bin/bash
# pin.sh FAMILY VERSION [VERSION-OF-OTHERS]
# Rewrites go.mod and go.sum of a family of programs, as in: pin.sh kubernetes-1.34 v1.34.4
# With the third, the family's other modules are of that release: pin.sh etcd-3.5.24 v3.5.24 v3.5.21 has etcd 3.5.24, and
# etcdctl and etcdutl of 3.5.21 built with the libraries of 3.5.24, because their own modules of 3.5.24 are not available.
# Needs Go 1.26 and access to Go's module proxy. Commit the result; building does not change it.
set -euo pipefail
family=$1 version=$2 others=${3:-$2}
cd "$(dirname "$0")"
case $family in
  kubernetes-*)
    main=k8s.io/kubernetes
    modules=("$main")
    tools=(k8s.io/kubernetes/cmd/kubeadm k8s.io/kubernetes/cmd/kubelet)
    ;;
  control-plane-*)
    main=k8s.io/kubernetes
    modules=("$main")
    tools=(k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kubectl})
    ;;
  etcd-*)
    main=go.etcd.io/etcd/server/v3
    modules=(go.etcd.io/etcd/{server,etcdctl,etcdutl}/v3)
    tools=("${modules[@]}")
    ;;
  containerd)
    main=github.com/containerd/containerd/v2
    modules=("$main")
    tools=("$main"/cmd/{containerd,containerd-shim-runc-v2,ctr})
    ;;
  crio)
    main=github.com/cri-o/cri-o
    modules=("$main")
    # copyimg is part of CRI-O's tests: it imports an image into the store, for which crio itself has no command.
    tools=("$main"/{cmd/crio,test/copyimg})
    ;;
  crictl)
    main=sigs.k8s.io/cri-tools
    modules=("$main")
    tools=("$main/cmd/crictl")
    ;;
  cni-plugins)
    main=github.com/containernetworking/plugins
    modules=("$main")
    # Those of its build_linux.sh: everything of main, ipam and meta that is made for Linux.
    tools=("$main"/plugins/{main/{bridge,dummy,host-device,ipvlan,loopback,macvlan,ptp,tap,vlan},ipam/{dhcp,host-local,static},meta/{bandwidth,firewall,portmap,sbr,tuning,vrf}})
    ;;
  act)
    main=github.com/nektos/act
    modules=("$main")
    tools=("$main")
    ;;
  actionlint)
    main=github.com/rhysd/actionlint
    modules=("$main")
    tools=("$main/cmd/actionlint")
    ;;
  age)
    main=filippo.io/age
    modules=("$main")
    tools=("$main"/cmd/{age,age-keygen})
    ;;
  registry)
    main=github.com/distribution/distribution/v3
    modules=("$main")
    tools=("$main/cmd/registry")
    ;;
  versitygw)
    main=github.com/versity/versitygw
    modules=("$main")
    tools=("$main/cmd/versitygw")
    ;;
  *)
    echo "pin.sh: no family $family" >&2
    exit 2
    ;;
esac

source=$(go mod download -json "$main@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
original=$source/go.mod
mkdir -p "$family"
cd "$family"
rm -f go.mod
# Starts from the project's own checksums, which are in its verified module: the checksum database may lack commits
# that a project uses instead of a release.
install -m 644 "$source/go.sum" go.sum
go mod init "etcd-ha-lab/$family"
go mod edit -go 1.26
# The Go that the project is developed with determines how its programs behave (TLS defaults, certificates' key ids, …):
# a newer compiler has to behave like it.
go mod edit -godebug "default=go$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' "$original")"
for module in "${modules[@]}"; do go mod edit -require "$module@$([ "$module" = "$main" ] && echo "$version" || echo "$others")"; done
for tool in "${tools[@]}"; do go mod edit -tool "$tool"; done
# Kubernetes' own libraries are replaced by folders of its repository, which its module does not contain. Each of them
# is also published, under a version of its own: v1.34.4 has k8s.io/api v0.34.4.
for staging in $(sed -n 's/^\t*\(replace \)\?\(k8s.io\/[^ ]*\) => \.\/staging\/.*/\2/p' "$original"); do
  go mod edit -replace "$staging=$staging@v0.${version#v1.}"
done
go mod tidy
