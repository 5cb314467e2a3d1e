/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides of a queue pair signal; a guest's links nothing else of the host's side. */
#include "sim/datapath/qpair.h"

#include <errno.h>
#include <unistd.h>

void qpair_signal(int fd)
{
	const uint64_t one = 1;

	/* It can only fail when the count is at its limit: then the other side is signalled already. */
	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}
