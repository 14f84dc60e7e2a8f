#!/usr/bin/env bash
# Starts a real S3 store for the tests: one node of Ceph in memory and its gateway on 127.0.0.1:9104.
# Usage: radosgw.sh FOLDER, a new one for its data. Writes the pids of what it has started to FOLDER/pids.
set -euo pipefail
folder=$(realpath -m "$1")
mkdir -p "$folder"/{mon,osd,mgr,run,log}
cd "$folder"
: > pids
fsid=$(cat /proc/sys/kernel/random/uuid)

cat > ceph.conf <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:3300/0,v1:127.0.0.1:6789/0]
public addr = 127.0.0.1
keyring = $folder/keyring
run dir = $folder/run
admin socket = $folder/run/\$name.asok
pid file = $folder/run/\$name.pid
log file = $folder/log/\$name.log
mon data = $folder/mon
mgr data = $folder/mgr
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
CONF

# In the background, and named among those that are to be stopped.
start() {
    "$@" > /dev/null 2>> log/start.err &
    echo $! >> pids
}

until_it_works() {
    for _ in $(seq 60); do
        if timeout 5 "$@" > /dev/null 2>> log/start.err; then return; fi
        sleep 0.5
    done
    echo "did not work: $*" >&2
    return 1
}

ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' > /dev/null
for name in client.admin client.rgw osd.0 mgr.x; do
    ceph-authtool keyring --gen-key -n "$name" --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' > /dev/null
done
monmaptool --create --fsid "$fsid" --addv a '[v2:127.0.0.1:3300,v1:127.0.0.1:6789]' monmap > /dev/null
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap --keyring keyring > /dev/null 2>> log/start.err
start ceph-mon -c ceph.conf -i a -f
osd=$(cat /proc/sys/kernel/random/uuid)
until_it_works ceph -c ceph.conf osd new "$osd" 0
until_it_works ceph -c ceph.conf osd crush add osd.0 1.0 root=default host=here
start ceph-mgr -c ceph.conf -i x -f
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" > /dev/null 2>> log/start.err
start ceph-osd -c ceph.conf -i 0 -f
for _ in $(seq 60); do
    if timeout 5 ceph -c ceph.conf osd stat 2>> log/start.err | grep -q '1 up'; then break; fi
    sleep 0.5
done
timeout 60 radosgw-admin -c ceph.conf user create --uid=atg --display-name=atg \
    --access-key=ATGACCESS --secret-key=atgsecretkey > /dev/null 2>> log/start.err
start radosgw -c ceph.conf -n client.rgw -f --rgw-frontends 'beast endpoint=127.0.0.1:9104' --rgw-dns-name=localhost
until_it_works curl -s -o /dev/null http://127.0.0.1:9104
