# crio has no command to import an image. copyimg is part of its tests, and uses the same library on the same folder.
for image in /run/images/*.tar; do
  tag=$(tar -xOf "$image" ./manifest.json | jq -r '.[0].RepoTags[0]')
  /run/images/copyimg --root /var/lib/containers/storage --runroot /run/containers/storage --storage-driver overlay \
    --signature-policy /etc/crio/policy.json --image-name "$tag" --import-from "docker-archive:$image"
done
# The library mounts the folder of its layers over itself.
umount --recursive /var/lib/containers/storage/overlay 2> /dev/null || :
