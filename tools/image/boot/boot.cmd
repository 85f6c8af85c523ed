# Chooses a slot and starts it. U-Boot runs this, and has set devtype (mmc, virtio), devnum and distro_bootpart. All numbers
# are hexadecimal.
#
# BOOT_ORDER names the slots, the preferred one first. BOOT_x_LEFT says how often slot x may be tried: 9 has proved good
# and is not counted, which spares the card; an update begins at 2; at 0 the other slot is taken.
# They are two copies on the disk, as libubootenv writes them: a checksum (4 bytes), a number that grows with each writing
# (1 byte), the text. A power cut while one is written leaves the other.

# Ctrl-C ends a loop and with it all of this, and is ETX, the end of a text, where a device at the serial port speaks a protocol.
setenv stdin nulldev

setenv first_block 800
setenv second_block 1000
setexpr first ${pxefile_addr_r} + 10000
setexpr first_number ${first} + 4
setexpr first_text ${first} + 5
setexpr second ${pxefile_addr_r} + 12000
setexpr second_number ${second} + 4
setexpr second_text ${second} + 5
setexpr work ${pxefile_addr_r} + 14000
setexpr work_text ${work} + 4
setenv variables 'BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT'
setenv use_first 'cp.b ${first} ${work} 4; cp.b ${first_text} ${work_text} ffb; env import -c ${work} fff ${variables}'
setenv use_second 'cp.b ${second} ${work} 4; cp.b ${second_text} ${work_text} ffb; env import -c ${work} fff ${variables}'

# Writes over the copy that is not the newest.
setenv save 'env export -c -s fff ${work} ${variables}; setexpr number ${number} + 1; setexpr number ${number} % 100; if test ${newest} = first; then run write_second; else run write_first; fi'
setenv write_first 'setenv newest first; cp.b ${work} ${first} 4; mw.b ${first_number} ${number}; cp.b ${work_text} ${first_text} ffb; ${devtype} write ${first} ${first_block} 8'
setenv write_second 'setenv newest second; cp.b ${work} ${second} 4; mw.b ${second_number} ${number}; cp.b ${work_text} ${second_text} ffb; ${devtype} write ${second} ${second_block} 8'

${devtype} dev ${devnum}
${devtype} read ${first} ${first_block} 8
${devtype} read ${second} ${second_block} 8
setenv newest none
setenv number 0
if run use_second; then
  setenv newest second
  setexpr.b number *${second_number}
fi
if run use_first; then
  setexpr.b first_counted *${first_number}
  setexpr ahead ${number} - ${first_counted}
  setexpr ahead ${ahead} % 100
  if test ${newest} = none; then
    setenv newest first
  elif test 0x${ahead} -eq 0 -o 0x${ahead} -ge 0x80; then
    setenv newest first
  fi
  if test ${newest} = first; then
    setenv number ${first_counted}
  fi
fi
if test ${newest} = first; then
  run use_first
elif test ${newest} = second; then
  run use_second
else
  echo "The variables cannot be read: slot A, then slot B"
  setenv BOOT_ORDER 'A B'
  setenv BOOT_A_LEFT 9
  setenv BOOT_B_LEFT 9
  run save
fi

setenv slot none
for one in ${BOOT_ORDER}; do
  if test ${slot} = none; then
    if test ${one} = A; then
      setenv left ${BOOT_A_LEFT}
      setenv part 2
    else
      setenv left ${BOOT_B_LEFT}
      setenv part 3
    fi
    if test ${left} -gt 0; then
      setenv slot ${one}
    fi
  fi
done
if test ${slot} = none; then
  echo "No slot is left: both are tried again"
  setenv BOOT_A_LEFT 2
  setenv BOOT_B_LEFT 2
  run save
  reset
fi
if test ${left} -lt 9; then
  setexpr left ${left} - 1
  echo "Slot ${slot} is on trial, ${left} tries are left after this"
  setenv BOOT_${slot}_LEFT ${left}
  run save
fi

# Who looks for a fault, or boots in a virtual machine, may give the kernel more options.
if load ${devtype} ${devnum}:${distro_bootpart} ${work} kernel-options.txt; then
  env import -t -r ${work} ${filesize} options
fi
setenv bootargs "root=PARTUUID=d00b1e11-0${part} rauc.slot=${slot} ro quiet panic=10 oops=panic net.ifnames=0 fsck.repair=yes systemd.gpt_auto=0 systemd.getty_auto=0"

# Behind the root, which says its size (bytes 40 to 47 of a squashfs), is a list, and what is to be started: see boot-area.ts.
setenv area ${ramdisk_addr_r}
part start ${devtype} ${devnum} ${part} start
${devtype} read ${area} ${start} 1
setexpr place ${area} + 28
setexpr.l block *${place}
setexpr block ${block} + fff
setexpr block ${block} / 1000
setexpr block ${block} * 8
setexpr block ${block} + ${start}
echo "Starting slot ${slot}"
if ${devtype} read ${area} ${block} 8 && env import -c ${area} 1000; then
  ${devtype} read ${area} ${block} ${blocks}
  setexpr content ${area} + 1000
  crc32 ${content} ${length} ${work}
  setexpr.l seen *${work}
  if test ${seen} = ${sum} -o ${seen} = ${swapped}; then
    setexpr kernel ${area} + ${at_kernel}
    setexpr ramdisk ${area} + ${at_ramdisk}
    if test -n "${fdtfile}"; then
      # A Raspberry Pi: U-Boot knows its model. Its serial port belongs to the station.
      setenv bootargs "${bootargs} console=tty0 ${options}"
      setexpr model sub 'broadcom/' '' ${fdtfile}
      setexpr model sub '.dtb' '' ${model}
      # Raspberry Pi 5 have another stepping of their chip, with a tree of its own, from revision 1.1 on: the last digit.
      if test ${model} = bcm2712-rpi-5-b; then
        setexpr revision ${board_revision} % 10
        if test ${revision} != 0; then
          setenv model bcm2712-d-rpi-5-b
        fi
      fi
      echo "Device tree ${model}"
      setenv find 'setexpr tree ${area} + ${at_'${model}'}'
      run find
    else
      setenv bootargs "${bootargs} ${options}"
      setenv tree ${fdtcontroladdr}
    fi
    bootm ${kernel} ${ramdisk} ${tree}
  fi
fi
echo "Slot ${slot} cannot be started"
setenv BOOT_${slot}_LEFT 0
run save
reset
