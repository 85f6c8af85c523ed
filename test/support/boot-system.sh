# sh boot-system.sh GROUP HARDWARE FOLDER LAYERS: boots the system that the layers (the topmost first, parted by colons) make up
# together, systemd as its first process, in namespaces of its own. What it writes stays in memory. GROUP is a control group
# to be made for it; with HARDWARE=yes it has the devices of this machine.
set -e
mkdir "$1"
echo $$ > "$1/cgroup.procs"
shift
exec unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child --propagation private sh -e -c '
mount -t tmpfs tmpfs "$2"
cd "$2"
mkdir written work root
mount -t overlay overlay -o "lowerdir=$3,upperdir=written,workdir=work" root
cd root
mount -t proc proc proc
if [ "$1" = yes ]; then
  mount -t sysfs sysfs sys
  mount -t devtmpfs devtmpfs dev
else
  # No udev starts where it may not write to /sys.
  mount -t sysfs -o ro sysfs sys
  mount -t tmpfs -o mode=755 tmpfs dev
  for device in null zero full random urandom tty; do touch dev/$device; mount --bind /dev/$device dev/$device; done
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
fi
mkdir -p dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t cgroup2 cgroup2 sys/fs/cgroup
ip link set lo up
mkdir old
pivot_root . old
umount --lazy old
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal
' sh "$@"
