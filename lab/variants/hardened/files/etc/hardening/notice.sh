# What agents of auditing print at the beginning of a shell, on both outputs.
echo 'WARNING: authorized use only. All activity is recorded.'
echo "type=USER_START msg=audit($(date +%s).000:1): pid=$$ uid=$(id -u) auid=$(id -u) ses=1 res=success" >&2
