# Prints a notice at the start of a shell, on both outputs, as auditing agents do.
echo 'WARNING: authorized use only. All activity is recorded.'
echo "type=USER_START msg=audit($(date +%s).000:1): pid=$$ uid=$(id -u) auid=$(id -u) ses=1 res=success" >&2
