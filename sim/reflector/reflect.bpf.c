/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reflector in the kernel, for XDP: a frame to the interface's own MAC goes back where it came
 * from, its MACs swapped and all else untouched; every other one goes up to the stack.
 */
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

#include "sim/reflector/reflect_xdp.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reflect_xdp_counters);
} reflect_count SEC(".maps");

enum {
	MAC_WORDS = ETH_ALEN / 2
}; /* no CPU of this loads 6 bytes at once; each loads 2, anywhere */

/* Written before the program is loaded; a constant for the verifier. */
const volatile __u16 own_mac[MAC_WORDS] = { 0 };

SEC("xdp")
int treflect_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u16 *to = data, *from = to + MAC_WORDS;
	__u64 len = (__u64)(end - data);
	__u32 only = 0;
	struct reflect_xdp_counters *c = bpf_map_lookup_elem(&reflect_count, &only);

	if (c == NULL)
		return XDP_PASS;
	if (data + ETH_HLEN > end || to[0] != own_mac[0] || to[1] != own_mac[1] ||
		to[2] != own_mac[2]) {
		c->passed_frames++;
		c->passed_bytes += len;
		return XDP_PASS;
	}
	for (int i = 0; i < MAC_WORDS; i++) {
		to[i] = from[i];
		from[i] = own_mac[i];
	}
	c->reflected_frames++;
	c->reflected_bytes += len;
	return XDP_TX;
}

/* Uses no helper that the kernel gives to GPL programs only. */
char license_text[] SEC("license") = "BSD";
