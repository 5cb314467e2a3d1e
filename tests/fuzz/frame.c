/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames from guests: anything may come; what is taken for ours has to have its checksums right. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "traffic/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct frame_sig sig;
	uint8_t *copy;

	if (len > FRAME_LEN_MAX)
		return 0;
	copy = g_malloc(MAX(len, 1)); /* exactly as long, so that a read behind it is seen */
	memcpy(copy, data, len);
	if (frame_classify(copy, (uint32_t)len, &sig) == FRAME_OURS) {
		if (frame_classify_bare(copy, (uint32_t)len, &sig) != FRAME_OURS)
			abort();
		/* One wrong bit anywhere in the signature must not go unnoticed. */
		for (uint32_t bit = 0; bit < FRAME_SIG_LEN * 8; bit++) {
			struct frame_sig other;

			copy[FRAME_SIG_OFFSET + bit / 8] ^= (uint8_t)(1U << bit % 8);
			if (frame_classify(copy, (uint32_t)len, &other) == FRAME_OURS)
				abort();
			copy[FRAME_SIG_OFFSET + bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
	g_free(copy);
	return 0;
}
