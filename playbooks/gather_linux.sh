#!/bin/sh
# Reads the state of a Linux server and prints it, one block a source. POSIX sh, no Python, no terminal; nothing is written on
# the target: no file, no setting. It runs in dash, bash and busybox ash.
#
#   #infra-audit gather 1
#   #begin SOURCE
#   <base64, of gzip when it is longer and gzip is there>
#   #end SOURCE state=present|absent|unreadable|missing_tool exit=N size=BYTES gzip=yes|no
#   #done COUNT
#
# What never leaves: password hashes (only their class), private keys, keys of time servers, boot loader hashes, full names.
# Each item is a function that prints text and returns 0; 3: the file is not there; 4: it could not be read, or the
# command failed; 5: the tool is not there.

LC_ALL=C
LANGUAGE=
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export LC_ALL LANGUAGE PATH
unset BASH_ENV ENV CDPATH GREP_OPTIONS POSIXLY_CORRECT
exec 2>/dev/null </dev/null
set +m
set -f
set +f
umask 077

NL='
'
BYTES=4000000
SECONDS_LIMIT=20
COUNT=0

have() { command -v "$1" >/dev/null; }

# Without these half of a text could pass for the whole: then say nothing at all.
for tool in awk cat grep head sed tr wc; do
  have "$tool" || exit 1
done

if have timeout && timeout 5 true; then
  run() { timeout "$SECONDS_LIMIT" "$@"; }
else
  run() { "$@"; }
fi

if have base64; then
  encode() { base64; }
elif have openssl; then
  encode() { openssl base64; }
else
  encode() { return 1; }
fi

if have gzip && [ -n "$(printf x | gzip -nc | encode)" ]; then GZIP_THERE=yes; else GZIP_THERE=no; fi

# item SOURCE FUNCTION [ARGUMENT ...]: run a function and print its block.
item() {
  source_id=$1
  shift
  out=$({ "$@"; printf '\n#exit %s' "$?"; } | head -c "$BYTES")
  code=${out##*#exit }
  more=0
  case $out in
    *"$NL#exit "*) ;;
    *) code=141 more=1 ;;
  esac
  case $code in
    '' | *[!0-9]*) code=141 more=1 ;;
  esac
  data=${out%"$NL#exit "*}
  data=${data%"$NL"}
  case $code in
    0) state=present ;;
    3) state=absent data= code=0 ;;
    4) state=unreadable data= code=1 ;;
    5) state=missing_tool data= code=127 ;;
    141) state=present ;;
    *) state=unreadable data= ;;
  esac
  block
}

# Print what `item` found: data, state, code, more (1 = the text was too long and is cut, told by a size that is larger).
block() {
  printf '#begin %s\n' "$source_id"
  size=0
  zipped=no
  if [ -n "$data" ]; then
    size=$(printf '%s\n' "$data" | wc -c)
    size=$((size + more))
    if [ "$GZIP_THERE" = yes ] && [ "$size" -gt 1500 ]; then
      zipped=yes
      printf '%s\n' "$data" | gzip -nc | encode
    else
      printf '%s\n' "$data" | encode
    fi
  fi
  printf '#end %s state=%s exit=%s size=%s gzip=%s\n' "$source_id" "$state" "$code" "$size" "$zipped"
  COUNT=$((COUNT + 1))
}

# ---- files

# Is the folder of FILE closed to us, so that nobody can say whether FILE is there?
hidden() {
  folder=${1%/*}
  while [ -n "$folder" ] && [ ! -e "$folder" ]; do folder=${folder%/*}; done
  [ -n "$folder" ] || return 1
  [ -x "$folder" ] || return 0
  case $1 in
    *'*'*) [ ! -r "$folder" ] ;;
    *) return 1 ;;
  esac
}

# Print each FILE after a line that names it.
show() {
  result=3
  for file do
    if [ ! -e "$file" ]; then
      if hidden "$file"; then return 4; fi
      continue
    fi
    [ -f "$file" ] || continue
    [ -r "$file" ] || return 4
    printf '## %s\n' "$file"
    cat "$file" || return 4
    printf '\n'
    result=0
  done
  return "$result"
}

# One blank between words, no comments, no empty lines; the lines that name files stay.
plain() {
  tr '\t\r' '  ' | sed -e 's/^ *//' -e 's/  */ /g' -e 's/ $//' -e '/^$/d' -e '/^;/d' -e '/^#/{' -e '/^## \//!d' -e '}'
}

plain_files() {
  text=$(show "$@") || return $?
  printf '%s\n' "$text" | plain
}

# Files of lines `key = value` or `key`; what follows ` #` is a comment.
settings() {
  text=$(show "$@") || return $?
  printf '%s\n' "$text" | plain | sed -e '/^## /!{' -e 's/ #.*$//' -e 's/ *= */ = /' -e '}' | last_counts
}

# Of two lines with one key the later one counts: the earlier one becomes a remark.
last_counts() {
  awk '
    { line[NR] = $0; key[NR] = ""; if ($0 !~ /^#/ && $0 ~ /=/) { key[NR] = $0; sub(/ *=.*/, "", key[NR]); last[key[NR]] = NR } }
    END { for (i = 1; i <= NR; i++) print (key[i] != "" && last[key[i]] != i ? "# overridden: " : "") line[i] }'
}

# ---- the system

in_container() {
  [ -e /.dockerenv ] || [ -e /run/.containerenv ] && return 0
  have systemd-detect-virt && run systemd-detect-virt -c -q && return 0
  [ -r /proc/1/environ ] && tr '\0' '\n' </proc/1/environ | grep -q '^container='
}

has_systemd() { [ -d /run/systemd/system ] && have systemctl; }

os_release() {
  if [ -e /etc/os-release ]; then plain_files /etc/os-release; else plain_files /usr/lib/os-release; fi
}

kernel() { uname -s -n -r; }

timezone() {
  if [ -L /etc/localtime ]; then
    zone=$(readlink /etc/localtime)
    case $zone in
      */zoneinfo/*) printf 'Timezone=%s\n' "${zone##*/zoneinfo/}" ;;
      *) return 4 ;;
    esac
  elif [ -r /etc/timezone ]; then
    sed -n -e 's/ .*//' -e '1s/^/Timezone=/p' /etc/timezone
  elif [ -e /etc/localtime ]; then
    return 4
  else
    printf 'Timezone=UTC\n'
  fi
}

# Which daemons run. Without the right to see the processes of others nothing can be said.
processes() {
  [ -r /proc/1/comm ] || return 4
  found=' '
  for folder in /proc/[0-9]*; do
    read -r name <"$folder/comm" && found="$found$name "
  done
  for words in 'ssh-server sshd dropbear' 'log-forwarder rsyslogd syslog-ng' 'time-daemon chronyd ntpd systemd-timesyn' \
    'audit-daemon auditd' 'snmp-agent snmpd' 'usb-guard usbguard-daemon'; do
    state=stopped
    for name in ${words#* }; do
      case $found in
        *" $name "*) state=running ;;
      esac
    done
    if [ "${words%% *}" = ssh-server ] && has_systemd; then
      run systemctl -q is-active ssh.socket && state=running
      run systemctl -q is-active sshd.socket && state=running
    fi
    printf '%s %s\n' "${words%% *}" "$state"
  done
}

# That no sshd is installed is knowledge, not a gap: `absent`.
sshd_effective() {
  have sshd || return 3
  run sshd -T -C user=root,host=localhost,addr=127.0.0.1
}

# ---- accounts

# Without the fields that hold hashes and the names of people.
accounts() {
  if have getent; then text=$(run getent passwd) || return 4; else text=$(cat /etc/passwd) || return 4; fi
  printf '%s\n' "$text" | awk -F: 'NF >= 7 {
    word = $2; if (word != "" && word != "x") word = (word ~ /^[!*]/) ? "!" : "hash"
    print $1 ":" word ":" $3 ":" $4 "::" $6 ":" $7 }'
}

groups_of_host() {
  if have getent; then text=$(run getent group) || return 4; else text=$(cat /etc/group) || return 4; fi
  printf '%s\n' "$text" | awk -F: 'NF >= 4 { print $1 "::" $3 ":" $4 }'
}

# The state of each password. The hash is looked at only for its class; days become dates.
shadow_states() {
  [ -e /etc/shadow ] || return 3
  [ -r /etc/shadow ] || return 4
  awk -F: '
    function class_of(h) {
      if (h == "") return "none"
      if (h ~ /^[!*]/ || h == "x") return "locked"
      if (h ~ /^\$1\$/) return "md5"
      if (h ~ /^\$2[abxy]?\$/) return "blowfish"
      if (h ~ /^\$5\$/) return "sha256"
      if (h ~ /^\$6\$/) return "sha512"
      if (h ~ /^\$y\$/ || h ~ /^\$7\$/) return "yescrypt"
      if (h ~ /^\$gy\$/) return "gost"
      if (length(h) == 13 && h !~ /[^.\/A-Za-z0-9]/) return "des"
      if (h ~ /^_/ && length(h) == 20) return "des"
      return "other"
    }
    function date_of(days,    z, era, doe, yoe, doy, mp, d, m, y) {
      if (days == "" || days < 0) return "never"
      z = days + 719468; era = int(z / 146097); doe = z - era * 146097
      yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
      y = yoe + era * 400; doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
      mp = int((5 * doy + 2) / 153); d = doy - int((153 * mp + 2) / 5) + 1
      m = mp < 10 ? mp + 3 : mp - 9; if (m <= 2) y++
      return sprintf("%04d-%02d-%02d", y, m, d)
    }
    function days_of(n) { return (n == "" || n < 0) ? "never" : n + 0 }
    NF >= 8 {
      longest = days_of($5); if (longest != "never" && longest >= 99999) longest = "never"
      print $1, class_of($2), "changed", date_of($3), "min", days_of($4), "max", longest, \
        "warn", days_of($6), "inactive", days_of($7), "expires", date_of($8)
    }' /etc/shadow
}

login_defs() {
  text=$(plain_files /etc/login.defs) || return $?
  printf '%s\n' "$text" | awk '/^## / || $1 ~ /^(PASS_MAX_DAYS|PASS_MIN_DAYS|PASS_WARN_AGE|PASS_MIN_LEN|ENCRYPT_METHOD|UMASK|LOGIN_RETRIES)$/ { print $1, $2 }'
}

# The stacks of the services that log people in and of passwd, with what they include. Arguments only of modules we judge.
pam_lines() {
  [ -d /etc/pam.d ] || [ -d /usr/lib/pam.d ] || return 3
  awk -v mode="$1" '
    function place(name,    line, k, dirs, found) {
      if (name ~ /^\//) return name
      found = ""
      for (k = split("/usr/etc/pam.d /usr/lib/pam.d /etc/pam.d", dirs, " "); k > 0; k--)
        if ((getline line < (dirs[k] "/" name)) >= 0) { close(dirs[k] "/" name); return dirs[k] "/" name }
      return found
    }
    function stack(service, name, phase, depth,    path, line, more, answer) {
      path = place(name)
      if (path == "" || depth > 8) { print service, "unresolved", name; return }
      more = ""
      while ((answer = (getline line < path)) > 0) {
        gsub(/[\t\r]/, " ", line)
        if (line ~ /\\$/) { more = more substr(line, 1, length(line) - 1) " "; continue }
        line = more line; more = ""
        sub(/#.*/, "", line); sub(/^ +/, "", line); sub(/ +$/, "", line); gsub(/  +/, " ", line)
        if (line != "") statement(service, line, phase, depth)
      }
      close(path)
      if (answer < 0) print service, "unresolved", name
    }
    function statement(service, line, phase, depth,    n, w, kind, control, rest, at, k, module) {
      n = split(line, w, " ")
      if (w[1] == "@include") { stack(service, w[2], phase, depth + 1); return }
      kind = w[1]; sub(/^-/, "", kind)
      if (phase != "" && kind != phase) return
      at = 2
      control = w[2]
      if (control ~ /^\[/) while (control !~ /\]$/ && at < n) control = control "," w[++at]
      module = w[at + 1]; sub(/^.*\//, "", module)
      if (control == "include" || control == "substack") { stack(service, w[at + 1], kind, depth + 1); return }
      rest = ""
      if (module ~ /^pam_(faillock|tally2|pwquality|cracklib|passwdqc|pwhistory|unix)\.so$/)
        for (k = at + 2; k <= n; k++) {
          rest = rest " " w[k]
          if (mode == "options") print service, kind, module, w[k]
        }
      if (mode == "stacks") print service, kind, control, module rest
    }
    BEGIN {
      n = split("sshd login passwd", services, " ")
      for (i = 1; i <= n; i++) if (place(services[i]) != "") stack(services[i], services[i], "", 0)
    }' </dev/null
}

# One rule or setting a line: continued lines joined, lists of Defaults taken apart, blanks around = and , left out.
sudoers() {
  have sudo || [ -e /etc/sudoers ] || { printf 'sudo not-installed\n'; return 0; }
  text=$(show /etc/sudoers /etc/sudoers.d/[!.]*) || return $?
  printf 'sudo installed\n'
  printf '%s\n' "$text" | tr '\t\r' '  ' | awk '
    /^## \/.*(~|\.[^\/]*)$/ && /sudoers\.d\// { skip = 1; next }
    /^## \// { skip = 0; print; next }
    skip { next }
    /\\$/ { more = more substr($0, 1, length($0) - 1); next }
    { line = more $0; more = ""
      gsub(/^ +| +$/, "", line)
      if (line ~ /^[#@]includedir \/etc\/sudoers\.d$/) next
      if (line ~ /^#include/ || line ~ /^@include/) { print line; next }
      if (line ~ /^#/ && line !~ /^#[0-9]+ /) next
      sub(/ #[^0-9].*$/, "", line)
      if (line == "") next
      gsub(/  +/, " ", line); gsub(/ *, */, ",", line); gsub(/ *= */, "=", line); gsub(/ *: */, ":", line); gsub(/:/, ": ", line)
      if (line ~ /^Defaults /) {
        rest = substr(line, 10); part = ""; quoted = 0
        for (i = 1; i <= length(rest); i++) {
          c = substr(rest, i, 1)
          if (c == "\"") quoted = !quoted
          if (c == "," && !quoted) { print "Defaults " part; part = "" } else part = part c
        }
        print "Defaults " part
      } else print line
    }' | sed -e 's/(\([^)]*\): \([^)]*\))/(\1:\2)/g' -e 's/=(\([^)]*\)) */=(\1) /'
}

# ---- services

unit_files() {
  has_systemd || return 5
  run systemctl list-unit-files --no-legend --no-pager --plain --type=service,socket,target,timer | plain
}

units() {
  has_systemd || return 5
  run systemctl list-units --all --no-legend --no-pager --plain --type=service,socket,target,timer |
    plain | awk 'NF >= 4 { print $1, $2, $3, $4 }'
}

listeners() {
  have ss || return 5
  run ss -lntup | awk 'NR == 1 && /^Netid/ { next } { $1 = $1; print }'
}

neighbours() {
  have ip || return 5
  run ip neigh show | awk '{ $1 = $1; print }'
}

timedate() {
  has_systemd && have timedatectl || return 5
  run timedatectl show | grep -E '^(Timezone|NTP|NTPSynchronized|CanNTP)='
}

timesync() {
  has_systemd && have timedatectl || return 5
  run timedatectl show-timesync | grep -E '^(ServerName|SystemNTPServers|LinkNTPServers)='
}

# Lines that name time sources, of chrony, ntpd and ntpsec; never the files of keys.
time_servers() {
  text=$(show /etc/chrony.conf /etc/chrony/chrony.conf /etc/chrony.d/*.conf /etc/chrony/conf.d/*.conf /etc/chrony/sources.d/*.sources \
    /run/chrony-dhcp/*.sources /etc/ntp.conf /etc/ntpsec/ntp.conf /etc/ntp.d/*.conf) || return $?
  printf '%s\n' "$text" | plain | awk '/^## / || $1 ~ /^(server|pool|peer|refclock)$/ { print }'
}

timesyncd() {
  settings /usr/lib/systemd/timesyncd.conf.d/*.conf /etc/systemd/timesyncd.conf /etc/systemd/timesyncd.conf.d/*.conf | grep -E '^(## |NTP = .)'
  return 0
}

tracking() {
  have chronyc || return 5
  run chronyc -c -n tracking
}

# ---- logs

# Statements of rsyslog, action(...) of several lines on one line and as words.
rsyslog() {
  have syslog-ng && return 4
  have rsyslogd || [ -e /etc/rsyslog.conf ] || return 3
  text=$(show /etc/rsyslog.conf /etc/rsyslog.d/*.conf) || return $?
  printf '%s\n' "$text" | plain | sed -e '/^## /!s/ #[^"]*$//' | awk '
    function out(s) {
      if (s ~ /^action ?\(/) { sub(/^action ?\( */, "action ", s); sub(/ *\) *$/, "", s); gsub(/ *= */, " ", s); gsub(/  +/, " ", s) }
      print s
    }
    open != "" { open = open " " $0; if ($0 ~ /\)/) { out(open); open = "" } next }
    /^(action|module|input|global|template|main_queue) ?\(/ && !/\)/ { open = $0; next }
    { out($0) }
    END { if (open != "") print open }'
}

journald() {
  has_systemd || return 5
  if have systemd-analyze && text=$(run systemd-analyze cat-config systemd/journald.conf); then
    :
  else
    text=$(show /usr/lib/systemd/journald.conf.d/*.conf /etc/systemd/journald.conf /etc/systemd/journald.conf.d/*.conf) || return $?
  fi
  printf '%s\n' "$text" | plain | sed -e 's/ *= */=/' | last_counts
}

journal_state() {
  has_systemd && have journalctl || return 5
  if [ -d /var/log/journal ]; then printf 'journal-directory present\n'; else printf 'journal-directory absent\n'; fi
}

# ---- software

dpkg_list() {
  have dpkg-query || return 5
  run dpkg-query -W -f '${db:Status-Status} ${Package} ${Architecture} ${Version}\n' | awk '$1 == "installed" { print $2, $3, $4 }'
}

rpm_list() {
  have rpm || return 5
  have dpkg-query && return 5
  run rpm -qa --qf '%{NAME} %{ARCH} %{EVR}\n' | sort
}

# Repositories in one form: deb [options] address suite.
apt_sources() {
  have apt-get || return 5
  text=$(show /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources) || return $?
  printf '%s\n' "$text" | tr '\t\r' '  ' | sed -e 's#://[^/@ ]*@#://#g' | awk '
    function flush(    i, j, n, m, u, s) {
      n = split(uris, u, " "); m = split(suites, s, " ")
      if (enabled != "no" && types ~ /deb( |$)/)
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print "deb" (trusted == "yes" ? " [trusted=yes] " : " ") u[i], s[j]
      types = uris = suites = trusted = enabled = ""
    }
    /^## / { flush(); deb822 = ($0 ~ /\.sources$/); print; next }
    /^ *#/ { next }
    deb822 && /^ *$/ { flush(); next }
    deb822 {
      name = tolower($1); value = $0; sub(/^[^:]*: */, "", value)
      if (name == "types:") types = value; else if (name == "uris:") uris = value; else if (name == "suites:") suites = value
      else if (name == "trusted:") trusted = tolower(value); else if (name == "enabled:") enabled = tolower(value)
      next
    }
    $1 == "deb" {
      sub(/^ *deb +/, ""); trust = ""
      if (/^\[/) { if (/trusted=yes/) trust = "[trusted=yes] "; sub(/^\[[^]]*\] */, "") }
      print "deb " trust $1, $2
    }
    END { flush() }'
}

yum_repos() {
  have rpm || return 5
  have apt-get && return 5
  text=$(show /etc/yum.conf /etc/dnf/dnf.conf /etc/yum.repos.d/*.repo) || return $?
  printf '%s\n' "$text" | plain | sed -e 's/ *= */=/' -e 's#://[^/@ ]*@#://#g' | awk '
    function flush() {
      if (id != "" && id != "main" && enabled != "0" && uri != "") print "repo", uri, id, (check == "1" ? "signed" : "unsigned")
      enabled = uri = ""; check = all
    }
    /^## / { flush(); id = ""; print; next }
    /^\[/ { flush(); id = substr($0, 2, index($0, "]") - 2); gsub(/ /, "_", id); next }
    /^gpgcheck=/ { v = tolower(substr($0, 10)); v = (v == "1" || v == "yes" || v == "true") ? "1" : "0"; check = v; if (id == "main") all = v }
    /^enabled=/ { v = tolower(substr($0, 9)); enabled = (v == "1" || v == "yes" || v == "true") ? "1" : "0" }
    /^(baseurl|mirrorlist|metalink)=/ && uri == "" { uri = $0; sub(/^[a-z]*=/, "", uri); sub(/ .*/, "", uri) }
    END { flush() }'
}

# What the lists on the host offer; nothing is fetched. apt rebuilds and stores a stale cache, which costs seconds and writes:
# so it runs only where the cache is newer than what it is made of, and without the right to write.
apt_upgradable() {
  have apt-get || return 5
  cache=/var/cache/apt/pkgcache.bin
  [ -r "$cache" ] || return 4
  [ -z "$(find /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d -newer "$cache")" ] || return 4
  as=
  if [ "$(id -u)" -eq 0 ]; then
    have setpriv || return 4
    as='setpriv --reuid=65534 --regid=65534 --clear-groups'
  fi
  text=$(run $as apt-get -s -q -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=0 upgrade) || return 4
  printf '%s\n' "$text" | awk '/^Inst / { n++; if (/-[Ss]ecurity/) s++; print "upgradable", $2 } END { print "pending", n + 0, "security", s + 0 }'
}

apt_lists() {
  have apt-get || return 5
  newest=0
  for file in /var/lib/apt/lists/*InRelease /var/lib/apt/lists/*_Release /var/lib/apt/periodic/update-success-stamp; do
    [ -e "$file" ] || continue
    changed=$(stat -c %Y "$file") && [ "$changed" -gt "$newest" ] && newest=$changed
  done
  [ "$newest" -gt 0 ] || return 3
  printf 'catalogue-age-days %s\n' $((($(date +%s) - newest) / 86400))
}

# ---- kernel, file systems, media

KEYS='net.ipv4.ip_forward net.ipv4.tcp_syncookies net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.accept_redirects
net.ipv4.conf.all.send_redirects net.ipv4.conf.all.secure_redirects net.ipv4.conf.all.rp_filter net.ipv4.conf.all.log_martians
net.ipv4.conf.default.accept_source_route net.ipv4.conf.default.accept_redirects net.ipv4.conf.default.send_redirects
net.ipv4.conf.default.rp_filter net.ipv4.icmp_echo_ignore_broadcasts net.ipv6.conf.all.forwarding
net.ipv6.conf.all.accept_source_route net.ipv6.conf.all.accept_redirects net.ipv6.conf.all.accept_ra
net.ipv6.conf.all.disable_ipv6 kernel.randomize_va_space kernel.kptr_restrict kernel.dmesg_restrict kernel.yama.ptrace_scope
kernel.sysrq kernel.unprivileged_bpf_disabled fs.suid_dumpable fs.protected_hardlinks fs.protected_symlinks fs.protected_fifos
fs.protected_regular kernel.ctrl-alt-del'

# /proc/sys must be read in one piece, which `read` of some shells does not do.
sysctl_running() {
  printf '%s\n' $KEYS | awk '
    { file = $1; gsub(/\./, "/", file); file = "/proc/sys/" file
      if ((answer = (getline value < file)) > 0) { gsub(/[\t ]+/, " ", value); print "there", $1 " = " value }
      else print "failed", $1, file
      close(file) }' | while read -r state key rest; do
    if [ "$state" = there ]; then
      printf '%s %s\n' "$key" "$rest"
    elif [ ! -e "$rest" ]; then
      printf '%s absent\n' "$key"
    fi
  done
}

# What the files say in the order in which they are read at boot.
sysctl_files() {
  cat_config=/usr/lib/systemd/systemd-sysctl
  [ -x "$cat_config" ] || cat_config=/lib/systemd/systemd-sysctl
  if [ -x "$cat_config" ]; then
    text=$(run "$cat_config" --cat-config) || return 4
  else
    text=$(show $(for file in /run/sysctl.d/*.conf /etc/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf; do
      [ -e "$file" ] && printf '%s %s\n' "${file##*/}" "$file"
    done | sort -s -k1,1 | awk '!seen[$1]++ { print $2 }') /etc/sysctl.conf)
    [ "$?" -ne 4 ] || return 4
  fi
  printf '%s\n' "$text" | plain | awk -v keys="$KEYS" '
    BEGIN { n = split(keys, k, /[ \n]+/) }
    /^# \// || /^## \// { print; next }
    /=/ {
      name = $0; sub(/ *=.*/, "", name); sub(/^-/, "", name); value = $0; sub(/[^=]*= */, "", value)
      if (name ~ /\// && name !~ /\..*\//) gsub(/\//, ".", name)
      pattern = name; gsub(/\./, "\\.", pattern); gsub(/\*/, "[^.]*", pattern)
      for (i = 1; i <= n; i++) if (k[i] ~ ("^" pattern "$")) print k[i] " = " value
    }' | last_counts
}

# Of two mounts on one place the later one is what is seen.
mounts() {
  [ -r /proc/self/mounts ] || return 4
  awk '{ line[NR] = $0; last[$2] = NR; target[NR] = $2 } END { for (i = 1; i <= NR; i++) if (last[target[i]] == i) print line[i] }' /proc/self/mounts
}

# What would happen if a USB disk were plugged in.
usb_storage() {
  in_container && return 4
  have modprobe || return 5
  [ -d "/lib/modules/$(uname -r)" ] || return 4
  if grep -q '^usb_storage ' /proc/modules; then
    printf 'loaded usb_storage\n'
    return 0
  fi
  answer=$(run modprobe -n -v usb-storage 2>&1)
  code=$?
  if [ -z "$answer" ] && [ "$code" -eq 0 ]; then printf 'builtin usb_storage\n'; return 0; fi
  printf '%s\n' "$answer" | plain | grep -E '^install |usb.storage' | sed -e 's/^modprobe: [A-Z]*: //'
}

modprobe_rules() {
  have modprobe || return 5
  run modprobe --showconfig | grep -E '^(install|blacklist) (usb.storage|uas)( |$)'
  return 0
}

# ---- protection

# Rules of the kernel, a chain a block, whatever tool made them. default: what a packet meets that no rule takes.
packet_filter() {
  legacy=
  read -r legacy </proc/net/ip_tables_names
  if have nft; then
    text=$(run nft -n list ruleset) || return 4
    printf '## nft\n%s\n' "$text" | nft_chains
    [ -n "$legacy" ] || return 0
  elif ! have iptables-save; then
    return 5
  fi
  for tool in iptables ip6tables; do
    family=ipv4
    [ "$tool" = iptables ] || family=ipv6
    save=$tool-save
    [ -n "$legacy" ] && have "$tool-legacy-save" && save=$tool-legacy-save
    have "$save" || return 5
    text=$(run "$save") || return 4
    printf '%s\n' "$text" | iptables_chains "$family"
  done
}

nft_chains() {
  tr '\t' ' ' | awk '
    /^## / { print; next }
    /^table / { family = $2 == "ip" ? "ipv4" : $2 == "ip6" ? "ipv6" : $2 == "inet" ? "inet" : ""; table = $3; next }
    /^ +chain / { name = $2; hook = "none"; policy = "permit"; n = 0; inside = 1; next }
    inside && /^ *}/ {
      last = n ? rule[n] : ""
      if (last ~ /^(counter )?(log( prefix "[^"]*")?( level [a-z]+)?( flags all)? )?(counter )?(drop|reject( with .*)?)( comment ".*")?$/) policy = "deny"
      if (last ~ /^(counter )?accept( comment ".*")?$/) policy = "permit"
      if (family != "") {
        print "chain " family " " table "/" name " hook " hook " default " policy
        for (i = 1; i <= n; i++) print " rule " verdict(rule[i]) " " rule[i]
      }
      inside = 0; next
    }
    inside && / hook / { for (i = 1; i < NF; i++) if ($i == "hook") hook = $(i + 1); if (/policy drop/) policy = "deny"; next }
    inside { sub(/^ +/, ""); sub(/ +$/, ""); gsub(/counter packets [0-9]+ bytes [0-9]+/, "counter"); if ($0 != "") rule[++n] = $0 }
    function verdict(r) {
      sub(/ comment ".*"$/, "", r)
      if (r ~ /(^| )(drop|reject)( with .*)?$/) return "deny"
      if (r ~ /(^| )accept$/) return "permit"
      if (r ~ /(^| )(jump|goto|vmap|return|queue|redirect|masquerade|dnat|snat)( |$)/) return "jump"
      return "log"
    }'
}

iptables_chains() {
  awk -v family="$1" '
    function flush(    i, j, c, p, h) {
      for (i = 1; i <= n; i++) {
        c = chain[i]; p = policy[c]
        if (last[c] ~ /^-j (DROP|REJECT)( |$)/) p = "deny"
        if (last[c] == "-j ACCEPT") p = "permit"
        h = (c ~ /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)$/) ? tolower(c) : "none"
        print "chain " family " " table "/" c " hook " h " default " p
        for (j = 1; j <= count[c]; j++) print " rule " verdict(rule[c, j]) " " rule[c, j]
      }
      for (i = 1; i <= n; i++) { count[chain[i]] = 0; last[chain[i]] = "" }
      n = 0
    }
    function verdict(r) {
      if (r ~ /-j ACCEPT( |$)/) return "permit"
      if (r ~ /-j (DROP|REJECT)( |$)/) return "deny"
      if (r ~ /-[jg] (LOG|NFLOG|ULOG)( |$)/) return "log"
      return r ~ /-[jg] / ? "jump" : "log"
    }
    /^\*/ { table = substr($1, 2); next }
    /^:/ { c = substr($1, 2); chain[++n] = c; policy[c] = ($2 == "DROP" || $2 == "REJECT") ? "deny" : "permit"; next }
    /^-A / { c = $2; sub(/^-A [^ ]+ ?/, ""); rule[c, ++count[c]] = $0; last[c] = $0; next }
    /^COMMIT/ { flush() }'
}

mandatory_access() {
  in_container && return 4
  line=
  read -r line </proc/cmdline
  if [ -e /sys/fs/selinux/enforce ]; then
    value=$(cat /sys/fs/selinux/enforce) || return 4
    printf 'kind selinux\n'
    if [ "$value" = 1 ]; then printf 'running enforcing\n'; else printf 'running permissive\n'; fi
    return 0
  fi
  value=N
  [ -e /sys/module/apparmor/parameters/enabled ] && value=$(cat /sys/module/apparmor/parameters/enabled)
  if [ "$value" != Y ]; then
    printf 'kind none\nrunning off\nboot off\n'
    return 0
  fi
  printf 'kind apparmor\n'
  if [ -r /sys/kernel/security/apparmor/profiles ]; then
    if grep -q '(enforce)$' /sys/kernel/security/apparmor/profiles; then printf 'running enforcing\n'; else printf 'running off\n'; fi
  fi
  if has_systemd; then
    case " $line " in
      *' apparmor=0 '* | *' security=selinux '*) printf 'boot off\n' ;;
      *) if [ "$(run systemctl is-enabled apparmor.service)" = enabled ]; then printf 'boot enforcing\n'; else printf 'boot off\n'; fi ;;
    esac
  fi
}

selinux_config() {
  [ -e /sys/fs/selinux/enforce ] || return 3
  line=
  read -r line </proc/cmdline
  text=$(settings /etc/selinux/config) || return $?
  {
    printf '%s\n' "$text" | grep -E '^(## |SELINUX = )' | sed 's/ = /=/'
    case " $line " in
      *' selinux=0 '*) printf 'SELINUX=disabled\n' ;;
      *' enforcing=0 '*) printf 'SELINUX=permissive\n' ;;
    esac
  } | last_counts
}

secure_boot() {
  in_container && return 4
  [ -d /sys/firmware ] || return 4
  if [ ! -d /sys/firmware/efi ]; then
    printf 'firmware bios\nSecureBoot disabled\n'
    return 0
  fi
  printf 'firmware uefi\n'
  for file in /sys/firmware/efi/efivars/SecureBoot-*; do
    [ -e "$file" ] || { printf 'SecureBoot disabled\n'; return 0; }
    [ -r "$file" ] || return 4
    value=$(tail -c 1 "$file" | od -An -tu1 | tr -d ' ')
    if [ "$value" = 1 ]; then printf 'SecureBoot enabled\n'; else printf 'SecureBoot disabled\n'; fi
    return 0
  done
}

# Whether the boot loader asks for a password; never the password or its hash.
boot_loader() {
  in_container && return 4
  config=
  for file in /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/efi/EFI/*/grub.cfg; do
    hidden "$file" && return 4
    [ -e "$file" ] || continue
    [ -r "$file" ] || return 4
    config="$config $file"
  done
  [ -n "$config" ] || return 3
  for file in /boot/grub2/user.cfg /boot/efi/EFI/*/user.cfg; do
    [ -e "$file" ] || continue
    [ -r "$file" ] || return 4
    if grep -q '^GRUB2_PASSWORD=..*' "$file"; then printf 'loader-password yes\n'; return 0; fi
  done
  for file in $config; do
    if grep -Eq '^[[:space:]]*set superusers="?[^"[:space:]]' "$file" && grep -Eq '^[[:space:]]*password(_pbkdf2)? [^$]' "$file"; then
      printf 'loader-password yes\n'
      return 0
    fi
  done
  printf 'loader-password no\n'
}

audit_status() {
  have auditctl || { printf 'auditctl not-installed\n'; return 0; }
  printf 'auditctl installed\n'
  text=$(run auditctl -s) || return 4
  printf '%s\n' "$text" | grep -E '^enabled '
}

audit_rules() {
  have auditctl || return 3
  run auditctl -l
}

# Statements that set or lock the idle time of shells.
shell_profile() {
  text=$(show /etc/profile /etc/bash.bashrc /etc/bashrc /etc/profile.d/*.sh) || return $?
  printf '%s\n' "$text" | plain | awk '
    /^## / { print; next }
    /TMOUT/ { n = split($0, part, /;|&&/); for (i = 1; i <= n; i++) if (part[i] ~ /TMOUT/) { gsub(/^ +| +$/, "", part[i]); print part[i] } }'
}

# The text people see before they log in, on one line.
banners() {
  for file in /etc/issue /etc/issue.net /etc/motd; do
    hidden "$file" && return 4
    [ -e "$file" ] || { printf '%s none\n' "${file##*/}"; continue; }
    [ -r "$file" ] || return 4
    text=$(head -c 2000 "$file" | tr '\t\r\n' '   ' | sed -e 's/  */ /g' -e 's/^ //' -e 's/ $//')
    if [ -n "$text" ]; then printf '%s text %s\n' "${file##*/}" "$text"; else printf '%s none\n' "${file##*/}"; fi
  done
}

# ---- one block a source, in the order of platform.yaml

printf '#infra-audit gather 1\n'
item os-release os_release
item kernel kernel
item timezone timezone
item processes processes
item sshd-effective sshd_effective
item shadow-states shadow_states
item passwd accounts
item group groups_of_host
item login-defs login_defs
item faillock-conf settings /etc/security/faillock.conf
item pwquality-conf settings /etc/security/pwquality.conf /etc/security/pwquality.conf.d/*.conf
item pwhistory-conf settings /etc/security/pwhistory.conf
item pam-stacks pam_lines stacks
item pam-options pam_lines options
item sudoers sudoers
item systemd-unit-files unit_files
item systemd-units units
item listeners listeners
item arp neighbours
item time-servers time_servers
item timesyncd-conf timesyncd
item timesync timesync
item chrony-tracking tracking
item timedatectl timedate
item rsyslog-conf rsyslog
item journal-state journal_state
item journald-config journald
item dpkg-query dpkg_list
item rpm-query rpm_list
item apt-sources apt_sources
item yum-repos yum_repos
item apt-upgradable apt_upgradable
item apt-lists apt_lists
item sysctl-running sysctl_running
item sysctl-files sysctl_files
item mounts mounts
item modprobe-usb-storage usb_storage
item modprobe-config modprobe_rules
item packet-filter packet_filter
item mac-state mandatory_access
item selinux-config selinux_config
item secure-boot secure_boot
item grub-config boot_loader
item audit-status audit_status
item audit-rules audit_rules
item shell-profile shell_profile
item banners banners
printf '#done %s\n' "$COUNT"
