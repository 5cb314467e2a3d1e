/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides of a queue pair signal; a guest's links nothing else of the host's side. */
#include "sim/datapath/qpair.h"

#include <poll.h>
#include <unistd.h>

void qpair_signal(int fd)
{
	const uint64_t one = 1;
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	/*
	 * Whoever shares it may have cleared O_NONBLOCK, and a count at its limit would make a write wait:
	 * then the other side is signalled already. (Event descriptors do not take RWF_NOWAIT for writing.)
	 * Not tried again after EINTR, which is what a signal makes of a write that waits.
	 */
	if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0)
		(void)!write(fd, &one, sizeof(one));
}
