# SPDX-License-Identifier: BSD-3-Clause
tsim_script(qemu vhost_user 120)
tsim_script(qemu e1000 180)
tsim_script(qemu load_limits 300 ALL)
tsim_script(qemu campaign 400)
tsim_script(qemu many 300)
tsim_script(qemu killed 300)
tsim_script(qemu by_hand 300)
tsim_script(qemu remote 200)
tsim_script(qemu search 200)
# What these look at is no time of anything: they may have company.
foreach(name campaign many killed by_hand remote)
	set_tests_properties(${TSIM_TEST_PREFIX}qemu.${name} PROPERTIES RUN_SERIAL OFF)
endforeach()
