/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/reflector/reflect_xdp.h: what treflect-xdp and its program in the kernel agree on. */
#ifndef SIM_REFLECTOR_REFLECT_XDP_H
#define SIM_REFLECTOR_REFLECT_XDP_H

#include <linux/types.h>

/* Names in the kernel, of at most 15 characters: by them the program and its map are known again. */
#define REFLECT_XDP_PROGRAM "treflect_xdp"
#define REFLECT_XDP_COUNTERS "reflect_count"

/* The only value of the map, of each CPU. Bytes are those of frames without FCS. */
struct reflect_xdp_counters {
	__u64 reflected_frames, reflected_bytes;
	__u64 passed_frames, passed_bytes;
};

#endif
