/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/socket_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"

enum { BACKLOG = 16 };

int socket_path_connect(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, saved;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
		sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Of any type: a socket of another type than ours is refused in another way than one of a dead process. */
static gboolean somebody_listens(const char *path)
{
	int fd = socket_path_connect(path, SOCK_STREAM | SOCK_NONBLOCK);

	if (fd < 0)
		return errno != ECONNREFUSED;
	close(fd);
	return TRUE;
}

gboolean socket_path_fits(const char *path, GError **error)
{
	struct sockaddr_un address;

	if (strlen(path) < sizeof(address.sun_path))
		return TRUE;
	return sim_fail(error, SIM_ERROR_USAGE,
		"%s: socket path too long (at most %zu characters); use a shorter path", path,
		sizeof(address.sun_path) - 1);
}

gboolean socket_path_free(const char *path, GError **error)
{
	struct stat st;

	if (!socket_path_fits(path, error))
		return FALSE;
	if (lstat(path, &st) != 0)
		return TRUE;
	if (!S_ISSOCK(st.st_mode))
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%s: already exists and is not a socket; use another path", path);
	if (somebody_listens(path))
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%s: in use by another program; stop it or use another path", path);
	if (unlink(path) != 0)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%s: already exists and cannot be removed (%s); use another path", path,
			g_strerror(errno));
	return TRUE;
}

/* Under a temporary name beside it first. Shorter than most names, as paths of sockets are limited. */
int socket_path_listen(const char *path, mode_t mode, GError **error)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_autofree char *new = g_strdup_printf("%s/.%d", dir, getpid());
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (!socket_path_free(path, error) || !socket_path_fits(new, error))
		return -1;
	g_strlcpy(address.sun_path, new, sizeof(address.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		if ((mode == 0 || chmod(new, mode) == 0) && listen(fd, BACKLOG) == 0 &&
			rename(new, path) == 0)
			return fd;
		unlink(new);
	}
	sim_fail(error, SIM_ERROR_RESOURCES, "%s: cannot create socket (%s)", path,
		g_strerror(errno));
	fd_close(fd);
	return -1;
}
