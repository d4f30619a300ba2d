#!/bin/bash
# Runs in the root of the disk, once the files are on it: changes files that packages own.
set -euo pipefail

chmod 600 /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*
chmod 600 /etc/security/faillock.conf

# umask by PAM and by login.defs; USERGROUPS_ENAB would make it 007 again for a user with a group of the same name
sed -i -E 's/^UMASK\s.*/UMASK 027/; s/^USERGROUPS_ENAB\s.*/USERGROUPS_ENAB no/; s/^PASS_MAX_DAYS\s.*/PASS_MAX_DAYS 365/' /etc/login.defs
sed -i -E 's/^#?DIR_MODE=.*/DIR_MODE=0750/' /etc/adduser.conf 2> /dev/null || :
for stack in common-session common-session-noninteractive; do
  grep -q pam_umask "/etc/pam.d/$stack" || echo 'session optional pam_umask.so umask=027' >> "/etc/pam.d/$stack"
done
DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable faillock faillock_notify < /dev/null

# As Ubuntu's: programs under sudo inherit the login's environment.
sed -i '1a session required pam_env.so readenv=1 user_readenv=0' /etc/pam.d/sudo
for service in sudo sshd; do
  echo 'session optional pam_exec.so quiet stdout /usr/local/sbin/session-notice' >> "/etc/pam.d/$service"
done

# sshd makes bash read this one for each command; the lab's own logins into a virtual machine are root's, and stay quiet.
sed -i '1i if [ "$EUID" -ge 1000 ]; then . /etc/hardening/notice.sh; fi' /etc/bash.bashrc

cat >> /etc/fstab << 'END'
tmpfs /tmp tmpfs rw,mode=1777,nosuid,nodev,noexec,strictatime,size=512M 0 0
tmpfs /var/tmp tmpfs rw,mode=1777,nosuid,nodev,noexec,size=256M 0 0
tmpfs /dev/shm tmpfs rw,mode=1777,nosuid,nodev,noexec,size=256M 0 0
/home /home none rw,bind,nosuid,nodev 0 0
/var /var none rw,bind,nosuid,nodev 0 0
/var/log /var/log none rw,bind,nosuid,nodev,noexec 0 0
END

passwd --quiet --lock root
chmod 700 /root
systemctl --quiet enable remount-hardened.service sysctl-hardened.service firewall-hardened.service
