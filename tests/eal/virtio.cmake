# SPDX-License-Identifier: BSD-3-Clause
# A minute each; its rings are under sanitizers in unit.sim_vq, its threads in tsan.eal.races.
if(NOT TSIM_SANITIZE)
	tsim_script(eal virtio 300)
endif()
