# containerd itself imports the images into its store.
containerd --log-level error &
containerd=$!
for _ in $(seq 200); do
  ctr --timeout 1s version > /dev/null 2>&1 && break
  kill -0 "$containerd"
  sleep 0.1
done
for image in /run/images/*.tar; do
  ctr --namespace k8s.io images import "$image"
done
kill "$containerd"
wait "$containerd" || :
