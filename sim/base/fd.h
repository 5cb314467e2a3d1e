/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/fd.h: a file descriptor that may not be open. */
#ifndef SIM_BASE_FD_H
#define SIM_BASE_FD_H

#include <unistd.h>

/* Negative: nothing. */
static inline void fd_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

#endif
